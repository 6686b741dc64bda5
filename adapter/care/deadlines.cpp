#include "care/deadlines.h"

namespace fingerpost::care {
namespace {

struct Patience {
  Wait wait;
  std::chrono::hours Deadlines::*limit;
  std::optional<Event> then;
};
constexpr Patience table[] = {
    {Wait::response, &Deadlines::response, Event::expire},
    {Wait::begin, &Deadlines::begin, std::nullopt},
    {Wait::news, &Deadlines::news, std::nullopt},
    {Wait::cancellation, &Deadlines::cancellation, Event::force_cancel},
};

}  // namespace

Wait waits_for(Standing standing) {
  if (!open(standing.status)) return Wait::nothing;
  if (standing.withdrawal == Withdrawal::asked) return Wait::cancellation;
  switch (standing.status) {
    case Status::requested:
    case Status::received:
      return Wait::response;
    case Status::accepted:
      return Wait::begin;
    default:
      return Wait::news;
  }
}

std::optional<Overdue> overdue(Standing standing, std::chrono::sys_seconds since,
                               std::chrono::sys_seconds now, const Deadlines& deadlines) {
  const auto wait = waits_for(standing);
  for (const auto& patience : table)
    if (patience.wait == wait && now - since >= deadlines.*patience.limit)
      return Overdue{wait, patience.then};
  return std::nullopt;
}

bool nudge_due(Standing standing, std::chrono::sys_seconds since, std::chrono::sys_seconds now,
               const Deadlines& deadlines) {
  return waits_for(standing) == Wait::response && now - since >= deadlines.nudge &&
         !overdue(standing, since, now, deadlines);
}

}  // namespace fingerpost::care
