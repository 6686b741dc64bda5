#include "interaction/audit_trail.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

bool is_refusal(const store::AuditNote& note) {
  return note.status >= 400 && note.count == 0;
}

bool is_unnamed(const store::AuditNote& note) {
  return is_refusal(note) && note.client.empty() && note.name.empty();
}

RefusalKey key_of(const store::AuditNote& note) {
  return {note.client, note.did, note.asked, note.from, note.status};
}

}  // namespace

AuditTrail::AuditTrail(store::Store& store, AuditTrailOptions options)
    : store_(store), options_(options), thread_([this] { run(); }) {}

AuditTrail::~AuditTrail() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void AuditTrail::add(store::AuditNote note, const Then& then) {
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    taken = !ending_ && put(std::move(note), then);
  }
  if (taken) work_.notify_one();
  if (!taken || !options_.hold) then(taken && kept_);
}

bool AuditTrail::put(store::AuditNote note, const Then& then) {
  if (is_refusal(note)) {
    const auto [at, is_new] = refusals_.try_emplace(key_of(note), waiting_.size());
    if (!is_new) {
      auto& same = waiting_[at->second];
      same.note.times += note.times;
      if (options_.hold) same.then.push_back(then);
      return true;
    }
  }
  if (waiting_.size() >= options_.most_waiting) {
    forget();
    return false;
  }
  if (!is_unnamed(note)) ++named_;
  auto& last = waiting_.emplace_back();
  last.note = std::move(note);
  if (options_.hold) last.then.push_back(then);
  return true;
}

void AuditTrail::forget() {
  refusals_.clear();
  named_ = static_cast<std::size_t>(std::count_if(
      waiting_.begin(), waiting_.end(), [](const Waiting& one) { return !is_unnamed(one.note); }));
}

void AuditTrail::run() {
  while (wait()) {
    auto some = take();
    if (some.empty()) continue;
    const bool done = keep(some);
    if (done || options_.hold) {
      for (auto& one : some)
        for (auto& then : one.then) then(done);
      continue;
    }
    // They were handed out: they stay until they are kept.
    std::unique_lock lock(mutex_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(some.begin()),
                    std::make_move_iterator(some.end()));
    forget();
    if (ending_) return;
    work_.wait_for(lock, std::chrono::milliseconds(options_.retry_ms), [this] { return ending_; });
  }
}

bool AuditTrail::wait() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
  if (!ending_ && !options_.hold && named_ == 0)
    work_.wait_for(lock, std::chrono::milliseconds(options_.unnamed_ms),
                   [this] { return ending_ || named_ > 0; });
  if (!ending_ && !options_.hold)
    work_.wait_for(lock, std::chrono::milliseconds(options_.gather_ms),
                   [this] { return ending_ || waiting_.size() >= options_.most_together; });
  return !ending_ || !waiting_.empty();
}

std::vector<AuditTrail::Waiting> AuditTrail::take() {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0, bytes = 0;
  while (count < waiting_.size() && count < options_.most_together &&
         bytes < options_.bytes_together) {
    const auto& note = waiting_[count++].note;
    bytes += 256 + note.things.size() + 40 * note.patients.size();
  }
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Waiting> some(std::make_move_iterator(waiting_.begin()),
                            std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  forget();
  return some;
}

bool AuditTrail::keep(const std::vector<Waiting>& some) {
  store::Unit unit;
  for (const auto& one : some) unit.audit.push_back(one.note);
  const auto outcome = store::commit_now(store_, std::move(unit));
  // A line of writes that is full passes, and there is room for what waits meanwhile.
  const bool passes =
      !outcome && outcome.error().kind == Kind::busy && store_.health() == store::Health::good;
  kept_ = outcome.has_value() || passes;
  return outcome.has_value();
}

}  // namespace fingerpost::interaction
