// The codes that :in, :not-in, :below and :above name, by the terminology of one request.

#pragma once

#include "interaction/context.h"
#include "search/plan.h"

namespace fingerpost::interaction {

// Good for as long as the session. Kind::invalid: the value set cannot be expanded, or the concept
// is not known; what it says is the terminology's own reason.
search::Resolve resolve_codes(const Session& session);

}  // namespace fingerpost::interaction
