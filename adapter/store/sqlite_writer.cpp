#include "store/sqlite_writer.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace fingerpost::store {
namespace {

// One commit takes at most this much, so that the first of it does not wait long for the last.
constexpr std::size_t batch_units = 512;
constexpr std::size_t batch_bytes = std::size_t{4} << 20;
// So large a unit that needs a savepoint waits to be the first of a commit, which needs none.
constexpr std::size_t large_unit = std::size_t{128} << 10;
// After so long without work the log is folded in whole.
constexpr std::chrono::milliseconds idle_time{500};

Error stopped() {
  return {Kind::fault,
          "the store has stopped after a failure of its disk; the outcome is not known", ""};
}

std::size_t size_of(const Unit& unit) {
  std::size_t size = 256;
  for (const auto& write : unit.writes) size += write.body.size() + 512;
  for (const auto& row : unit.outbox) size += row.body.size() + 256;
  if (unit.inbox) size += unit.inbox->raw.size() + unit.inbox->answer.size();
  for (const auto& note : unit.audit) size += note.things.size() + 256;
  return size;
}

// A unit of one write is refused, if it is, before it has changed anything; under a policy it may
// be for what it has changed.
bool may_be_undone(const Unit& unit) {
  return unit.writes.size() > 1 || unit.inspect || !unit.policy.everything ||
         !unit.inbox_updates.empty() || !unit.outbox_updates.empty();
}

}  // namespace

Writer::Writer(Db db, Keys& keys, Clock& clock, const Limits& limits, std::int64_t checkpoint_pages)
    : db_(std::move(db)),
      keys_(keys),
      clock_(clock),
      limits_(limits),
      checkpoint_pages_(checkpoint_pages) {}

Result<std::unique_ptr<Writer>> Writer::start(Db db, Keys& keys, const search::HashKey& hash_key,
                                              Clock& clock, const SqliteOptions& options) {
  LET(const auto page_bytes, db.integer("PRAGMA page_size"));
  const auto pages = static_cast<std::int64_t>(options.checkpoint_bytes) / page_bytes;
  std::unique_ptr<Writer> writer(new Writer(std::move(db), keys, clock, options.limits, pages));
  LET(writer->words_, WordIndex::prepare(writer->db_, options.definitions));
  LET(writer->applier_,
      Applier::prepare(writer->db_, keys, *writer->words_, hash_key, options.limits));
  LET(writer->begin_, writer->db_.prepare("BEGIN IMMEDIATE"));
  LET(writer->commit_, writer->db_.prepare("COMMIT"));
  LET(writer->savepoint_, writer->db_.prepare("SAVEPOINT unit"));
  LET(writer->release_, writer->db_.prepare("RELEASE unit"));
  LET(writer->back_, writer->db_.prepare("ROLLBACK TO unit"));
  writer->thread_ = std::thread([at = writer.get()] { at->run(); });
  return writer;
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::submit(Unit unit, Completion completion) {
  if (health_ == Health::stopped) return completion(stopped());
  const std::size_t size = size_of(unit);
  bool refused = false;
  {
    const std::lock_guard lock(mutex_);
    refused = ending_ || waiting_.size() >= limits_.queued_writes ||
              (!waiting_.empty() && waiting_bytes_ + size > limits_.queued_write_bytes);
    if (!refused) {
      waiting_bytes_ += size;
      waiting_.push_back({std::move(unit), std::move(completion), size, UnitOutcome{}});
    }
  }
  if (refused) return completion(Error{Kind::busy, "too many writes are waiting", ""});
  work_.notify_one();
}

std::vector<Writer::Job> Writer::take() {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return ending_ || !waiting_.empty(); };
  if (goes_on_) {
    // Takes what there is.
  } else if (db_.log_pages() > 0 || words_->left() != WordIndex::Left::nothing) {
    work_.wait_for(lock, idle_time, ready);
  } else {
    work_.wait(lock, ready);
  }
  std::vector<Job> batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && batch.size() < batch_units && bytes < batch_bytes) {
    const Job& next = waiting_.front();
    if (!batch.empty() && next.size > large_unit && may_be_undone(next.unit)) break;
    bytes += waiting_.front().size;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  return batch;
}

void Writer::run() {
  for (;;) {
    auto batch = take();
    if (!batch.empty()) {
      commit(batch);
      answer(batch);
    }
    const bool can_read = read_words(batch.empty());
    fold_log(batch.empty() && !goes_on_);
    const std::lock_guard lock(mutex_);
    // Little is done before the end, much goes on after the next start.
    const bool little = can_read && words_->left() == WordIndex::Left::little;
    if (ending_ && waiting_.empty() && !little) return;
  }
}

