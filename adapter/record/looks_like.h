// What bytes seem to be, for whoever gave them to the wrong reader. A guess from how they begin,
// never a decision.

#pragma once

#include <string_view>

namespace fingerpost::record {

// "an HL7 v2 message, which --from hl7v2 reads"; "": nothing that is known.
std::string_view looks_like(std::string_view bytes);

}  // namespace fingerpost::record
