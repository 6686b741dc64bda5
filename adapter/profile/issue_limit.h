// How many issues a validation tells.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"

#include <algorithm>

namespace fingerpost::profile {

// Whether no more are kept. What is left out may still be an error, which the last one then is.
inline bool is_full(Issues& issues, const Limits& limits, Severity severity) {
  if (issues.size() <= limits.issues) return false;
  issues.back().severity = std::min(issues.back().severity, severity);
  return true;
}

}  // namespace fingerpost::profile
