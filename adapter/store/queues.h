// The inbox and the outbox: what came in, and what must go out, as rows of the store.

#pragma once

#include "store/policy.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::store {

struct UnitOutcome;

// received: kept and acknowledged, not yet applied. applied: its resources are stored. refused: the
// sender was told that it is wrong. quarantined: failed too often; a person must look.
enum class InboxStatus : std::uint8_t { received, applied, refused, quarantined };

// Rows of this source are kept only as long as all of them together are within
// Limits::refused_bytes_together: whoever can send can fill it.
constexpr std::string_view refused_source = "fhir-refused";

// One message as it came.
struct InboxRow {
  std::int64_t id = 0;  // given by the store
  std::string source;   // the partner or listener it came from
  std::string kind;     // "hl7v2", "fhir-transaction" …
  std::string key;      // what makes it the same message again; unique with the source
  std::string digest;   // SHA-256 of the raw bytes, hex
  std::string raw;
  std::string order_key;  // messages of one source and order key are applied one after another
  InboxStatus status = InboxStatus::received;
  std::string answer;  // what the sender was told
  std::string note;    // why it is as it is; no patient data
  int attempts = 0;
  std::int64_t received_us = 0;  // 0: the time of the commit
  std::int64_t due_us = 0;       // when to try next
  // Makes the answer from what the commit did, on the writer's thread, before it is durable. Short.
  std::function<std::string(const UnitOutcome&)> make_answer;
};

struct InboxUpdate {
  std::int64_t id = 0;
  InboxStatus status = InboxStatus::received;
  std::optional<std::string> answer;  // none: unchanged
  std::optional<std::string> note;
  std::optional<int> attempts;
  std::optional<std::int64_t> due_us;
  std::optional<InboxStatus> from = {};  // what it must be until then; none: anything
  std::string kind = {};  // the row's own, for whoever is told of the update; not stored
};

// Open rows: waiting (due at due_us), sending (the intent is durable, the outcome not known), held
// (by a person). Closed rows: delivered, dead (given up, with a note), cancelled (by a person).
enum class OutboxStatus : std::uint8_t { waiting, sending, held, delivered, dead, cancelled };
constexpr bool is_open(OutboxStatus status) {
  return status <= OutboxStatus::held;
}

// One thing to deliver.
struct OutboxRow {
  std::int64_t id = 0;    // given by the store
  std::string lane;       // rows of one lane share a receiver's pace
  std::string receiver;   // partner id
  std::string order_key;  // rows of one lane and order key leave one after another; "": any order
  std::string idempotency_key;  // unique: a row whose key is there already is not added again
  std::string kind;             // "fhir-transaction", "rri" …
  std::string body;
  OutboxStatus status = OutboxStatus::waiting;
  std::string note;  // why it is as it is; no patient data
  int attempts = 0;
  std::int64_t created_us = 0;  // 0: the time of the commit
  std::int64_t due_us = 0;
  bool counts = false;      // it is counted in its lane, as the events of a subscription are
  std::int64_t number = 0;  // given by the store: how many rows of its lane count, up to it
  // Not null: it is added only if what the unit's write of this number leaves is in sight.
  std::shared_ptr<const Policy> eyes = {};
  std::size_t about = 0;
};

struct OutboxUpdate {
  std::int64_t id = 0;
  OutboxStatus status = OutboxStatus::waiting;
  std::optional<std::string> note;  // none: unchanged
  std::optional<int> attempts;
  std::optional<std::int64_t> due_us;
  std::string kind = {};  // the row's own, for whoever is told of the update; not stored
  std::optional<std::string> body = {};  // none: unchanged
};

// A held lane sends nothing until it is released.
struct LaneUpdate {
  std::string lane;
  bool held = false;
};

struct LaneState {
  std::string lane;
  bool held = false;
  std::int64_t open = 0;
  std::int64_t dead = 0;
  std::int64_t oldest_us = 0;   // created_us of its oldest open row; 0: none
  std::int64_t oldest_row = 0;  // its id
  std::int64_t counted = 0;     // rows that count in it
};

// One page of a list: rows with id > after, in order of id.
struct InboxFilter {
  std::optional<InboxStatus> status;
  std::string source;  // "": any
  std::int64_t after = 0;
  int limit = 50;
  bool newest_first = false;  // then `after` is the id that those wanted are below; 0: any
};
struct OutboxFilter {
  std::optional<OutboxStatus> status;
  std::string lane;  // "": any
  std::int64_t after = 0;
  int limit = 50;
  std::string order_key = {};  // "": any; found by an index
  bool newest_first = false;   // then `after` is the id that those wanted are below; 0: any
  // Not 0: the rows of `lane` that count in it, from this number on, whatever else is asked for;
  // found by an index.
  std::int64_t from_number = 0;
};

// How many rows need a person, each counted no further than most_counted.
constexpr std::int64_t most_counted = 10'000;
struct QueueCounts {
  std::int64_t inbox_refused = 0;
  std::int64_t inbox_quarantined = 0;
  std::int64_t outbox_held = 0;
  std::int64_t outbox_dead = 0;
};

std::string_view name(InboxStatus status);   // "received" …
std::string_view name(OutboxStatus status);  // "waiting" …
std::optional<InboxStatus> inbox_status(std::string_view name);
std::optional<OutboxStatus> outbox_status(std::string_view name);

}  // namespace fingerpost::store
