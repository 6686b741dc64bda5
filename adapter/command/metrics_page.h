// GET /metrics: how the gateway does, as Prometheus text. Labels are of the configuration and of
// fixed words: never of a message or a resource.

#pragma once

#include "base/clock.h"
#include "exchange/alarms.h"
#include "exchange/intake.h"
#include "exchange/outbox_worker.h"
#include "exchange/partner.h"
#include "http/listener.h"
#include "http/measured.h"
#include "store/measures.h"
#include "store/store.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace fingerpost::command {

// Of the extracts that a running gateway takes.
struct ExtractProgress {
  std::atomic<int> under_way{0};
  std::atomic<std::uint64_t> batches{0};  // begun, of the one under way
  std::atomic<std::uint64_t> applied{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> resources{0};
};

// What the page is made from; null: there is none of it.
struct Metered {
  std::string version;
  std::int64_t started_us = 0;
  store::Store& store;
  Clock& clock;
  const exchange::Partners& partners;
  const store::StoreMeasures& commits;
  const http::HttpMeasures& answers;
  const exchange::IntakeCounts& intake;
  const exchange::OutboxCounts& outbox;
  const exchange::AlarmWatch* alarms = nullptr;
  const exchange::Heard* heard = nullptr;
  const std::vector<exchange::Quiet>* quiet = nullptr;
  const http::Listener* http = nullptr;
  const ExtractProgress* extracts = nullptr;
  std::size_t mllp_connections = 0;
};

std::string metrics_page(const Metered& of);

// What an alarm is about, as it may be shown: a source that is no partner names itself, and is
// "other"; a subscription's lane is "subscriptions".
std::string subject_of(const exchange::Alarm& alarm, const exchange::Partners& partners);

}  // namespace fingerpost::command
