#include "exchange/outbox_worker.h"

#include "exchange/delivery.h"
#include "exchange/work.h"
#include "remote/mesh_client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

using store::OutboxRow;
using store::OutboxStatus;

namespace {

// What a peer said besides that it has the message: kept in the commit that marks it delivered, and
// applied by the inbox worker.
store::InboxRow reply_row(const OutboxRow& to, std::string reply) {
  const auto format = to.kind == bars_kind ? Format::bars : Format::hl7v2;
  return inbox_row(to.receiver, name(format), std::string(reply_key) + to.idempotency_key,
                   std::move(reply));
}

// How long what was under way when the process ended is left alone: MESH cannot find yet what is on
// its way to it, and would take it twice.
std::int64_t pause_us(const Parts& parts, const OutboxRow& row) {
  const auto* partner = parts.partners.find(row.receiver);
  const bool mesh = partner != nullptr && partner->channel == Channel::mesh;
  return mesh ? remote::MeshClientOptions{}.unknown_wait_us : 0;
}

// Whether the kind's replies can hold more than that the message is there.
bool has_replies(std::string_view kind) {
  return kind == hl7v2_kind || kind == bars_kind;
}

}  // namespace

// Everything but the queue belongs to the worker's thread; other threads only post to it. Callbacks
// hold the state, so a late answer finds a queue that nobody reads rather than nothing.
struct OutboxWorker::State : std::enable_shared_from_this<State> {
  State(const Parts& p, Transport& t, OutboxOptions o)
      : parts(p), transport(t), options(std::move(o)) {}

  void post(std::function<void()> work);
  void run();
  void rest();
  bool start();
  void look();
  void look_at(const std::string& lane);
  void intend(std::vector<OutboxRow> rows);
  void intended(const std::vector<OutboxRow>& rows, bool good);
  void send(const OutboxRow& row);
  void answered(const OutboxRow& row, const remote::Answer& answer);
  void settle(const OutboxRow& row, const remote::Answer& answer);
  void settled(const OutboxRow& row, OutboxStatus status);
  void release(const OutboxRow& row);
  bool is_other(std::string_view lane) const {
    return options.others != nullptr && options.others->owns(lane);
  }
  enum class Committed { yes, no, reply_known };  // the last: nothing was done for its sake
  void commit(store::Unit unit, std::function<void(Committed)> then);

  const Parts& parts;
  Transport& transport;
  OutboxOptions options;
  OutboxCounts counts;
  std::unique_ptr<store::Reader> reader;
  std::map<std::string, std::set<std::int64_t>> under_way;  // by lane
  bool resting = false;              // the store refused a commit since the last look
  std::vector<std::string> orphans;  // lanes of partners the configuration no longer has

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;  // guarded by mutex
  bool stop = false;                        // guarded by mutex
  std::thread thread;
};

void OutboxWorker::State::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex);
    queue.push_back(std::move(work));
  }
  changed.notify_one();
}

void OutboxWorker::State::run() {
  bool started = false;
  for (;;) {
    std::deque<std::function<void()>> work;
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::microseconds(options.poll_us),
                       [this] { return stop || !queue.empty(); });
      if (stop) break;
      work.swap(queue);
    }
    for (const auto& piece : work) piece();
    if (resting) rest();
    if (!started) started = start();
    if (started) look();
  }
  reader.reset();
}

// A store that takes nothing now is asked again after a pause, not at once.
void OutboxWorker::State::rest() {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, std::chrono::microseconds(options.poll_us), [this] { return stop; });
  resting = false;
}

// Rows that a crash left "sending" have an outcome nobody knows: they go out again under their key.
bool OutboxWorker::State::start() {
  if (!reader) {
    auto made = parts.store.reader();
    if (!made) return false;
    reader = std::move(*made);
  }
  store::Unit unit;
  store::OutboxFilter filter;
  filter.status = OutboxStatus::sending;
  filter.limit = 1'000;
  for (;;) {
    const auto rows = reader->outbox(filter);
    if (!rows) return false;
    for (const auto& row : *rows) {
      store::OutboxUpdate update;
      update.id = row.id;
      update.status = OutboxStatus::waiting;
      update.note = "unknown: stopped while sending";
      update.due_us = parts.clock.now_us() + pause_us(parts, row);
      unit.outbox_updates.push_back(std::move(update));
      filter.after = row.id;
    }
    if (rows->size() < static_cast<std::size_t>(filter.limit)) break;
  }
  if (!unit.outbox_updates.empty() && !commit_now(parts.store, std::move(unit))) return false;
  const auto lanes = reader->lanes();
  if (!lanes) return false;
  for (const auto& lane : *lanes)
    if (parts.partners.find(lane.lane) == nullptr && !is_other(lane.lane))
      orphans.push_back(lane.lane);
  return true;
}

void OutboxWorker::State::look() {
  for (const auto& partner : parts.partners.list) look_at(partner.id);
  for (const auto& lane : orphans) look_at(lane);
  if (options.others == nullptr) return;
  for (const auto& lane : options.others->lanes()) look_at(lane);
}

