// The tier of a person as a cohort gives it: a Flag for each who is in, dated, with the reason
// (OM-12).

#pragma once

#include "interaction/care.h"

#include <optional>
#include <span>
#include <string>

namespace fingerpost::interaction {

// Who came into the cohort, or left it.
struct TierChange {
  std::string person;  // id
  std::string since;   // a day
  std::string until;   // ""; else the day it ended
};

// Adds the Flags when the criteria name a tier (extension `tier`); where they did and do no more,
// `other_criteria`, the Flags that there are end. Kind::too_costly: more changes than one commit
// may have.
std::optional<Answer> add_tiers(const Session& session, const Held& criteria,
                                const std::string& cohort, std::span<const TierChange> changes,
                                bool other_criteria, Attempt& attempt);

}  // namespace fingerpost::interaction
