// FHIR JSON in and out of the tree (R4 json.html), for R4 and STU3 types.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string>
#include <string_view>

namespace fingerpost::model {

struct ReadTree {
  Tree tree;
  Issues issues;  // unknown members, wrong shapes: kept in the tree where they can be, and reported
};

// A resource. `where` of the error is a byte or a FHIRPath. Unknown members stay in the tree with
// type no_type. Kind::invalid: not JSON, no resourceType, an unknown resourceType at the root.
Result<ReadTree> read_json(const Definitions& definitions, std::string source, const Limits& limits,
                           Model model = Model::r4);

enum class Pretty { no, yes };

// Appends the node as JSON. A resource starts with its resourceType; members follow the tree's
// order, so a tree that was read is written in the order it was read.
void write_json(const Definitions& definitions, const Tree& tree, NodeId node, std::string& out,
                Pretty pretty = Pretty::no);

// The FHIRPath of a node from its root, with indexes where the element repeats:
// "Patient.name[0].given[1]".
std::string location(const Definitions& definitions, const Tree& tree, NodeId node);

}  // namespace fingerpost::model
