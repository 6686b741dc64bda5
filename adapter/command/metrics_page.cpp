#include "command/metrics_page.h"

#include "exchange/subscription.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <unistd.h>
#include <utility>

namespace fingerpost::command {
namespace {

using Type = MetricsText::Type;
constexpr double us = 1e6;

double seconds(std::int64_t time_us) {
  return static_cast<double>(time_us) / us;
}

// Linux: the second number of statm is the pages in memory.
std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void write_process(const Metered& of, MetricsText& page) {
  page.family("fingerpost_build_info", Type::gauge, "The program; always 1.");
  page.sample({{"version", of.version}}, std::uint64_t{1});
  page.family("process_start_time_seconds", Type::gauge, "When it was started.");
  page.sample({}, seconds(of.started_us));
  page.family("process_resident_memory_bytes", Type::gauge, "Memory that it holds.");
  page.sample({}, resident_bytes());
}

void write_store(const Metered& of, MetricsText& page) {
  page.family("fingerpost_store_state", Type::gauge, "1 for how the store stands.");
  for (const auto state : {store::Health::good, store::Health::full, store::Health::stopped})
    page.sample({{"state", store::name(state)}}, std::uint64_t{of.store.health() == state});
  page.family("fingerpost_store_batch_units", Type::histogram, "Units of one transaction.");
  page.samples({}, of.commits.batch_units, 1);
  page.family("fingerpost_store_sync_seconds", Type::histogram,
              "COMMIT: the log is written and synced.");
  page.samples({}, of.commits.commit_us, us);
  page.family("fingerpost_store_transaction_seconds", Type::histogram,
              "A whole transaction of a batch.");
  page.samples({}, of.commits.transaction_us, us);
}

// Clients name their subscriptions, and there may be many: all their lanes are one here.
constexpr std::string_view subscribers = "subscriptions";

// A partner without rows has a lane, too.
Result<std::vector<store::LaneState>> lanes_of(store::Reader& reader,
                                               const exchange::Partners& partners) {
  LET(auto lanes, reader.lanes());
  std::vector<store::LaneState> found;
  store::LaneState together{std::string(subscribers), false, 0, 0, 0};
  for (auto& lane : lanes) {
    if (!lane.lane.starts_with(exchange::subscription_lanes)) {
      found.push_back(std::move(lane));
      continue;
    }
    together.held |= lane.held;
    together.open += lane.open;
    together.dead += lane.dead;
    if (lane.oldest_us != 0 && (together.oldest_us == 0 || lane.oldest_us < together.oldest_us))
      together.oldest_us = lane.oldest_us;
  }
  const auto known = [&found](const std::string& lane) {
    return std::any_of(found.begin(), found.end(),
                       [&lane](const store::LaneState& one) { return one.lane == lane; });
  };
  if (found.size() < lanes.size()) found.push_back(std::move(together));
  for (const auto& partner : partners.list)
    if (!known(partner.id)) found.push_back({partner.id, false, 0, 0, 0});
  return found;
}

void write_lanes(const Metered& of, store::Reader& reader, MetricsText& page) {
  const auto lanes = lanes_of(reader, of.partners);
  if (!lanes) return;
  page.family("fingerpost_outbox_rows", Type::gauge, "Rows of a lane.");
  for (const auto& lane : *lanes) {
    page.sample({{"lane", lane.lane}, {"state", "open"}}, lane.open);
    page.sample({{"lane", lane.lane}, {"state", "dead"}}, lane.dead);
  }
  page.family("fingerpost_outbox_oldest_seconds", Type::gauge, "Age of its oldest open row.");
  for (const auto& lane : *lanes)
    page.sample({{"lane", lane.lane}},
                lane.oldest_us == 0 ? 0.0 : seconds(of.clock.now_us() - lane.oldest_us));
  page.family("fingerpost_outbox_lane_held", Type::gauge, "1: an operator holds the lane.");
  for (const auto& lane : *lanes) page.sample({{"lane", lane.lane}}, std::uint64_t{lane.held});
}

void write_inbox(store::Reader& reader, MetricsText& page) {
  constexpr int most = 1'000;
  store::InboxFilter waiting;
  waiting.status = store::InboxStatus::received;
  waiting.limit = most;
  const auto received = reader.inbox(waiting);
  const auto counts = reader.queue_counts();
  if (!received || !counts) return;
  page.family("fingerpost_inbox_rows", Type::gauge,
              "Messages that were not applied; those received are counted to 1000, others to "
              "10000.");
  page.sample({{"state", "received"}}, std::uint64_t{received->size()});
  page.sample({{"state", "refused"}}, counts->inbox_refused);
  page.sample({{"state", "quarantined"}}, counts->inbox_quarantined);
}

template <class Counts, std::size_t N>
void write_counts(
    MetricsText& page, const Counts& counts,
    const std::pair<std::string_view, std::atomic<std::uint64_t> Counts::*> (&of)[N]) {
  for (const auto& [result, count] : of) page.sample({{"result", result}}, (counts.*count).load());
}

void write_exchange(const Metered& of, MetricsText& page) {
  using In = exchange::IntakeCounts;
  using Out = exchange::OutboxCounts;
  page.family("fingerpost_inbox_messages_total", Type::counter,
              "Messages since the start, by what became of them.");
  write_counts<In>(page, of.intake,
                   {{"received", &In::received},
                    {"accepted", &In::accepted},
                    {"refused", &In::refused},
                    {"duplicate", &In::duplicates},
                    {"conflict", &In::conflicts},
                    {"acknowledgement", &In::acknowledgements},
                    {"malformed", &In::malformed},
                    {"put_off", &In::put_off}});
  page.family("fingerpost_outbox_goes_total", Type::counter,
              "Goes at rows since the start, and how they ended.");
  write_counts<Out>(page, of.outbox,
                    {{"begun", &Out::sent},
                     {"delivered", &Out::delivered},
                     {"retried", &Out::retried},
                     {"dead", &Out::dead},
                     {"looked_up", &Out::looked_up}});
}

void write_listeners(const Metered& of, MetricsText& page) {
  page.family("fingerpost_connections", Type::gauge, "Open connections.");
  if (of.http != nullptr)
    page.sample({{"listener", "http"}}, std::uint64_t{of.http->connections()});
  page.sample({{"listener", "mllp"}}, std::uint64_t{of.mllp_connections});
  if (of.http == nullptr) return;
  page.family("fingerpost_http_requests", Type::gauge, "Requests that are not answered yet.");
  page.sample({}, std::uint64_t{of.http->requests()});
  const auto refusals = of.http->refusals();
  page.family("fingerpost_http_refused_total", Type::counter,
              "What was turned away before it was looked at.");
  page.sample({{"reason", "malformed"}}, refusals.malformed);
  page.sample({{"reason", "overload"}}, refusals.overloaded);
  page.sample({{"reason", "connections"}}, refusals.turned_away);
}

void write_extracts(const ExtractProgress& extracts, MetricsText& page) {
  page.family("fingerpost_extract_under_way", Type::gauge, "1: an extract is being taken.");
  page.sample({}, std::uint64_t{extracts.under_way.load() != 0});
  page.family("fingerpost_extract_batches", Type::gauge, "Batches begun of it.");
  page.sample({}, extracts.batches.load());
  page.family("fingerpost_extracts_total", Type::counter, "Extracts since the start.");
  page.sample({{"result", "applied"}}, extracts.applied.load());
  page.sample({{"result", "refused"}}, extracts.refused.load());
  page.family("fingerpost_extract_resources_total", Type::counter,
              "Resources that extracts made or changed.");
  page.sample({}, extracts.resources.load());
}

void write_alarms(const Metered& of, MetricsText& page) {
  page.family("fingerpost_alarm", Type::gauge, "1 for each alarm that stands.");
  std::set<std::pair<exchange::Alarm::What, std::string>> seen;
  for (const auto& alarm : of.alarms->standing()) {
    const auto subject = subject_of(alarm, of.partners);
    if (seen.emplace(alarm.what, subject).second)
      page.sample({{"alarm", exchange::name(alarm.what)}, {"subject", subject}}, std::uint64_t{1});
  }
  if (of.heard == nullptr || of.quiet == nullptr) return;
  page.family("fingerpost_partner_heard_timestamp_seconds", Type::gauge,
              "When it was last heard, or watching for it began.");
  for (const auto& quiet : *of.quiet)
    page.sample({{"partner", quiet.partner}}, seconds(of.heard->last_us(quiet.partner)));
}

}  // namespace

std::string subject_of(const exchange::Alarm& alarm, const exchange::Partners& partners) {
  const bool names_itself = alarm.what == exchange::Alarm::What::inbox_old;
  if (alarm.subject.starts_with(exchange::subscription_lanes)) return std::string(subscribers);
  return names_itself && partners.find(alarm.subject) == nullptr ? "other" : alarm.subject;
}

std::string metrics_page(const Metered& of) {
  MetricsText page;
  write_process(of, page);
  write_store(of, page);
  if (const auto reader = of.store.reader()) {
    write_lanes(of, **reader, page);
    write_inbox(**reader, page);
  }
  write_exchange(of, page);
  of.answers.write(page);
  write_listeners(of, page);
  if (of.extracts != nullptr) write_extracts(*of.extracts, page);
  if (of.alarms != nullptr) write_alarms(of, page);
  return page.text();
}

}  // namespace fingerpost::command
