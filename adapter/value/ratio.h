// Exact fractions of numbers of any size, for unit factors: nothing is rounded until a result is
// written with a number of digits.

#pragma once

#include "value/decimal.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::value {

// A whole number, not negative.
class Whole {
 public:
  explicit Whole(std::uint64_t number = 0);

  bool zero() const { return limbs_.empty(); }
  std::size_t size() const { return limbs_.size(); }  // in 32-bit limbs
  Whole& multiply(std::uint32_t by);
  Whole& add(std::uint32_t number);
  Whole& add(const Whole& other);
  Whole& subtract(const Whole& other);  // which is not the greater one
  friend Whole operator*(const Whole& left, const Whole& right);
  friend std::strong_ordering operator<=>(const Whole& left, const Whole& right);
  friend bool operator==(const Whole& left, const Whole& right) = default;

 private:
  std::vector<std::uint32_t> limbs_;  // the least first; the last is not 0
};

// above / below; below is not 0.
struct Ratio {
  Whole above{1};
  Whole below{1};
  bool negative = false;

  Ratio inverse() const { return {below, above, negative}; }  // of what is not 0
  bool zero() const { return above.zero(); }
  // Neither part is larger than any unit in use needs.
  bool sane() const { return above.size() <= 64 && below.size() <= 64; }
};

// "12.5", "6.02e23". None when it is no number.
std::optional<Ratio> parse_ratio(std::string_view text);
Ratio ratio_of(const Decimal& number);

Ratio operator*(const Ratio& left, const Ratio& right);
Ratio operator+(const Ratio& left, const Ratio& right);
std::strong_ordering compare(const Ratio& left, const Ratio& right);

// To so many significant digits, halves away from zero: "1.2570e-6". Fewer where it ends sooner.
std::string to_text(const Ratio& ratio, int digits);
// The decimal it is, or the nearest of 28 significant digits. None when there is no such decimal.
std::optional<Decimal> to_decimal(const Ratio& ratio);

}  // namespace fingerpost::value
