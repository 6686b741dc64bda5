// FHIR XML in and out of the tree (R4 xml.html), for R4 and STU3 types.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "model/definitions.h"
#include "model/json.h"
#include "wire/xml.h"

#include <string>
#include <string_view>

namespace fingerpost::model {

// A resource. `where` of the error is a line and column, or a FHIRPath. Elements no definition
// knows stay in the tree with type no_type and are reported. Narrative is kept as the characters of
// its div. Kind::invalid: not well formed, a DOCTYPE, no FHIR namespace, an unknown root.
Result<ReadTree> read_xml(const Definitions& definitions, std::string source, const Limits& limits,
                          Model model = Model::r4);

// The same of an element of a document that holds more: a test suite's file, an envelope.
Result<ReadTree> read_xml(const Definitions& definitions, const wire::XmlView& element,
                          const Limits& limits, Model model = Model::r4);

// Either form, told by its first character: "<" begins XML.
Result<ReadTree> read_resource(const Definitions& definitions, std::string source,
                               const Limits& limits, Model model = Model::r4);

// Appends the resource at `node` as XML, its children in the definition's order; what no definition
// knows comes after, in the source's. A narrative that is no XHTML div is made one (xhtml.h).
void write_xml(const Definitions& definitions, const Tree& tree, NodeId node, std::string& out,
               Pretty pretty = Pretty::no);

}  // namespace fingerpost::model
