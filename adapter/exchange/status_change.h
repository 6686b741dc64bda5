// When somebody's health changes, whoever made a plan with them looks at it (OM-14).

#pragma once

#include "exchange/parts.h"

#include <cstddef>

namespace fingerpost::exchange {

// Looks at each agreed plan that is active: a problem that became active, or a stay in hospital,
// which came to the store after the plan was last written, raises a Task `check-status-change` for
// its author. One at a time for each plan; what was looked at is not raised again. How many it
// raised; errors are the store's.
Result<std::size_t> raise_checks(const Parts& parts, store::Reader& reader);

}  // namespace fingerpost::exchange
