// Math functions (FHIRPath 5.7).

#include "path/equality.h"
#include "path/functions.h"
#include "path/integer.h"
#include "path/run.h"
#include "value/quantity.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace fingerpost::path {
namespace {

Got as_number(const Op& op, Run& run, const Value& value, Decimal& decimal) {
  const auto found = number(value);
  if (!found) {
    run.fail(op, "a number is wanted");
    return Got::failed;
  }
  decimal = *found;
  return Got::value;
}

// The input as a number.
Got input_number(const Op& op, Run& run, Value& value, Decimal& decimal) {
  const Got got = run.one_input(op, value);
  return got == Got::value ? as_number(op, run, value, decimal) : got;
}

Got argument_number(const Op& op, Run& run, Decimal& decimal) {
  Value value;
  const Got got = run.one(*op.arguments[0], value);
  return got == Got::value ? as_number(op, run, value, decimal) : got;
}

bool abs(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one_input(op, value); got != Got::value) return got == Got::nothing;
  if (value.kind() == Value::Kind::integer) {
    const value::Wide integer = value.integer();
    push_whole(integer < 0 ? -integer : integer, size_of(value), out);
  } else if (const auto found = number(value)) {
    out.push(found->negative() ? found->negated() : *found);
  } else if (const auto* const quantity = run.quantity(value)) {
    Quantity positive = *quantity;
    if (positive.value.negative()) positive.value = positive.value.negated();
    out.push(run.environment.arena.keep(positive));
  } else {
    return run.fail(op, "a number is wanted");
  }
  return true;
}

bool push_rounded(const std::optional<Decimal>& whole, Collection& out) {
  if (whole) push_integer(whole->mantissa(), out);
  return true;
}

template <Decimal::Rounding rounding>
bool whole(const Op& op, Run& run, Collection& out) {
  Value value;
  Decimal decimal;
  if (const Got got = input_number(op, run, value, decimal); got != Got::value)
    return got == Got::nothing;
  return push_rounded(decimal.rescaled(0, rounding), out);
}

bool round(const Op& op, Run& run, Collection& out) {
  Value value;
  Decimal decimal;
  std::int64_t digits = 0;
  if (const Got got = input_number(op, run, value, decimal); got != Got::value)
    return got == Got::nothing;
  if (!op.arguments.empty())
    if (run.integer(*op.arguments[0], digits) == Got::failed) return false;
  if (digits < 0) return run.fail(op, "the number of digits is not negative");
  const auto scale = static_cast<int>(std::min<std::int64_t>(digits, Decimal::max_scale));
  if (decimal.scale() <= scale)
    out.push(decimal);
  else if (const auto rounded = decimal.rescaled(scale, Decimal::Rounding::half_up))
    out.push(*rounded);
  return true;
}

bool push_double(double result, Collection& out) {
  if (const auto decimal = Decimal::from_double(result)) out.push(*decimal);
  return true;
}

using OfOne = double (*)(double);
template <OfOne function>
bool of_one(const Op& op, Run& run, Collection& out) {
  Value value;
  Decimal decimal;
  if (const Got got = input_number(op, run, value, decimal); got != Got::value)
    return got == Got::nothing;
  return push_double(function(decimal.to_double()), out);
}

bool log(const Op& op, Run& run, Collection& out) {
  Value value;
  Decimal decimal, base;
  if (const Got got = input_number(op, run, value, decimal); got != Got::value)
    return got == Got::nothing;
  if (const Got got = argument_number(op, run, base); got != Got::value) return got == Got::nothing;
  return push_double(std::log(decimal.to_double()) / std::log(base.to_double()), out);
}

// By multiplication while it is exact.
std::optional<Decimal> whole_power(const Decimal& base, std::int64_t exponent) {
  if (exponent < 0 || exponent > 128) return {};
  Decimal result(1, 0);
  for (; exponent > 0; --exponent) {
    const auto next = multiply(result, base);
    if (!next) return {};
    result = *next;
  }
  return result;
}

bool power(const Op& op, Run& run, Collection& out) {
  Value value, exponent;
  Decimal base;
  if (const Got got = input_number(op, run, value, base); got != Got::value)
    return got == Got::nothing;
  if (const Got got = run.one(*op.arguments[0], exponent); got != Got::value)
    return got == Got::nothing;
  const auto found = number(exponent);
  if (!found) return run.fail(op, "a number is wanted");
  if (exponent.kind() == Value::Kind::integer) {
    if (const auto exact = whole_power(base, exponent.integer())) {
      if (value.kind() == Value::Kind::integer) return push_rounded(exact, out);
      out.push(*exact);
      return true;
    }
  }
  return push_double(std::pow(base.to_double(), found->to_double()), out);
}

double square_root(double x) {
  return std::sqrt(x);
}
double exponential(double x) {
  return std::exp(x);
}
double natural_logarithm(double x) {
  return std::log(x);
}

}  // namespace

std::span<const Function> math_functions() {
  static constexpr Function functions[] = {{"abs", 0, 0, abs},
                                           {"ceiling", 0, 0, whole<Decimal::Rounding::ceiling>},
                                           {"floor", 0, 0, whole<Decimal::Rounding::floor>},
                                           {"truncate", 0, 0, whole<Decimal::Rounding::down>},
                                           {"round", 0, 1, round},
                                           {"sqrt", 0, 0, of_one<square_root>},
                                           {"exp", 0, 0, of_one<exponential>},
                                           {"ln", 0, 0, of_one<natural_logarithm>},
                                           {"log", 1, 1, log},
                                           {"power", 1, 1, power}};
  return functions;
}

}  // namespace fingerpost::path
