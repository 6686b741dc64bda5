#include "search/units.h"

#include "value/ucum.h"

#include <charconv>
#include <string>

namespace fingerpost::search {
namespace {

// Enough that doubles made of different ratios differ only where the doubles must.
constexpr int digits = 19;

std::string dimension(const value::Unit& unit) {
  std::string text = "u";
  for (const int exponent : unit.exponents) text += std::to_string(exponent) + ",";
  for (const auto& [which, exponent] : unit.arbitrary)
    text += std::to_string(which) + "^" + std::to_string(exponent) + ",";
  return text;
}

}  // namespace

std::optional<BaseUnit> BaseUnit::of(const HashKey& key, std::string_view code) {
  auto unit = value::parse_unit(code);
  if (!unit || !unit->convertible || !unit->factor.sane()) return {};
  BaseUnit made;
  made.hash_ = search::hash(key, dimension(*unit));
  made.factor_ = std::move(unit->factor);
  made.shift_ = std::move(unit->shift);
  return made;
}

std::optional<double> BaseUnit::number(std::string_view decimal) const {
  auto ratio = value::parse_ratio(decimal);
  if (!ratio) return {};
  if (shift_) ratio = *ratio + *shift_;
  const std::string text = value::to_text(*ratio * factor_, digits);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  return number;
}

}  // namespace fingerpost::search
