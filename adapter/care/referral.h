// The life of a referral Task as data: which step may follow which, and whose step it is.
//
// A referral Task is a Task whose focus is a ServiceRequest. Its status is the negotiation between
// the requester and the owner; ServiceRequest.status stays the requester's authorisation alone, so
// a rejected Task never revokes the request (it can be routed to somebody else).

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fingerpost::care {

// R4 valueset-task-status, in its order.
enum class Status : std::uint8_t {
  draft,
  requested,
  received,
  accepted,
  rejected,
  ready,
  cancelled,
  in_progress,
  on_hold,
  failed,
  completed,
  entered_in_error
};
constexpr int status_count = 12;

std::string_view code(Status status);
std::optional<Status> read_status(std::string_view code);

enum class Party : std::uint8_t { requester, owner, either };

// One allowed step.
struct Step {
  Status from;
  Status to;
  Party by;
};
std::span<const Step> steps();

// Whose word a status is: the other party is the one to be told of it.
Party writer(Status status);
bool terminal(Status status);
bool open(Status status);  // somebody has been asked, and it has not ended

// Staying in a status is always allowed: other parts of the Task may change. `from` is empty for a
// Task not known before; a gateway may learn of a referral at any step but "ready", which
// referrals do not use. Kind::unsupported names what would be allowed; Kind::forbidden when the
// step exists but is the other party's (Party::either: the writer is not known, so any step that
// exists).
Result<void> check_transition(std::optional<Status> from, Status to, Party by = Party::either);

// "accepted, rejected, …": the statuses that may follow, in the table's order.
std::string allowed_after(Status from);

// True when `incoming`, sent again or late, would take a Task back to where it has already been:
// the stored step then stays.
bool goes_back(Status stored, Status incoming);

// Who is to be told that a referral Task was written: a Task not known before goes to its owner,
// whatever its step; later the other party than the step's writer is told. Empty: nobody (a draft
// or an error stays at home).
std::optional<Party> route(std::optional<Status> before, Status after);

}  // namespace fingerpost::care
