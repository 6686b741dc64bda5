// Which of two dates of FHIR is the earlier.

#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace fingerpost::mapping {

// Dates and dateTimes of any precision. None where that depends on digits that one of them does not
// have, and where one is no date.
std::optional<std::strong_ordering> date_order(std::string_view left, std::string_view right);

}  // namespace fingerpost::mapping
