// Is a display one that the code has?

#pragma once

#include "terminology/finding.h"
#include "terminology/language.h"
#include "terminology/request.h"

#include <optional>

namespace fingerpost::terminology {

// What is to be said of the display that came with a code; nothing when it is right. A wrong one is
// of `wrong` severity.
std::optional<Finding> check_display(const AskedCode& asked, const Item& item,
                                     const Supplements& supplements, const Languages& languages,
                                     Severity wrong);

// Whether any name of the code is this one.
bool is_a_name(std::string_view display, const Item& item, const Supplements& supplements);

}  // namespace fingerpost::terminology