void Writer::commit(std::vector<Job>& batch) {
  auto done = health_ == Health::stopped ? Result<void>(stopped()) : transaction(batch);
  if (done) {
    health_ = Health::good;
    return;
  }
  applier_->not_saved();
  words_->undone();
  keys_.not_saved();
  const bool full = done.error().kind == Kind::busy;
  if (db_.in_transaction()) {
    if (auto rolled_back = db_.run("ROLLBACK"); !rolled_back) health_ = Health::stopped;
  }
  // A commit that failed for another reason than room may yet be on the disk: nobody may be told
  // that it was not done, and what is read from now on may not last.
  health_ = full && health_ != Health::stopped ? Health::full : Health::stopped;
  for (Job& job : batch) {
    if (!job.outcome) continue;  // refused for its own reason, which stands
    job.outcome = full ? Error{Kind::busy, "the disk is full", ""} : stopped();
  }
}

Result<void> Writer::transaction(std::vector<Job>& batch) {
  LET_DONE(begin_.run());
  const std::int64_t now = clock_.now_us();
  const std::int64_t since = clock_.monotonic_us();
  for (Job& job : batch) {
    // What searches within the unit must see what the units before it did.
    if (!job.unit.searches.empty() || job.unit.inspect) LET_DONE(save_numbers());
    LET_DONE(apply(job, now, &job == &batch.front()));
  }
  LET_DONE(save_numbers());
  LET_DONE(applier_->save_audit());
  LET_DONE(make_durable(batch.size(), since));
  keys_.saved();
  applier_->saved();
  return {};
}

Result<void> Writer::make_durable(std::size_t units, std::int64_t since_us) {
  const auto begun = clock_.monotonic_us();
  LET_DONE(commit_.run());
  auto* const measures = measures_.load(std::memory_order_relaxed);
  if (measures == nullptr) return {};
  const auto ended = clock_.monotonic_us();
  measures->batch_units.add(units);
  measures->commit_us.add(static_cast<std::uint64_t>(ended - begun));
  measures->transaction_us.add(static_cast<std::uint64_t>(ended - since_us));
  return {};
}

Result<void> Writer::save_numbers() {
  if (keys_.has_unsaved()) LET_DONE(keys_.save(db_));
  return applier_->save_counts();
}

// An error of this result is the whole batch's; the unit's own is in job.outcome. A savepoint makes
// SQLite copy every page before its first change, so there is none where the transaction holds
// nothing but this unit.
Result<void> Writer::apply(Job& job, std::int64_t now_us, bool first) {
  const bool undone = may_be_undone(job.unit);
  const bool guarded = undone && !first;
  if (guarded) LET_DONE(savepoint_.run());
  const auto saving = keys_.saving();
  job.outcome = applier_->apply(job.unit, now_us);
  if (!job.outcome) {
    const Kind kind = job.outcome.error().kind;
    if (kind == Kind::fault || kind == Kind::busy || (kind == Kind::invalid && !undone)) {
      Error error = job.outcome.error();
      if (kind == Kind::invalid) error.kind = Kind::fault;
      job.outcome = UnitOutcome{};
      return error;
    }
    if (undone) return undo(first, saving);
    keys_.not_saved_after(saving);
    return {};
  }
  if (guarded) return release_.run();
  return {};
}

Result<void> Writer::undo(bool first, std::size_t saving) {
  if (first) {
    LET_DONE(db_.run("ROLLBACK"));
    keys_.not_saved();
    return begin_.run();
  }
  LET_DONE(back_.run());
  keys_.not_saved_after(saving);
  return release_.run();
}

void Writer::answer(std::vector<Job>& batch) {
  for (Job& job : batch) {
    job.completion(std::move(job.outcome));
    job.completion = nullptr;
  }
}

bool Writer::read_words(bool idle) {
  using Left = WordIndex::Left;
  // Between commits as much is read as they leave behind; at rest whatever comes next goes first.
  const int steps = idle ? 1 : 8;
  const Left worth = idle ? Left::merging : Left::much;
  goes_on_ = false;
  if (health_ == Health::stopped) return false;
  for (int step = 0; step < steps && words_->left() >= worth; ++step) {
    const auto done = words_->advance();
    if (!done && done.error().kind == Kind::fault) health_ = Health::stopped;
    if (!done) return false;
    goes_on_ = idle;
  }
  return true;
}

void Writer::fold_log(bool idle) {
  if (health_ == Health::stopped || db_.log_pages() == 0) return;
  if (!idle && db_.log_pages() < checkpoint_pages_) return;
  auto done = db_.checkpoint(idle);
  if (!done && done.error().kind == Kind::fault) health_ = Health::stopped;
}

}  // namespace fingerpost::store
