// The outbox rows that tell a partner of a written referral Task.
//
// The message is made when the change is committed, not when it is sent, so that every go at it
// carries the same bytes under the same idempotency key: a peer that has seen the key must never
// see it with another content.

#pragma once

#include "care/names.h"
#include "care/referral.h"
#include "exchange/neighbourhood.h"
#include "exchange/parts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// Outbox kinds: how the worker sends a row.
constexpr std::string_view fhir_kind = "fhir-transaction";
constexpr std::string_view hl7v2_kind = "hl7v2";
constexpr std::string_view bars_kind = "bars";
constexpr std::string_view hl7v2_answer_kind = "hl7v2-answer";  // nobody acknowledges it
constexpr std::string_view kind_of(Language language) {
  return language == Language::fhir   ? fhir_kind
         : language == Language::bars ? bars_kind
                                      : hl7v2_kind;
}

struct TaskChange {
  NodeRef task;
  std::string_view id;
  std::optional<care::Status> before;    // empty: not known before
  std::string_view seed;                 // tells this change from any other of the same Task
  std::string_view from;                 // the partner that made it, who is not told; "" for users
  bool request_only = false;             // the Task stays: the owner gets what it asks for, anew
  std::optional<care::Party> told = {};  // none: as care::route has it
  const Resource* fact = nullptr;        // that the practice is told with it (exchange/facts.h)
};

// Whether the Task's focus is a ServiceRequest, be it known here or not.
bool is_referral(Neighbourhood& near, NodeRef task);

// The Task's status when R4 knows it. Kind::invalid, `where` Task.status, otherwise.
Result<care::Status> status_of(NodeRef task);

// Appends what the change sends. Nothing for a Task that is no referral, for drafts, and where the
// party to be told is this gateway itself. Kind::unsupported with `where` Task.owner when the owner
// is named and no partner is it (Partners::unknown_receiver decides), with `where` Task.focus when
// the owner would be asked for a ServiceRequest that is not known here.
Result<void> add_deliveries(const Parts& parts, Neighbourhood& near, const TaskChange& change,
                            std::vector<store::OutboxRow>& out);

// Whether an open referral, as `before` has it, is now asked of another partner. He who was asked
// until now is then told that it is cancelled for him. The reason carries withdrawn_code: the
// requester knows, and is not told of such a cancellation by whoever receives it.
bool withdraw(const Parts& parts, Neighbourhood& near, const TaskChange& change, NodeRef before,
              std::vector<store::OutboxRow>& out);

// Tells `partner`, who asked for it, how the referral stands, whatever that is.
void add_status(const Parts& parts, Neighbourhood& near, const TaskChange& change,
                const Partner& partner, std::vector<store::OutboxRow>& out);

constexpr std::string_view withdrawn_code = "withdrawn";

}  // namespace fingerpost::exchange
