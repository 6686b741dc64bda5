// Whether one code is above another, for who asks without a Parameters resource.

#pragma once

#include "fingerpost/limits.h"
#include "terminology/terminology.h"

#include <optional>

namespace fingerpost::terminology {

// Whether `general` is `special`, or above it in their code system. None: they are of different
// code systems, or theirs is not at hand or has not both of them.
std::optional<bool> subsumes(const Terminology& terminology, const Coded& general,
                             const Coded& special, const Limits& limits);

}  // namespace fingerpost::terminology
