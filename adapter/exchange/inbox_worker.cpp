#include "exchange/inbox_worker.h"

#include <chrono>
#include <future>
#include <limits>
#include <memory>
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
  std::unique_ptr<store::Reader> reader;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    if (!reader)
      if (auto made = parts_.store.reader()) reader = std::move(*made);
    bool more = reader != nullptr;
    while (more) {
      more = look(*reader, due_by_us);
      due_by_us = 0;
    }
    lock.lock();
    changed_.wait_for(lock, std::chrono::microseconds(options_.poll_us), [this] { return stop_; });
  }
}

// Each look gives the first row of each order, so a row done makes room for the next.
bool InboxWorker::look(store::Reader& reader, std::int64_t due_by_us) {
  constexpr int batch = 64;
  auto due = reader.inbox_due(due_by_us != 0 ? due_by_us : parts_.clock.now_us(), batch);
  if (!due) return false;
  for (auto& row : *due) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return false;
    }
    if (!go(std::move(row))) return false;
  }
  return !due->empty();
}

// False when the store takes nothing now: the rest waits for the next look.
bool InboxWorker::go(store::InboxRow row) {
  // Shared: it may still be setting the value when this side has gone on.
  const auto finished = std::make_shared<std::promise<Result<std::string>>>();
  const auto finish = [finished](Result<std::string> done) {
    finished->set_value(std::move(done));
  };
  if (row.attempts >= options_.goes) {
    intake_.quarantine(row, finish);
    const auto done = finished->get_future().get();
    return done || done.error().kind == Kind::conflict;
  }
  store::Unit unit;
  store::InboxUpdate update;
  update.id = row.id;
  update.from = store::InboxStatus::received;  // an operator or a repeat may have been first
  update.attempts = ++row.attempts;
  update.due_us = parts_.clock.now_us() + (options_.retry_us << (row.attempts - 1));
  unit.inbox_updates.push_back(std::move(update));
  if (const auto done = commit_now(parts_.store, std::move(unit)); !done)
    return done.error().kind == Kind::conflict;
  intake_.finish(std::move(row), finish);
  finished->get_future().wait();
  return true;
}

}  // namespace fingerpost::exchange
