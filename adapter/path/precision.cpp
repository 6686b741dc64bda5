// lowBoundary, highBoundary, precision and comparable (FHIRPath 2.1, 5.7 and 5.8).

#include "path/functions.h"
#include "path/run.h"
#include "value/quantity.h"

#include <optional>

namespace fingerpost::path {
namespace {

using value::Bound;

constexpr int decimal_digits = 8;  // when the call names none

// The number with digits behind the point that it stands for: 1.587 is 1.5865 up to 1.5875.
std::optional<Decimal> number_boundary(const Decimal& value, Bound bound, std::int64_t digits) {
  constexpr int most_digits = 28;
  if (digits < 0 || digits > most_digits) return {};
  const Decimal half(5, value.scale() + 1);
  const auto edge = bound == Bound::low ? subtract(value, half) : add(value, half);
  if (!edge) return {};
  const auto rounding = bound == Bound::low ? Decimal::Rounding::floor : Decimal::Rounding::ceiling;
  return edge->rescaled(static_cast<int>(digits), rounding);
}

int all_digits(const Temporal& value) {
  if (value.kind == Temporal::Kind::time) return 9;
  return value.kind == Temporal::Kind::date ? 8 : 17;
}

template <Bound bound>
bool boundary_of(const Op& op, Run& run, Collection& out) {
  Value value;
  std::int64_t asked = 0;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  const bool given = !op.arguments.empty();
  if (given)
    if (const Got got = run.integer(*op.arguments[0], asked); got != Got::value)
      return got == Got::nothing;
  if (value.kind() == Value::Kind::temporal) {
    const auto digits = given ? static_cast<int>(asked) : all_digits(value.temporal());
    if (const auto found = boundary(value.temporal(), bound, digits)) out.push(*found);
    return true;
  }
  const auto digits = given ? asked : decimal_digits;
  if (const auto* const quantity = run.quantity(value)) {
    const auto found = number_boundary(quantity->value, bound, digits);
    if (found)
      out.push(run.environment.arena.keep(Quantity{*found, quantity->unit, quantity->calendar}));
    return true;
  }
  std::optional<Decimal> number;
  if (value.kind() == Value::Kind::integer) number = Decimal(value.integer(), 0);
  if (value.kind() == Value::Kind::decimal) number = value.decimal();
  if (!number) return run.fail(op, "a number, quantity, date or time is wanted");
  if (const auto found = number_boundary(*number, bound, digits)) out.push(*found);
  return true;
}

bool precision(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  if (value.kind() == Value::Kind::temporal)
    out.push(std::int64_t{digits(value.temporal())});
  else if (value.kind() == Value::Kind::decimal)
    out.push(std::int64_t{value.decimal().scale()});
  else if (value.kind() == Value::Kind::integer)
    out.push(std::int64_t{0});
  else
    return run.fail(op, "a number, date or time is wanted");
  return true;
}

bool comparable_units(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = run.one_input(op, left); got != Got::value) return got == Got::nothing;
  if (const Got got = run.one(*op.arguments[0], right); got != Got::value)
    return got == Got::nothing;
  const auto* const a = run.quantity(left);
  const auto* const b = run.quantity(right);
  if (!a || !b) return run.fail(op, "a quantity is wanted");
  out.push(comparable(*a, *b));
  return true;
}

}  // namespace

std::span<const Function> precision_functions() {
  static constexpr Function functions[] = {{"lowBoundary", 0, 1, boundary_of<Bound::low>},
                                           {"highBoundary", 0, 1, boundary_of<Bound::high>},
                                           {"precision", 0, 0, precision},
                                           {"comparable", 1, 1, comparable_units}};
  return functions;
}

}  // namespace fingerpost::path
