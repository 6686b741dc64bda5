#include "command/configuration_care.h"

#include "command/configuration_section.h"

#include <string>

namespace fingerpost::command {
namespace {

// A wait of a whole number of units; none is no wait.
template <class Duration>
void wait(Section& section, const char* key, std::int64_t unit_seconds, Duration& to) {
  constexpr std::int64_t longest_seconds = std::int64_t{10} * 365 * 24 * 3600;
  auto count = std::chrono::duration_cast<std::chrono::seconds>(to).count() / unit_seconds;
  section.number(key, count);
  if (count < 1 || count > longest_seconds / unit_seconds)
    return section.refuse(std::string(key) + " must be at least 1, and ten years at most");
  to = std::chrono::duration_cast<Duration>(std::chrono::seconds(count * unit_seconds));
}

}  // namespace

void read_care(Section& section, care::Policy& policy) {
  constexpr std::int64_t second = 1, hour = 3600, day = 24 * hour;
  auto& deadlines = policy.deadlines;
  wait(section, "response_days", day, deadlines.response);
  wait(section, "nudge_days", day, deadlines.nudge);
  wait(section, "begin_days", day, deadlines.begin);
  wait(section, "outcome_days", day, deadlines.news);
  wait(section, "cancellation_days", day, deadlines.cancellation);
  wait(section, "look_every_seconds", second, policy.look_every);
  wait(section, "act_within_hours", hour, policy.act_within);
  wait(section, "check_within_days", day, policy.check_within);
  section.number("invitations", policy.invitations);
  section.word("disclosure", {"none", "codes", "summary", "all"}, [&](std::size_t index) {
    policy.disclosure = static_cast<care::Disclosure>(index);
  });
  if (policy.invitations < 1) section.refuse("invitations must be at least 1");
  if (deadlines.nudge >= deadlines.response)
    section.refuse("nudge_days come before response_days");
}

}  // namespace fingerpost::command