void OutboxWorker::State::look_at(const std::string& lane) {
  auto& busy = under_way[lane];
  const auto room = options.lane_in_flight - static_cast<int>(busy.size());
  if (room <= 0) return;
  auto due = reader->outbox_due(lane, parts.clock.now_us(), options.lane_in_flight);
  if (!due) return;
  std::erase_if(*due, [&busy](const OutboxRow& row) { return busy.count(row.id) != 0; });
  if (due->size() > static_cast<std::size_t>(room)) due->resize(static_cast<std::size_t>(room));
  if (due->empty()) return;
  for (const auto& row : *due) busy.insert(row.id);
  intend(std::move(*due));
}

void OutboxWorker::State::intend(std::vector<OutboxRow> rows) {
  store::Unit unit;
  for (auto& row : rows) {
    store::OutboxUpdate update;
    update.id = row.id;
    update.status = OutboxStatus::sending;
    update.attempts = ++row.attempts;
    unit.outbox_updates.push_back(std::move(update));
  }
  commit(std::move(unit), [this, rows = std::move(rows)](Committed committed) {
    intended(rows, committed == Committed::yes);
  });
}

void OutboxWorker::State::intended(const std::vector<OutboxRow>& rows, bool good) {
  for (const auto& row : rows) good ? send(row) : release(row);
}

void OutboxWorker::State::send(const OutboxRow& row) {
  if (is_other(row.lane)) {
    ++counts.sent;
    return options.others->send(row, [self = shared_from_this(), row](remote::Answer answer) {
      self->post([state = self.get(), row, answer] { state->settle(row, answer); });
    });
  }
  const auto* partner = parts.partners.find(row.receiver);
  if (partner == nullptr)
    return settle(row, {remote::Outcome::refused, "no partner of this name", 0, 0, ""});
  ++counts.sent;
  transport.send(row, *partner, [self = shared_from_this(), row](remote::Answer answer) {
    self->post([state = self.get(), row, answer] { state->answered(row, answer); });
  });
}

void OutboxWorker::State::answered(const OutboxRow& row, const remote::Answer& answer) {
  constexpr int conflict = 409;
  const auto* partner = parts.partners.find(row.receiver);
  const bool to_ask = answer.status == conflict && answer.outcome == remote::Outcome::unknown;
  if (!to_ask || partner == nullptr) return settle(row, answer);
  ++counts.looked_up;
  transport.look_up(row, *partner, [self = shared_from_this(), row](remote::Answer found) {
    self->post([state = self.get(), row, found] { state->settle(row, found); });
  });
}

void OutboxWorker::State::settle(const OutboxRow& row, const remote::Answer& answer) {
  auto update = after_go(options.retry, row, answer, parts.clock.now_us(), parts.random);
  const auto status = update.status;
  store::Unit unit;
  if (is_other(row.lane)) options.others->settle(row, update, unit);
  unit.outbox_updates.push_back(std::move(update));
  const bool says_more =
      status == OutboxStatus::delivered && has_replies(row.kind) && !answer.body.empty();
  if (says_more) unit.inbox = reply_row(row, answer.body);
  commit(std::move(unit), [this, row, answer, status](Committed committed) {
    if (committed == Committed::yes) return settled(row, status);
    if (committed == Committed::reply_known) {
      auto bare = answer;
      bare.body.clear();
      return settle(row, bare);
    }
    // A busy store will take it in a moment; a stopped one never, and the row stays "sending".
    if (parts.store.health() != store::Health::stopped)
      post([this, row, answer] { settle(row, answer); });
  });
}

void OutboxWorker::State::settled(const OutboxRow& row, OutboxStatus status) {
  const bool ended = status == OutboxStatus::delivered || status == OutboxStatus::dead;
  ++(!ended ? counts.retried : status == OutboxStatus::dead ? counts.dead : counts.delivered);
  release(row);
}

void OutboxWorker::State::release(const OutboxRow& row) {
  under_way[row.lane].erase(row.id);
}

void OutboxWorker::State::commit(store::Unit unit, std::function<void(Committed)> then) {
  parts.store.commit(std::move(unit), [self = shared_from_this(), then = std::move(then)](
                                          const Result<store::UnitOutcome>& outcome) {
    auto committed = outcome ? Committed::yes : Committed::no;
    const bool known = outcome ? outcome->duplicate : outcome.error().where == "inbox";
    if (known) committed = Committed::reply_known;
    self->post([state = self.get(), then, committed] {
      state->resting |= committed == Committed::no;
      then(committed);
    });
  });
}

OutboxWorker::OutboxWorker(const Parts& parts, Transport& transport, OutboxOptions options)
    : state_(std::make_shared<State>(parts, transport, std::move(options))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

OutboxWorker::~OutboxWorker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
  const std::lock_guard lock(state_->mutex);
  state_->queue.clear();
}

void OutboxWorker::wake() {
  state_->post([] {});
}

const OutboxCounts& OutboxWorker::counts() const {
  return state_->counts;
}

}  // namespace fingerpost::exchange
