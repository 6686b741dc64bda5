// What a resource says of itself beyond R4's elements: the profiles it claims, its extensions.

#pragma once

#include "exchange/neighbourhood.h"

#include <string_view>

namespace fingerpost::exchange {

// Whether meta.profile has it.
bool claims(NodeRef resource, std::string_view profile);
// The first extension of the url; no node when there is none.
NodeRef extension(NodeRef element, std::string_view url);
// The value of the extension, or of that part of it; "" when there is none.
std::string_view extension_text(NodeRef element, std::string_view url, std::string_view part = "");
// Whether a CodeableConcept has the code.
bool has_code(NodeRef concept_node, std::string_view system, std::string_view code);
// The first code of the system; "" when there is none.
std::string_view code_of(NodeRef concept_node, std::string_view system);

}  // namespace fingerpost::exchange
