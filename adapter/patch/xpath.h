// The XPath that XML Patch selects with (RFC 5261 section 4.1), as far as FHIR documents need it.

#pragma once

#include "fingerpost/result.h"
#include "patch/xml_node.h"

#include <string_view>

namespace fingerpost::patch {

// One node: an element or text as a child of `parent`, or an attribute of `parent`. The root
// element has no parent.
struct Place {
  XmlNode* parent = nullptr;
  std::size_t index = 0;  // of the child
  std::string attribute;  // "" for a child
};

// Steps by name, "*", "text()" or, last, "@name"; predicates [N], [@name='…'] and [path='…'].
// Prefixes are not looked at: names in a FHIR document are of one namespace. Kind::invalid when
// the text is no such path, or gives none or several nodes. Kind::too_costly: it looks at more
// nodes than there are steps left, which count down.
Result<Place> select(XmlNode& root, std::string_view path, std::uint64_t& steps_left);

}  // namespace fingerpost::patch
