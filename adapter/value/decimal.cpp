#include "value/decimal.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fingerpost::value {
namespace {

constexpr int max_digits = 38;
constexpr int quotient_scale = 16;

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// Ten to this power, looked up.
Wide ten_to(int exponent) {
  static constexpr auto powers = [] {
    struct Powers {
      Wide at[max_digits + 1] = {};
    } made;
    for (int i = 0; i <= max_digits; ++i) made.at[i] = power_of_ten(i);
    return made;
  }();
  return powers.at[exponent];
}

std::optional<Wide> times(Wide left, Wide right) {
  Wide product = 0;
  if (__builtin_mul_overflow(left, right, &product)) return {};
  return product;
}

// Both numbers as whole multiples of the same 10^-scale.
struct Aligned {
  Wide left, right;
  int scale;
};
std::optional<Aligned> align(const Decimal& left, const Decimal& right) {
  const int scale = std::max(left.scale(), right.scale());
  const auto wide_left = times(left.mantissa(), ten_to(scale - left.scale()));
  const auto wide_right = times(right.mantissa(), ten_to(scale - right.scale()));
  if (!wide_left || !wide_right) return {};
  return Aligned{*wide_left, *wide_right, scale};
}

// As align, after giving up trailing zeros when the plain way has no room.
std::optional<Aligned> align_any(const Decimal& left, const Decimal& right) {
  if (auto plain = align(left, right)) return plain;
  return align(left.normalised(), right.normalised());
}

// The exponent of "e-3"; none when it is not one, or absurd.
std::optional<int> parse_exponent(std::string_view text) {
  const bool minus = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 4) return {};
  int exponent = 0;
  for (const char c : text) {
    if (!is_digit(c)) return {};
    exponent = exponent * 10 + (c - '0');
  }
  return minus ? -exponent : exponent;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const bool minus = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  Wide mantissa = 0;
  int digits = 0, behind = 0;
  bool point = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point && digits > 0) {
      point = true;
    } else if (is_digit(c)) {
      if (mantissa > ten_to(max_digits - 2)) return {};
      mantissa = mantissa * 10 + (c - '0');
      ++digits;
      behind += point;
    } else {
      break;
    }
  }
  if (digits == 0 || (point && behind == 0)) return {};
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return {};
    const auto exponent = parse_exponent(text.substr(at + 1));
    if (!exponent) return {};
    behind -= *exponent;
  }
  if (behind < 0) {
    if (behind < -max_digits) return {};
    const auto larger = times(mantissa, ten_to(-behind));
    if (!larger) return {};
    mantissa = *larger;
    behind = 0;
  }
  if (behind > max_scale) return {};
  return Decimal(minus ? -mantissa : mantissa, behind);
}

std::optional<Decimal> Decimal::from_double(double number) {
  if (!std::isfinite(number)) return {};
  char text[40];
  std::snprintf(text, sizeof text, "%.15g", number);
  return parse(text);
}

