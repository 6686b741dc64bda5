// Two units: read the same each time, by the laws of multiplication, and converted there and back
// exactly.
#include "fuzz/fuzz.h"
#include "value/ucum.h"

#include <algorithm>

using namespace fingerpost;
using value::Unit;

namespace {

constexpr std::size_t most_bytes = 60;  // two of them, and what is put around them, are a unit yet

bool same(const value::Ratio& left, const value::Ratio& right) {
  return value::compare(left, right) == 0;
}

bool same(const Unit& left, const Unit& right) {
  return left.convertible == right.convertible && left.exponents == right.exponents &&
         left.arbitrary == right.arbitrary &&
         (!left.convertible || same(left.factor, right.factor));
}

void check_alone(const std::string& text, const Unit& unit) {
  const auto again = value::parse_unit(text);
  fuzz::require(again && same(unit, *again), "a unit is the same twice");
  fuzz::require(comparable(unit, unit) || !unit.convertible, "a unit compares with itself");
  // Only a whole unit begins with a slash, and brackets go so deep.
  constexpr std::ptrdiff_t few = 10;
  if (unit.shift || !unit.convertible || text.starts_with('/')) return;
  if (std::count(text.begin(), text.end(), '(') > few) return;
  const auto bracketed = value::parse_unit("(" + text + ")");
  fuzz::require(bracketed && same(unit, *bracketed), "brackets change nothing");
}

void check_together(const std::string& left, const Unit& one, const std::string& right,
                    const Unit& other) {
  fuzz::require(comparable(one, other) == comparable(other, one), "who compares is compared");
  if (one.shift || other.shift || !one.convertible || !other.convertible) return;
  const auto product = value::parse_unit("(" + left + ").(" + right + ")");
  const auto swapped = value::parse_unit("(" + right + ").(" + left + ")");
  if (!product || !swapped || !product->convertible || !swapped->convertible) return;
  fuzz::require(same(*product, *swapped), "a product is the same from either side");
}

void check_conversion(const Unit& from, const Unit& to) {
  if (!comparable(from, to) || !from.convertible || !to.convertible) return;
  const auto value = value::parse_ratio("12.5");
  fuzz::require(value.has_value(), "a number is read");
  const auto there = converted(*value, from, to);
  if (!there.sane()) return;
  fuzz::require(same(converted(there, to, from), *value), "a value comes back the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [left, right] = fuzz::halves(fuzz::text_of(data, size));
  const std::string one(left.substr(0, most_bytes));
  const std::string other(right.substr(0, most_bytes));
  (void)value::parse_unit(fuzz::text_of(data, size));
  const auto first = value::parse_unit(one);
  const auto second = value::parse_unit(other);
  if (first) check_alone(one, *first);
  if (!first || !second) return 0;
  check_together(one, *first, other, *second);
  check_conversion(*first, *second);
  return 0;
}
