// The sessions of a course or of support: n of m, counted upwards.

#pragma once

#include "fingerpost/result.h"

#include <optional>

namespace fingerpost::care {

// The extension `sessions` of a referral Task.
struct Sessions {
  int planned = 0;
  int attended = 0;
  std::optional<int> needed;  // how many make it complete
};

// `audited`: a correction that says why. Kind::unsupported, `where` Task.extension: more attended
// or needed than planned, or what was attended is taken back.
Result<void> check_sessions(const std::optional<Sessions>& before, const Sessions& now,
                            bool audited);

// Whether the course may be called completed; a reason says why it is all the same.
Result<void> check_completed(const Sessions& sessions, bool reason);

}  // namespace fingerpost::care
