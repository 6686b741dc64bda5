// How long a referral may wait, and for whom. Every open referral waits for something, so that none
// is lost in silence.

#pragma once

#include "care/loop.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace fingerpost::care {

enum class Wait : std::uint8_t {
  nothing,       // not sent, or ended
  response,      // the owner has not decided
  begin,         // accepted, not begun
  news,          // worked on or held: nothing has been heard
  cancellation,  // asked, not answered
};

Wait waits_for(Standing standing);

// As one service and its partners agreed.
struct Deadlines {
  std::chrono::hours response{24 * 14};
  std::chrono::hours nudge{24 * 7};  // before the response's
  std::chrono::hours begin{24 * 28};
  std::chrono::hours news{24 * 90};
  std::chrono::hours cancellation{24 * 14};
};

struct Overdue {
  Wait wait = Wait::nothing;
  std::optional<Event> then;  // what the requester's side may do now; none: ask the owner
};

// `since`: when the event was that it waits from.
std::optional<Overdue> overdue(Standing standing, std::chrono::sys_seconds since,
                               std::chrono::sys_seconds now, const Deadlines& deadlines);
// Whether the owner is to be reminded that an answer is due.
bool nudge_due(Standing standing, std::chrono::sys_seconds since, std::chrono::sys_seconds now,
               const Deadlines& deadlines);

}  // namespace fingerpost::care
