// Values against fixed[x] and pattern[x] (R4 elementdefinition.html).

#pragma once

#include "fingerpost/tree.h"

namespace fingerpost::profile {

// fixed[x]: the same, all of it, ids apart. Lists in the same order; numbers by value and places.
bool equal(NodeRef value, NodeRef fixed);

// pattern[x]: the value has all that the pattern has; it may have more. Each item of the pattern's
// list is met by some item of the value's.
bool fits(NodeRef value, NodeRef pattern);

}  // namespace fingerpost::profile
