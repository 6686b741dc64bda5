#include "exchange/alarms.h"

#include "fingerpost/translate.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

using What = Alarm::What;

constexpr int most_looked_at = 1'000;  // rows of one state, one by one

bool same(const Alarm& a, const Alarm& b) {
  return a.what == b.what && a.subject == b.subject;
}
bool has(const std::vector<Alarm>& list, const Alarm& alarm) {
  return std::any_of(list.begin(), list.end(), [&](const Alarm& one) { return same(one, alarm); });
}

Result<std::int64_t> first_dead(store::Reader& reader, const std::string& lane) {
  store::OutboxFilter filter;
  filter.lane = lane;
  filter.status = store::OutboxStatus::dead;
  filter.limit = 1;
  LET(const auto rows, reader.outbox(filter));
  return rows.empty() ? 0 : rows.front().id;
}

Result<void> look_at_outbox(store::Reader& reader, const AlarmOptions& options, std::int64_t now_us,
                            std::vector<Alarm>& found) {
  LET(const auto lanes, reader.lanes());
  for (const auto& lane : lanes) {
    const bool old = lane.oldest_us != 0 && now_us - lane.oldest_us > options.outbox_us;
    if (old) found.push_back({What::outbox_old, lane.lane, lane.oldest_row, lane.oldest_us});
    if (lane.dead == 0) continue;
    LET(const auto row, first_dead(reader, lane.lane));
    found.push_back({What::outbox_dead, lane.lane, row, 0});
  }
  return {};
}

Result<void> look_at_inbox(store::Reader& reader, const AlarmOptions& options, std::int64_t now_us,
                           std::vector<Alarm>& found) {
  store::InboxFilter filter;
  filter.status = store::InboxStatus::received;
  filter.limit = most_looked_at;
  LET(const auto waiting, reader.inbox(filter));
  std::set<std::string> sources;
  for (const auto& row : waiting)
    if (now_us - row.received_us > options.inbox_us && sources.insert(row.source).second)
      found.push_back({What::inbox_old, row.source, row.id, row.received_us});
  filter.status = store::InboxStatus::quarantined;
  LET(const auto quarantined, reader.inbox(filter));
  const auto needs_somebody = [&](const store::InboxRow& row) {
    const auto format = format_named(row.kind);
    const bool may_be_under_way = format && is_extract(*format);
    return !may_be_under_way || now_us - row.received_us > options.inbox_us;
  };
  const auto first = std::find_if(quarantined.begin(), quarantined.end(), needs_somebody);
  if (first != quarantined.end()) found.push_back({What::inbox_quarantined, "", first->id, 0});
  return {};
}

}  // namespace

std::string_view name(What what) {
  constexpr std::string_view names[] = {"outbox old",        "outbox dead",   "inbox old",
                                        "inbox quarantined", "partner quiet", "store",
                                        "certificate ends"};
  static_assert(std::size(names) == alarm_kinds);
  return names[static_cast<std::size_t>(what)];
}

Heard::Heard(const std::vector<Quiet>& quiet, std::int64_t now_us) {
  for (const auto& one : quiet) last_us_[one.partner] = now_us;
}

void Heard::hear(std::string_view source, std::int64_t now_us) {
  const auto found = last_us_.find(source);
  if (found != last_us_.end()) found->second.store(now_us, std::memory_order_relaxed);
}

std::int64_t Heard::last_us(std::string_view partner) const {
  const auto found = last_us_.find(partner);
  return found == last_us_.end() ? 0 : found->second.load(std::memory_order_relaxed);
}

Result<std::vector<Alarm>> alarms(store::Reader& reader, store::Health health, const Heard& heard,
                                  const AlarmOptions& options, std::int64_t now_us) {
  std::vector<Alarm> found;
  if (health != store::Health::good)
    found.push_back({What::store, std::string(store::name(health)), 0, 0});
  for (const auto& quiet : options.quiet)
    if (const auto last = heard.last_us(quiet.partner); now_us - last > quiet.us)
      found.push_back({What::partner_quiet, quiet.partner, 0, last});
  if (options.certificates)
    for (const auto& one : options.certificates())
      if (one.ends_us - now_us < options.certificate_us)
        found.push_back({What::certificate, one.name, 0, one.ends_us});
  LET_DONE(look_at_outbox(reader, options, now_us, found));
  LET_DONE(look_at_inbox(reader, options, now_us, found));
  return found;
}

AlarmWatch::AlarmWatch(store::Store& store, Clock& clock, const Heard& heard, AlarmOptions options,
                       Tell tell)
    : store_(store),
      clock_(clock),
      heard_(heard),
      options_(std::move(options)),
      tell_(std::move(tell)),
      thread_([this] { run(); }) {}

AlarmWatch::~AlarmWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::vector<Alarm> AlarmWatch::standing() const {
  const std::lock_guard lock(mutex_);
  return standing_;
}

void AlarmWatch::run() {
  std::unique_ptr<store::Reader> reader;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    if (!reader)
      if (auto made = store_.reader()) reader = std::move(*made);
    if (reader) look(*reader);
    lock.lock();
    changed_.wait_for(lock, std::chrono::microseconds(options_.poll_us), [this] { return stop_; });
  }
}

// What cannot be read changes nothing: it stands as it stood.
void AlarmWatch::look(store::Reader& reader) {
  auto found = alarms(reader, store_.health(), heard_, options_, clock_.now_us());
  if (!found) return;
  std::vector<Alarm> before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(standing_, *found);
  }
  for (const auto& alarm : *found)
    if (!has(before, alarm)) tell_(alarm, true);
  for (const auto& alarm : before)
    if (!has(*found, alarm)) tell_(alarm, false);
}

}  // namespace fingerpost::exchange
