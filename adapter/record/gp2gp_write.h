// The tree of an EhrExtract (record/gp2gp.h) as XML.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <string>

namespace fingerpost::record {

// Appends the element at `node`. The order of elements is the tree's. What the schema fixes for an
// element is added; times are FHIR's in the tree and London's in the XML, and one that is none is
// written as not known, with a warning. Kind::invalid: a name that XML cannot have.
Result<void> write_gp2gp(const Tree& tree, NodeId node, std::string& out, Issues& issues);

}  // namespace fingerpost::record
