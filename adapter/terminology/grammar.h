// Code systems whose codes are a grammar and no list: UCUM, BCP 47, BCP 13.

#pragma once

#include <optional>
#include <string_view>

namespace fingerpost::terminology {

// Whether the grammar of a code system takes the code; none for a system without a grammar here.
// That a subtag or a media type is registered is not asked.
std::optional<bool> well_formed(std::string_view system, std::string_view code);

}  // namespace fingerpost::terminology