std::string Decimal::text() const {
  auto rest = static_cast<UnsignedWide>(mantissa());
  if (negative()) rest = ~rest + 1;
  char digits[48];
  char* const end = digits + sizeof digits;
  char* at = end;
  for (int behind = 0; rest != 0 || behind <= scale_; ++behind) {
    if (behind == scale_ && behind > 0) *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (negative()) *--at = '-';
  return {at, end};
}

double Decimal::to_double() const {
  return std::strtod(text().c_str(), nullptr);
}

Decimal Decimal::normalised() const {
  Wide rest = mantissa();
  int scale = scale_;
  for (; scale > 0 && rest % 10 == 0; --scale) rest /= 10;
  return {rest, scale};
}

std::optional<Decimal> Decimal::rescaled(int scale, Rounding rounding) const {
  if (scale < 0 || scale > max_scale) return {};
  if (scale >= scale_) {
    const auto larger = times(mantissa(), ten_to(scale - scale_));
    if (!larger) return {};
    return Decimal(*larger, scale);
  }
  const Wide unit = ten_to(scale_ - scale);
  const Wide value = mantissa();
  Wide whole = value / unit;
  const Wide rest = value % unit;  // of the sign of value
  switch (rounding) {
    case Rounding::down:
      break;
    case Rounding::half_up:
      if ((rest < 0 ? -rest : rest) * 2 >= unit) whole += value < 0 ? -1 : 1;
      break;
    case Rounding::floor:
      whole -= rest < 0;
      break;
    case Rounding::ceiling:
      whole += rest > 0;
      break;
  }
  return Decimal(whole, scale);
}

std::strong_ordering compare(const Decimal& left, const Decimal& right) {
  if (const auto both = align_any(left, right)) return both->left <=> both->right;
  // Only numbers far apart have no common scale: the one with more digits before the point wins.
  const auto before_point = [](const Decimal& number) {
    return number.rescaled(0, Decimal::Rounding::down)->mantissa();
  };
  return before_point(left) <=> before_point(right);
}

bool equivalent(const Decimal& left, const Decimal& right) {
  const auto a = left.normalised(), b = right.normalised();
  const int scale = std::min(a.scale(), b.scale());
  const auto x = a.rescaled(scale, Decimal::Rounding::half_up);
  const auto y = b.rescaled(scale, Decimal::Rounding::half_up);
  return x && y && compare(*x, *y) == std::strong_ordering::equal;
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
  const auto both = align_any(left, right);
  Wide sum = 0;
  if (!both || __builtin_add_overflow(both->left, both->right, &sum)) return {};
  return Decimal(sum, both->scale);
}

std::optional<Decimal> subtract(const Decimal& left, const Decimal& right) {
  return add(left, right.negated());
}

namespace {

// A whole number of up to 256 bits, in parts of 32, the least first.
class Product {
 public:
  Product(UnsignedWide left, UnsignedWide right) {
    for (std::size_t i = 0; i < 4; ++i, left >>= 32) {
      UnsignedWide rest = right;
      std::uint64_t carry = 0;
      for (std::size_t k = 0; k < 4; ++k, rest >>= 32) {
        carry += parts_[i + k] +
                 static_cast<std::uint64_t>(left & low) * static_cast<std::uint64_t>(rest & low);
        parts_[i + k] = static_cast<std::uint64_t>(carry & low);
        carry >>= 32;
      }
      parts_[i + 4] = carry;
    }
  }

  // Gives the last digit, and drops it.
  unsigned drop_digit() {
    std::uint64_t rest = 0;
    for (std::size_t i = parts_.size(); i-- > 0;) {
      rest = rest << 32 | parts_[i];
      parts_[i] = rest / 10;
      rest %= 10;
    }
    return static_cast<unsigned>(rest);
  }

  // None when it is more than a mantissa may be.
  std::optional<Wide> mantissa() const {
    if ((parts_[4] | parts_[5] | parts_[6] | parts_[7]) != 0) return {};
    UnsignedWide whole = 0;
    for (std::size_t i = 4; i-- > 0;) whole = whole << 32 | parts_[i];
    if (whole > static_cast<UnsignedWide>(ten_to(max_digits - 1))) return {};
    return static_cast<Wide>(whole);
  }

 private:
  static constexpr std::uint64_t low = 0xffff'ffff;
  std::array<std::uint64_t, 8> parts_{};
};

UnsignedWide size_of(Wide number) {
  return number < 0 ? -static_cast<UnsignedWide>(number) : static_cast<UnsignedWide>(number);
}

// Of two that have no room together: digits behind the point are given up.
std::optional<Decimal> rounded_product(const Decimal& left, const Decimal& right) {
  Product product(size_of(left.mantissa()), size_of(right.mantissa()));
  int scale = left.scale() + right.scale();
  unsigned last = 0;
  auto mantissa = product.mantissa();
  for (; scale > 0 && (!mantissa || scale > Decimal::max_scale); --scale) {
    last = product.drop_digit();
    mantissa = product.mantissa();
  }
  if (!mantissa || scale > Decimal::max_scale) return {};
  const Wide rounded = *mantissa + (last >= 5 ? 1 : 0);
  return Decimal(left.negative() == right.negative() ? rounded : -rounded, scale);
}

}  // namespace

std::optional<Decimal> multiply(const Decimal& left, const Decimal& right) {
  auto product = times(left.mantissa(), right.mantissa());
  int scale = left.scale() + right.scale();
  if (!product || scale > Decimal::max_scale) {
    const auto a = left.normalised(), b = right.normalised();
    product = times(a.mantissa(), b.mantissa());
    scale = a.scale() + b.scale();
    if (!product || scale > Decimal::max_scale) return rounded_product(a, b);
  }
  return Decimal(*product, scale);
}

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) {
  if (right.zero()) return {};
  const auto above = left.normalised(), below = right.normalised();
  // left / right = (above * 10^k / below) * 10^-quotient_scale
  int k = quotient_scale + below.scale() - above.scale();
  Wide divisor = below.mantissa();
  if (k < 0) {
    const auto larger = times(divisor, ten_to(std::min(-k, max_digits)));
    if (!larger) return Decimal(0, 0);
    divisor = *larger;
    k = 0;
  }
  std::optional<Wide> dividend;
  int given_up = 0;  // digits behind the point there is no room for
  for (; k >= 0 && !dividend; --k, ++given_up)
    if (k <= max_digits) dividend = times(above.mantissa(), ten_to(k));
  if (!dividend || given_up - 1 > quotient_scale) return {};
  const Wide twice = (*dividend % divisor) * 2;
  Wide quotient = *dividend / divisor;
  const Wide size = divisor < 0 ? -divisor : divisor;
  if ((twice < 0 ? -twice : twice) >= size) quotient += (*dividend < 0) == (divisor < 0) ? 1 : -1;
  return Decimal(quotient, quotient_scale - (given_up - 1)).normalised();
}

std::optional<Decimal> divide_whole(const Decimal& left, const Decimal& right) {
  if (right.zero()) return {};
  const auto both = align_any(left, right);
  if (!both) return {};
  return Decimal(both->left / both->right, 0);
}

std::optional<Decimal> remainder(const Decimal& left, const Decimal& right) {
  if (right.zero()) return {};
  const auto both = align_any(left, right);
  if (!both) return {};
  return Decimal(both->left % both->right, both->scale);
}

}  // namespace fingerpost::value
