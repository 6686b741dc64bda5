// toX and convertsToX (FHIRPath 5.5).

#include "base/text.h"
#include "path/functions.h"
#include "path/integer.h"
#include "path/run.h"
#include "value/quantity.h"

#include <array>
#include <optional>
#include <string>

namespace fingerpost::path {
namespace {

// A conversion: none when the value cannot become one.
using Convert = Value (*)(Run& run, const Value& value);

Value to_boolean(Run&, const Value& value) {
  if (value.kind() == Value::Kind::boolean) return value;
  if (value.kind() == Value::Kind::integer) {
    if (value.integer() == 1) return true;
    if (value.integer() == 0) return false;
  }
  if (value.kind() == Value::Kind::decimal) {
    const Decimal number = value.decimal().normalised();
    if (number.scale() == 0 && number.mantissa() == 1) return true;
    if (number.zero()) return false;
  }
  if (value.kind() == Value::Kind::string) {
    constexpr std::array<std::string_view, 6> yes = {"true", "t", "yes", "y", "1", "1.0"};
    constexpr std::array<std::string_view, 6> no = {"false", "f", "no", "n", "0", "0.0"};
    for (const auto word : yes)
      if (equal_ignoring_case(value.string(), word)) return true;
    for (const auto word : no)
      if (equal_ignoring_case(value.string(), word)) return false;
  }
  return {};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = fingerpost::to_integer(text);
  return number && is_integer(*number) ? number : std::nullopt;
}

Value to_integer(Run&, const Value& value) {
  if (value.kind() == Value::Kind::integer) return value;
  if (value.kind() == Value::Kind::boolean) return std::int64_t{value.boolean()};
  if (value.kind() == Value::Kind::string)
    if (const auto number = whole_number(value.string())) return *number;
  return {};
}

Value to_long(Run&, const Value& value) {
  if (value.kind() == Value::Kind::integer) return value;
  if (value.kind() == Value::Kind::boolean) return std::int64_t{value.boolean()};
  if (value.kind() == Value::Kind::string)
    if (const auto number = fingerpost::to_integer(value.string())) return *number;
  return {};
}

bool plain_number(std::string_view text) {
  return text.find_first_of("eE") == std::string_view::npos;
}

Value to_decimal(Run&, const Value& value) {
  if (value.kind() == Value::Kind::decimal) return value;
  if (value.kind() == Value::Kind::integer) return Decimal(value.integer(), 0);
  if (value.kind() == Value::Kind::boolean) return value.boolean() ? Decimal(10, 1) : Decimal(0, 1);
  if (value.kind() == Value::Kind::string && plain_number(value.string()))
    if (const auto number = Decimal::parse(value.string())) return *number;
  return {};
}

Value to_quantity(Run& run, const Value& value) {
  const auto keep = [&run](const Decimal& number) {
    return Value(run.environment.arena.keep(Quantity{number, "1", Calendar::none}));
  };
  switch (value.kind()) {
    case Value::Kind::quantity:
      return value;
    case Value::Kind::integer:
      return keep(Decimal(value.integer(), 0));
    case Value::Kind::decimal:
      return keep(value.decimal());
    case Value::Kind::boolean:
      return keep(Decimal(value.boolean() ? 10 : 0, 1));
    case Value::Kind::string:
      if (const auto parsed = value::parse_quantity(value.string()))
        return run.environment.arena.keep(*parsed);
      return {};
    default:
      break;
  }
  if (const auto* const quantity = run.quantity(value)) return quantity;
  return {};
}

Value to_string(Run& run, const Value& value) {
  const auto keep = [&run](const std::string& text) {
    return Value(run.environment.arena.keep(text));
  };
  switch (value.kind()) {
    case Value::Kind::string:
      return value;
    case Value::Kind::boolean:
      return std::string_view(value.boolean() ? "true" : "false");
    case Value::Kind::integer:
      return keep(std::to_string(value.integer()));
    case Value::Kind::decimal:
      return keep(value.decimal().text());
    case Value::Kind::temporal:
      return keep(value.temporal().text());
    case Value::Kind::quantity:
      return keep(text(value.quantity()));
    default:
      break;
  }
  if (const auto* const quantity = run.quantity(value)) return keep(text(*quantity));
  return {};
}

template <Temporal::Kind kind>
Value to_temporal(Run&, const Value& value) {
  if (value.kind() == Value::Kind::string) {
    if (const auto parsed = Temporal::parse(kind, value.string())) return *parsed;
    if (kind == Temporal::Kind::time && value.string().starts_with('T'))
      if (const auto parsed = Temporal::parse(kind, value.string().substr(1))) return *parsed;
    // A date is what a moment's text starts with.
    const auto clock = value.string().find('T');
    if (kind == Temporal::Kind::date && clock != std::string_view::npos &&
        Temporal::parse(Temporal::Kind::date_time, value.string()))
      if (const auto parsed = Temporal::parse(kind, value.string().substr(0, clock)))
        return *parsed;
    return {};
  }
  if (value.kind() != Value::Kind::temporal) return {};
  Temporal made = value.temporal();
  if (made.kind == kind) return made;
  if (made.kind == Temporal::Kind::time || kind == Temporal::Kind::time) return {};
  if (kind == Temporal::Kind::date) {
    Temporal day;
    day.year = made.year;
    day.month = made.month;
    day.day = made.day;
    day.precision = std::min(made.precision, Precision::day);
    return day;
  }
  made.kind = kind;
  return made;
}

template <Convert convert>
bool to(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  const Value made = convert(run, value);
  if (!made.none()) out.push(made);
  return true;
}

template <Convert convert>
bool converts_to(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  out.push(!convert(run, value).none());
  return true;
}

// toQuantity('mg'), convertsToQuantity('mg'): only when the unit can be that one.
template <bool ask>
bool quantity_in(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  Value made = to_quantity(run, value);
  if (!op.arguments.empty() && !made.none()) {
    std::string_view unit;
    if (const Got got = run.text(*op.arguments[0], unit); got != Got::value)
      return got == Got::nothing;
    const Quantity zero{Decimal(0, 0), unit, value::calendar_word(unit)};
    const auto converted = add(zero, made.quantity());
    made = converted ? Value(run.environment.arena.keep(*converted)) : Value();
  }
  if constexpr (ask) out.push(!made.none());
  if constexpr (!ask)
    if (!made.none()) out.push(made);
  return true;
}

}  // namespace

std::span<const Function> conversion_functions() {
  constexpr auto date = Temporal::Kind::date;
  constexpr auto date_time = Temporal::Kind::date_time;
  constexpr auto time = Temporal::Kind::time;
  static constexpr Function functions[] = {
      {"toBoolean", 0, 0, to<to_boolean>},
      {"convertsToBoolean", 0, 0, converts_to<to_boolean>},
      {"toInteger", 0, 0, to<to_integer>},
      {"convertsToInteger", 0, 0, converts_to<to_integer>},
      {"toLong", 0, 0, to<to_long>},
      {"convertsToLong", 0, 0, converts_to<to_long>},
      {"toDecimal", 0, 0, to<to_decimal>},
      {"convertsToDecimal", 0, 0, converts_to<to_decimal>},
      {"toString", 0, 0, to<to_string>},
      {"convertsToString", 0, 0, converts_to<to_string>},
      {"toQuantity", 0, 1, quantity_in<false>},
      {"convertsToQuantity", 0, 1, quantity_in<true>},
      {"toDate", 0, 0, to<to_temporal<date>>},
      {"convertsToDate", 0, 0, converts_to<to_temporal<date>>},
      {"toDateTime", 0, 0, to<to_temporal<date_time>>},
      {"convertsToDateTime", 0, 0, converts_to<to_temporal<date_time>>},
      {"toTime", 0, 0, to<to_temporal<time>>},
      {"convertsToTime", 0, 0, converts_to<to_temporal<time>>}};
  return functions;
}

}  // namespace fingerpost::path
