// Numbers, quantities, dates and places.

#include "search/range.h"
#include "search/token.h"
#include "search/units.h"
#include "search/values.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace fingerpost::search {
namespace {

constexpr double default_metres = 50'000;  // R4 leaves a distance that is not given to the server

// R4 search.html#prefix: ap is 10 % either way unless there is a better idea.
void widen(NumberTest& test) {
  if (test.prefix != Prefix::ap) return;
  const double tenth = std::abs(test.value) / 10;
  test.low = std::min(test.low, test.value - tenth);
  test.high = std::max(test.high, test.value + tenth);
}

Result<NumberTest> number_test(const ValueContext& context, std::string_view value) {
  const auto [prefix, rest] = take_prefix(value);
  const auto range = number_range(rest);
  if (!range) return context.bad("the value must be a number");
  NumberTest test{prefix, 0, range->low, range->high, range->value};
  widen(test);
  return test;
}

// The same number said in base units; nothing when the code is no such unit.
std::optional<NumberTest> in_base_units(const HashKey& key, std::string_view value,
                                        std::string_view code) {
  const auto unit = BaseUnit::of(key, code);
  const auto [prefix, rest] = take_prefix(value);
  const auto texts = number_texts(rest);
  if (!unit || !texts) return {};
  const auto low = unit->number(texts->low);
  const auto high = unit->number(texts->high);
  const auto number = unit->number(texts->value);
  if (!low || !high || !number) return {};
  NumberTest test{prefix, unit->hash(), *low, *high, *number};
  widen(test);
  return test;
}

std::optional<double> degrees(std::string_view text, double most) {
  const auto number = number_range(text);
  if (!number || std::abs(number->value) > most) return {};
  return number->value;
}

}  // namespace

Result<void> add_number(const ValueContext& context, std::string_view value, Criterion& criterion) {
  LET(auto test, number_test(context, unescape(value)));
  criterion.numbers.push_back(test);
  return {};
}

// R4 search.html#quantity: number, number|system|code or number||code.
Result<void> add_quantity(const ValueContext& context, std::string_view value,
                          Criterion& criterion) {
  const auto parts = split_escaped(value, '|');
  if (parts.size() != 1 && parts.size() != 3)
    return context.bad("a quantity is number, number||code or number|system|code");
  const std::string number = unescape(parts[0]);
  LET(auto test, number_test(context, number));
  if (parts.size() == 3) {
    const HashKey& key = context.parameters.hash_key();
    const std::string system = unescape(parts[1]);
    const std::string code = unescape(parts[2]);
    if (code.empty()) return context.bad("a quantity's unit needs a code");
    test.unit = system.empty() ? code_hash(key, code) : system_code_hash(key, system, code);
    if (system == ucum_system) test = in_base_units(key, number, code).value_or(test);
  }
  criterion.numbers.push_back(test);
  return {};
}

Result<void> add_date(const ValueContext& context, std::string_view value, Criterion& criterion) {
  const auto [prefix, rest] = take_prefix(value);
  const auto range = date_range(rest);
  if (!range) return context.bad("the value must be a date: YYYY-MM-DDThh:mm:ss with a zone");
  DateTest test{prefix, range->low, range->high};
  if (prefix == Prefix::ap) {
    const std::int64_t tenth = std::abs(context.query.now_us - range->low) / 10;
    test.low -= tenth;
    test.high += tenth;
  }
  criterion.dates.push_back(test);
  return {};
}

// R4 Location near: the units are kilometres unless they are given, as a UCUM code.
Result<void> add_place(const ValueContext& context, std::string_view value, Criterion& criterion) {
  const auto parts = split_escaped(value, '|');
  if (parts.size() < 2 || parts.size() > 4)
    return context.bad("the value is latitude|longitude|distance|units");
  const auto latitude = degrees(parts[0], 90);
  const auto longitude = degrees(parts[1], 180);
  if (!latitude || !longitude)
    return context.bad("the latitude is -90 to 90 degrees, the longitude -180 to 180");
  NearTest test{*latitude, *longitude, default_metres};
  if (parts.size() > 2 && !parts[2].empty()) {
    const HashKey& key = context.parameters.hash_key();
    const std::string code = parts.size() == 4 && !parts[3].empty() ? unescape(parts[3]) : "km";
    const auto unit = BaseUnit::of(key, code);
    if (!unit || unit->hash() != BaseUnit::of(key, "m")->hash())
      return context.bad("the units are a length's: km, m, [mi_i]");
    const auto metres = unit->number(parts[2]);
    if (!metres || *metres < 0) return context.bad("the distance must be a number");
    test.metres = *metres;
  }
  criterion.places.push_back(test);
  return {};
}

}  // namespace fingerpost::search
