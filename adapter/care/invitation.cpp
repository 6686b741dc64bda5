#include "care/invitation.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::care {
namespace {

// The others of the code system ask for another attempt: call-back, message-left, no-answer,
// number-questionable.
constexpr std::array<std::string_view, 6> ends = {"booked",   "declined",        "moved-away",
                                                  "deceased", "not-appropriate", "no-response"};

Error refused(Kind kind, std::string text) {
  return {kind, std::move(text), "Communication.extension"};
}

}  // namespace

bool ends_inviting(std::string_view outcome) {
  return std::find(ends.begin(), ends.end(), outcome) != ends.end();
}

Result<void> check_invitation(std::span<const Invitation> before, const Invitation& next,
                              int most) {
  int last = 0;
  for (const auto& one : before) {
    if (ends_inviting(one.outcome))
      return refused(Kind::unsupported, "the person is not invited again: attempt " +
                                            std::to_string(one.number) + " ended as " +
                                            std::string(one.outcome));
    if (one.number == next.number)
      return refused(Kind::conflict, "attempt " + std::to_string(next.number) + " was made");
    last = std::max(last, one.number);
  }
  if (next.number != last + 1)
    return refused(Kind::unsupported, "the next attempt is " + std::to_string(last + 1));
  if (next.number > most)
    return refused(Kind::unsupported,
                   "a person is invited at most " + std::to_string(most) + " times");
  return {};
}

Result<void> check_same_invitation(const Invitation& was, const Invitation& is) {
  if (was.number != is.number) return refused(Kind::unsupported, "the number of an attempt stays");
  if (ends_inviting(was.outcome) && was.outcome != is.outcome)
    return refused(Kind::unsupported,
                   "what ended the invitation stays: " + std::string(was.outcome));
  return {};
}

}  // namespace fingerpost::care
