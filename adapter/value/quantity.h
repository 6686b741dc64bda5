// Quantities: units, comparison and arithmetic.
//
// Units are compared by their code, by the calendar words, and as UCUM units; a code that is none
// compares only with itself.

#pragma once

#include "value/value.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::value {

// "10", "10 'mg'", "4 days"; the unit is a view of the text.
std::optional<Quantity> parse_quantity(std::string_view text);
std::string text(const Quantity& quantity);  // "10 'mg'", "4 days"

Calendar calendar_word(std::string_view word);  // "day", "days"; none for others
// The calendar step a unit means in date arithmetic: days for "d" too. None for 'a' and 'mo', which
// are definite lengths, and for what is no time.
Calendar calendar_step(const Quantity& quantity);

bool comparable(const Quantity& left, const Quantity& right);
// None when the units do not compare.
std::optional<std::strong_ordering> compare(const Quantity& left, const Quantity& right);
// `~`: 'a' is a year and 'mo' is a month, and the values are rounded to the digits of the one that
// has fewer behind its point, in the smaller unit of the two.
bool equivalent(const Quantity& left, const Quantity& right);

// None when the units do not go together, or the number does not fit. The unit is a view of an
// operand's or of `unit`.
std::optional<Quantity> add(const Quantity& left, const Quantity& right);
std::optional<Quantity> multiply(const Quantity& left, const Quantity& right, std::string& unit);
std::optional<Quantity> divide(const Quantity& left, const Quantity& right, std::string& unit);

}  // namespace fingerpost::value
