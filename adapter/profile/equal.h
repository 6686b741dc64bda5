// Values against fixed[x] and pattern[x] (R4 elementdefinition.html).

#pragma once

#include "fingerpost/tree.h"

#include <cstdint>
#include <functional>

namespace fingerpost::profile {

// Told of the parts that are to be looked at. False: they may not be, and the answer is false.
using Spend = std::function<bool(std::uint64_t parts)>;

// fixed[x]: the same, all of it, ids apart. Lists in the same order; numbers by value and places.
bool equal(NodeRef value, NodeRef fixed, const Spend& spend = {});

// pattern[x]: the value has all that the pattern has; it may have more. Each item of the pattern's
// list is met by some item of the value's.
bool fits(NodeRef value, NodeRef pattern, const Spend& spend = {});

}  // namespace fingerpost::profile
