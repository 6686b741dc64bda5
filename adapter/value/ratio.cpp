#include "value/ratio.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace fingerpost::value {

Whole::Whole(std::uint64_t number) {
  for (; number != 0; number >>= 32) limbs_.push_back(static_cast<std::uint32_t>(number));
}

Whole& Whole::multiply(std::uint32_t by) {
  std::uint64_t carry = 0;
  for (auto& limb : limbs_) {
    carry += std::uint64_t{limb} * by;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) limbs_.push_back(static_cast<std::uint32_t>(carry));
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  return *this;
}

Whole& Whole::add(std::uint32_t number) {
  std::uint64_t carry = number;
  for (std::size_t i = 0; carry != 0; ++i) {
    if (i == limbs_.size()) limbs_.push_back(0);
    carry += limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  return *this;
}

Whole& Whole::add(const Whole& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < other.limbs_.size() || carry != 0; ++i) {
    if (i == limbs_.size()) limbs_.push_back(0);
    carry += limbs_[i];
    if (i < other.limbs_.size()) carry += other.limbs_[i];
    limbs_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  return *this;
}

Whole& Whole::subtract(const Whole& other) {
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    std::int64_t left = std::int64_t{limbs_[i]} - borrow;
    if (i < other.limbs_.size()) left -= other.limbs_[i];
    borrow = left < 0 ? 1 : 0;
    limbs_[i] = static_cast<std::uint32_t>(left);
  }
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  return *this;
}

Whole operator*(const Whole& left, const Whole& right) {
  Whole made;
  made.limbs_.assign(left.limbs_.size() + right.limbs_.size(), 0);
  for (std::size_t i = 0; i < left.limbs_.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t k = 0; k < right.limbs_.size(); ++k) {
      carry += made.limbs_[i + k] + std::uint64_t{left.limbs_[i]} * right.limbs_[k];
      made.limbs_[i + k] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    made.limbs_[i + right.limbs_.size()] = static_cast<std::uint32_t>(carry);
  }
  while (!made.limbs_.empty() && made.limbs_.back() == 0) made.limbs_.pop_back();
  return made;
}

std::strong_ordering operator<=>(const Whole& left, const Whole& right) {
  if (left.limbs_.size() != right.limbs_.size()) return left.limbs_.size() <=> right.limbs_.size();
  return std::lexicographical_compare_three_way(left.limbs_.rbegin(), left.limbs_.rend(),
                                                right.limbs_.rbegin(), right.limbs_.rend());
}

std::optional<Ratio> parse_ratio(std::string_view text) {
  Ratio made{Whole(), Whole(1), text.starts_with('-')};
  if (made.negative) text.remove_prefix(1);
  const auto mantissa = text.substr(0, text.find_first_of("eE"));
  std::int64_t exponent = 0;
  if (mantissa.size() < text.size()) {
    const auto given = to_integer(text.substr(mantissa.size() + 1));
    constexpr std::int64_t most = 400;
    if (!given || *given > most || *given < -most) return {};
    exponent = *given;
  }
  bool point = false, any = false;
  for (const char c : mantissa) {
    if (c == '.' && !point) {
      point = true;
    } else if (is_digit(c)) {
      any = true;
      made.above.multiply(10).add(static_cast<std::uint32_t>(c - '0'));
      if (point) --exponent;
    } else {
      return {};
    }
  }
  for (; exponent > 0; --exponent) made.above.multiply(10);
  for (; exponent < 0; ++exponent) made.below.multiply(10);
  if (!any) return {};
  return made;
}

Ratio ratio_of(const Decimal& number) {
  return *parse_ratio(number.text());
}

Ratio operator*(const Ratio& left, const Ratio& right) {
  return {left.above * right.above, left.below * right.below, left.negative != right.negative};
}

Ratio operator+(const Ratio& left, const Ratio& right) {
  const Whole a = left.above * right.below, b = right.above * left.below;
  const Whole below = left.below * right.below;
  if (left.negative == right.negative) return {Whole(a).add(b), below, left.negative};
  if (a < b) return {Whole(b).subtract(a), below, right.negative};
  return {Whole(a).subtract(b), below, left.negative};
}

std::strong_ordering compare(const Ratio& left, const Ratio& right) {
  const bool below_zero = left.negative && !left.zero();
  if (below_zero != (right.negative && !right.zero()))
    return below_zero ? std::strong_ordering::less : std::strong_ordering::greater;
  const Whole a = left.above * right.below, b = right.above * left.below;
  return below_zero ? b <=> a : a <=> b;
}

std::string to_text(const Ratio& ratio, int digits) {
  if (ratio.zero()) return "0";
  // 10^exponent <= above / below < 10^(exponent + 1)
  Whole above = ratio.above, below = ratio.below;
  int exponent = 0;
  for (Whole next = below; next.multiply(10) <= above; ++exponent) below.multiply(10);
  for (; above < below; --exponent) above.multiply(10);
  std::string found;
  for (int i = 0; i < digits && !above.zero(); ++i) {
    char digit = '0';
    for (; above >= below; ++digit) above.subtract(below);
    found += digit;
    above.multiply(10);
  }
  if (above >= below.multiply(5)) {  // the rest, ten times, is at least half of the last digit
    std::size_t at = found.size();
    while (at > 0 && found[at - 1] == '9') found[--at] = '0';
    if (at > 0) {
      ++found[at - 1];
    } else {
      found.insert(0, 1, '1');
      found.pop_back();
      ++exponent;
    }
  }
  std::string text = ratio.negative ? "-" : "";
  text += found[0];
  if (found.size() > 1) text += "." + found.substr(1);
  if (exponent != 0) text += "e" + std::to_string(exponent);
  return text;
}

std::optional<Decimal> to_decimal(const Ratio& ratio) {
  constexpr int significant = 28;
  const auto made = Decimal::parse(to_text(ratio, significant));
  return made ? std::optional(made->normalised()) : made;
}

}  // namespace fingerpost::value
