// Is a resource what the definitions say it may be?

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

namespace fingerpost::profile {

// Cardinality, types, primitive syntax, reference targets and required bindings of the resource at
// `node` and all below it, and that no narrative has active content (active_content.h). What only
// the bytes show (unknown members, lists, duplicate keys) is model::read_json's to report; callers
// join both. A required binding to a code system whose content is not at hand gives an information,
// never silence. Any thread.
Issues validate(const model::Definitions& definitions, const Tree& tree, NodeId node,
                const Limits& limits);

}  // namespace fingerpost::profile
