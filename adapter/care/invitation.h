// Attempts to invite a person: one after another, no more than agreed, and none once the person has
// answered.

#pragma once

#include "fingerpost/result.h"

#include <span>
#include <string_view>

namespace fingerpost::care {

// One attempt with what came of it (CodeSystem invitation-outcome); "" while nothing is known.
struct Invitation {
  int number = 0;
  std::string_view outcome;
};

// Whether nobody is to be invited again after it.
bool ends_inviting(std::string_view outcome);

// A new attempt after those of the same thread. Kind::conflict: the number was used. Otherwise
// Kind::unsupported: out of turn, over `most`, or the person has answered. `where` is
// Communication.extension.
Result<void> check_invitation(std::span<const Invitation> before, const Invitation& next, int most);

// One that is written again. Kind::unsupported: its number changes, or an answer is taken back.
Result<void> check_same_invitation(const Invitation& was, const Invitation& is);

}  // namespace fingerpost::care
