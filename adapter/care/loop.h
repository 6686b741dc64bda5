// The closed loop of a referral: what may happen to it, by whose hand, and what that needs.
//
// The steps of Task.status are in care/referral.h. An event is why a step is taken; some events
// take none. Cancelling has two phases: the requester asks, the owner confirms, and an outcome that
// the owner sends in between wins. No event touches the ServiceRequest: a request whose Tasks were
// all refused is routed to somebody else (can_be_routed).

#pragma once

#include "care/referral.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fingerpost::care {

enum class Event : std::uint8_t {
  request,
  discard,      // a draft that was never sent
  acknowledge,  // the owner has it and has not decided
  accept,
  reject,
  start,
  hold,  // also: a waiting list
  note,  // an appointment, a session, somebody who did not come
  complete,
  fail,
  give_back,  // the owner ends what he accepted, without an outcome
  ask_cancel,
  confirm_cancel,
  force_cancel,    // the owner did not answer when asked
  cancel_at_once,  // cancelled at once, by a requester whose standard knows no asking
  expire,          // no answer before the deadline
  mark_wrong
};
constexpr int event_count = 17;

std::string_view code(Event event);

// Whether the requester takes the referral back, beside its status.
enum class Withdrawal : std::uint8_t {
  none,
  asked,  // and the owner has not answered, or his answer ended it
  forced  // the requester's side ended it without the owner's word
};

struct Standing {
  Status status = Status::draft;
  Withdrawal withdrawal = Withdrawal::none;

  friend bool operator==(const Standing&, const Standing&) = default;
};

// A set of steps, a bit each.
using Steps = std::uint16_t;
constexpr bool has(Steps steps, Status status) {
  return ((steps >> static_cast<unsigned>(status)) & 1U) != 0;
}
template <class... More>
constexpr Steps in(More... statuses) {
  return static_cast<Steps>(((1U << static_cast<unsigned>(statuses)) | ...));
}
constexpr Steps in_asked = in(Status::requested, Status::received);
constexpr Steps in_work = in(Status::accepted, Status::in_progress, Status::on_hold);
constexpr Steps in_open = in_asked | in_work;

enum class Need : std::uint8_t { reason, output, overdue, single_phase, audit };
using Needs = std::uint8_t;  // a bit for each Need

// What comes with an event.
struct Given {
  bool reason = false;        // Task.statusReason says why, from this event or an earlier one
  bool output = false;        // Task.output has an outcome
  bool overdue = false;       // the deadline that was waited for has passed
  bool single_phase = false;  // the sender's standard cannot ask for a cancellation
  bool audit = false;         // an audited correction of what others act upon already
};

struct Rule {
  Event event;
  Party by;  // requester or owner
  Steps from;
  std::optional<Status> to;              // none: it stays
  bool once_asked;                       // whether a withdrawal must have been asked for
  std::optional<Withdrawal> withdrawal;  // none: it stays
  Needs needs;
};
std::span<const Rule> rules();
// Whose it is; Party::either for a note, which whoever has a part in the referral may add.
Party party_of(Event event);

// Where the referral stands after an event. Kind::unsupported: not from here, naming what is
// allowed, or without what it needs; Kind::forbidden: the other party's.
Result<Standing> after(Standing before, Event event, Party by, const Given& given);

// The event that a Task stands for which was written where there was none of it said: it stood
// `before`, and now it stands `now`. `by` is whose word it is; Party::either: not told, so that any
// event will do that fits. Errors as after(), the statuses that may follow named; Kind::conflict
// when the request to cancel that it stood under is neither answered nor outlasted.
Result<Event> event_between(Standing before, Standing now, Party by, const Given& given);

// "accept, reject, …": what a party may do now, in the table's order; "none". With `given` also
// what is not his to bring is looked at: a deadline that has passed, a partner who cannot ask.
// `claimed`: somebody owns it; nobody can but claim it otherwise, by accepting it.
std::string allowed_now(Standing standing, Party by);
std::string allowed_now(Standing standing, Party by, const Given& given, bool claimed);

// A partner's news of an event: as after(), but an owner who reports work on a referral has
// accepted it, and what arrives when the referral has ended changes nothing.
Result<Standing> hear(Standing before, Event event, Party by, const Given& given);

// Whether a request may be sent to another service: nobody is asked now, and nobody did it.
bool can_be_routed(std::span<const Standing> tasks);

}  // namespace fingerpost::care
