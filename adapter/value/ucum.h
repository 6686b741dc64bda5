// UCUM units, case sensitive: read, compared and converted exactly.
//
// The grammar and the meaning are those of the UCUM specification, sections 2 to 4. An arbitrary
// unit ([iU], [CFU] …) is comparable with itself alone. Of the special units those of temperature
// are converted; the others (pH, Bel …) compare with nothing but their own code.

#pragma once

#include "value/decimal.h"
#include "value/ratio.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::value {

// What a unit measures, and how much of the base units it is: (value + shift) * factor.
struct Unit {
  Ratio factor;
  std::optional<Ratio> shift;                            // of temperatures that do not start at 0 K
  std::array<int, 7> exponents{};                        // of m, s, g, rad, K, C, cd
  std::vector<std::pair<std::uint16_t, int>> arbitrary;  // which one, and its exponent, by which
  // False: valid, but no number of base units (a special unit, or out of all bounds).
  bool convertible = true;
};

// None: it is no UCUM unit. "" is none either.
std::optional<Unit> parse_unit(std::string_view code);

// Measure the same, so that values of the one may be said in the other.
bool comparable(const Unit& left, const Unit& right);
std::strong_ordering compare(const Decimal& left, const Unit& left_unit, const Decimal& right,
                             const Unit& right_unit);                   // of comparable ones
Ratio converted(const Ratio& value, const Unit& from, const Unit& to);  // of comparable ones

}  // namespace fingerpost::value
