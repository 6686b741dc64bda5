// No message is lost for a narrative: one of active content is left out of it.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

namespace fingerpost::exchange {

// Takes each narrative of active content (profile/active_content.h) out of the resource, with what
// held nothing else, and says so with its place.
void leave_out_active(const model::Definitions& definitions, Tree& tree, Issues& issues);

}  // namespace fingerpost::exchange
