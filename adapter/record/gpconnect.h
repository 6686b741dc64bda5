// A GP Connect record (FHIR STU3) as a typed tree, its envelope made regular so that maps need not
// care how the provider wrote it.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace fingerpost::record {

// What is made regular: every entry has a fullUrl of the form Type/id, and a reference to a
// resource of the record is that text, whether it came as an absolute URL, with a version, or as
// urn:uuid. Other references stay as they were.
struct GpConnectRecord {
  Tree tree;                // STU3 types
  NodeId bundle = no_node;  // the Bundle: the root, or a resource in the root Parameters
  std::string owner;        // ODS code of the organisation that manages the patient; may be empty
  std::string subject;      // the first patient's first identifier, "system|value"; may be empty
  Issues issues;
  std::unordered_map<std::string_view, NodeId> resources;  // by entry.fullUrl; the first of each
};

// Kind::invalid: not JSON, or neither a Bundle nor Parameters with a Bundle.
Result<GpConnectRecord> read_gpconnect(const model::Definitions& definitions, std::string bytes,
                                       const Limits& limits);

// The resource of the record that a (regular) reference names, or no node.
NodeRef resolve(const GpConnectRecord& record, std::string_view reference);

// Where a node stands, without indexes, so that equal places of many resources are one:
// "ReferralRequest.specialty.text"; a resource itself is its type, "Observation".
std::string place(const model::Definitions& definitions, NodeRef node);

}  // namespace fingerpost::record
