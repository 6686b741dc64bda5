#include "exchange/inbox_worker.h"

#include <chrono>
#include <future>
#include <limits>
#include <utility>

namespace fingerpost::exchange {

InboxWorker::InboxWorker(const Parts& parts, Intake& intake, InboxOptions options)
    : parts_(parts), intake_(intake), options_(options), thread_([this] { run(); }) {}

InboxWorker::~InboxWorker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void InboxWorker::run() {
  // What a former process left is due at once, whatever it planned.
  std::int64_t due_by_us = std::numeric_limits<std::int64_t>::max();
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    look(due_by_us);
    due_by_us = 0;
    lock.lock();
    changed_.wait_for(lock, std::chrono::microseconds(options_.poll_us), [this] { return stop_; });
  }
}

void InboxWorker::look(std::int64_t due_by_us) {
  constexpr int batch = 64;
  const auto by = due_by_us != 0 ? due_by_us : parts_.clock.now_us();
  Result<std::vector<store::InboxRow>> due = std::vector<store::InboxRow>();
  {
    const auto reader = parts_.store.reader();
    if (!reader) return;
    due = (*reader)->inbox_due(by, batch);
  }
  if (!due) return;
  for (auto& row : *due) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
    }
    go(std::move(row));
  }
}

void InboxWorker::go(store::InboxRow row) {
  store::Unit unit;
  store::InboxUpdate update;
  update.id = row.id;
  if (row.attempts >= options_.goes) {
    update.status = store::InboxStatus::quarantined;
    update.note = "not applied in " + std::to_string(row.attempts) + " goes";
    unit.inbox_updates.push_back(std::move(update));
    commit_now(parts_.store, std::move(unit));
    return;
  }
  update.attempts = ++row.attempts;
  update.due_us = parts_.clock.now_us() + (options_.retry_us << (row.attempts - 1));
  unit.inbox_updates.push_back(std::move(update));
  if (!commit_now(parts_.store, std::move(unit))) return;
  std::promise<void> finished;
  intake_.finish(std::move(row), [&finished](const Result<std::string>&) { finished.set_value(); });
  finished.get_future().wait();
}

}  // namespace fingerpost::exchange
