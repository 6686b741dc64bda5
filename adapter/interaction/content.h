// What may be stored.

#pragma once

#include "fingerpost/issue.h"
#include "interaction/context.h"

namespace fingerpost::interaction {

// What is wrong with a resource that is to be stored, but for what only its bytes show: by the
// definitions, and, when Context::profiles_on_write says so, by invariants and by the profiles that
// it claims, be they known from the start or stored by clients. A definition
// that is over a limit, or cannot be looked up now, is an error; a profile that is known nowhere, a
// warning.
Issues content_issues(const Session& session, const Tree& tree);

}  // namespace fingerpost::interaction
