// Exact decimals: a whole number of up to 38 digits, and how many of them stand behind the point.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::value {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

// FHIRPath System.Decimal. The scale keeps trailing zeros: "1.50" has scale 2 and prints as "1.50".
class Decimal {
 public:
  static constexpr int max_scale = 36;

  Decimal() = default;
  Decimal(Wide mantissa, int scale)
      : low_(static_cast<std::uint64_t>(mantissa)),
        high_(static_cast<std::int64_t>(mantissa >> 64)),
        scale_(static_cast<std::int16_t>(scale)) {}

  // "-12.50", "1.2e-3". None when it is not a number or needs more digits than there are.
  static std::optional<Decimal> parse(std::string_view text);
  // The nearest decimal of 15 significant digits; none for infinities and what is not a number.
  static std::optional<Decimal> from_double(double number);

  Wide mantissa() const {
    return static_cast<Wide>((static_cast<UnsignedWide>(static_cast<std::uint64_t>(high_)) << 64) |
                             low_);
  }
  int scale() const { return scale_; }
  bool negative() const { return high_ < 0; }
  bool zero() const { return high_ == 0 && low_ == 0; }
  std::string text() const;
  double to_double() const;

  Decimal normalised() const;  // without trailing zeros behind the point
  Decimal negated() const { return {-mantissa(), scale_}; }

  enum class Rounding { down, half_up, floor, ceiling };  // half_up: halves away from zero
  // With exactly this many digits behind the point (0 or more). None when it does not fit.
  std::optional<Decimal> rescaled(int scale, Rounding rounding) const;

 private:
  std::uint64_t low_ = 0;
  std::int64_t high_ = 0;
  std::int16_t scale_ = 0;  // never negative
};

std::strong_ordering compare(const Decimal& left, const Decimal& right);
// Equal when both are rounded to the digits behind the point of the one that has fewer, trailing
// zeros not counted (FHIRPath 6.1.2).
bool equivalent(const Decimal& left, const Decimal& right);

// None: too many digits before the point, or a division by zero. A product or quotient with more
// behind it is rounded, halves away from zero.
std::optional<Decimal> add(const Decimal& left, const Decimal& right);
std::optional<Decimal> subtract(const Decimal& left, const Decimal& right);
std::optional<Decimal> multiply(const Decimal& left, const Decimal& right);
std::optional<Decimal> divide(const Decimal& left, const Decimal& right);  // to 16 digits behind
std::optional<Decimal> divide_whole(const Decimal& left, const Decimal& right);  // cut towards zero
std::optional<Decimal> remainder(const Decimal& left, const Decimal& right);

}  // namespace fingerpost::value
