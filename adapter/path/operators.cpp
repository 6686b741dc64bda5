// The operators (FHIRPath 6).

#include "path/equality.h"
#include "path/functions.h"
#include "path/integer.h"
#include "path/quick.h"
#include "path/run.h"
#include "value/quantity.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::path {
namespace {

// Both operands as single System values. nothing: one of them is empty.
Got operands(const Op& op, Run& run, Value& left, Value& right) {
  const Got first = run.one(*op.arguments[0], left);
  if (first == Got::failed) return first;
  const Got second = run.one(*op.arguments[1], right);
  if (second == Got::failed) return second;
  return first == Got::value && second == Got::value ? Got::value : Got::nothing;
}

std::optional<Decimal> decimal_of(const Value& value) {
  if (value.kind() == Value::Kind::integer) return Decimal(value.integer(), 0);
  if (value.kind() == Value::Kind::decimal) return value.decimal();
  return {};
}

// FHIRPath 6.6: what does not fit is empty, no error.
bool push_decimal(const std::optional<Decimal>& number, Collection& out) {
  if (number) out.push(*number);
  return true;
}

using WholeOperation = bool (*)(std::int64_t, std::int64_t, std::int64_t*);
using DecimalOperation = std::optional<Decimal> (*)(const Decimal&, const Decimal&);

struct NumberOperation {
  WholeOperation whole;  // true: overflow
  DecimalOperation decimal;
};

// False when they are no numbers; else the result, if it fits, is appended.
bool numbers(const NumberOperation& operation, const Value& left, const Value& right,
             Collection& out) {
  if (left.kind() == Value::Kind::integer && right.kind() == Value::Kind::integer) {
    const auto a = left.integer(), b = right.integer();
    std::int64_t result = 0;
    if (operation.whole(a, b, &result)) return true;
    push_whole(result, is_long(left) ? Size::of_long : size_of(right), out);
    return true;
  }
  const auto a = decimal_of(left), b = decimal_of(right);
  if (!a || !b) return false;
  return push_decimal(operation.decimal(*a, *b), out);
}

// A date or time and a duration; `sign` is -1 to go back.
bool shift(const Op& op, Run& run, const Temporal& from, const Quantity& by, int sign,
           Collection& out) {
  const auto unit = calendar_step(by);
  if (unit == Calendar::none)
    return run.fail(op, "a date or time takes a duration in calendar units or up to weeks");
  const auto whole = by.value.rescaled(0, Decimal::Rounding::down);
  const auto limit = value::Wide{1} << 53;
  if (!whole || whole->mantissa() > limit || whole->mantissa() < -limit) return true;
  const auto moved = add(from, sign * static_cast<std::int64_t>(whole->mantissa()), unit);
  if (moved) out.push(*moved);
  return true;
}

bool quantity_sum(Run& run, const Value& left, const Value& right, bool minus, Collection& out) {
  const auto* const a = run.quantity(left);
  const auto* const b = run.quantity(right);
  if (!a || !b) return false;
  Quantity second = *b;
  if (minus) second.value = second.value.negated();
  if (const auto sum = add(*a, second)) out.push(run.environment.arena.keep(*sum));
  return true;
}

bool sum(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  constexpr NumberOperation plus{[](std::int64_t a, std::int64_t b, std::int64_t* c) {
                                   return __builtin_add_overflow(a, b, c);
                                 },
                                 value::add};
  if (numbers(plus, left, right, out)) return true;
  if (left.kind() == Value::Kind::string && right.kind() == Value::Kind::string)
    return run.push_text(op, std::string(left.string()).append(right.string()), out);
  if (left.kind() == Value::Kind::temporal)
    if (const auto* const by = run.quantity(right))
      return shift(op, run, left.temporal(), *by, 1, out);
  if (quantity_sum(run, left, right, false, out)) return true;
  return run.fail(op, "+ does not take these two types");
}

bool difference(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  constexpr NumberOperation minus{[](std::int64_t a, std::int64_t b, std::int64_t* c) {
                                    return __builtin_sub_overflow(a, b, c);
                                  },
                                  value::subtract};
  if (numbers(minus, left, right, out)) return true;
  if (left.kind() == Value::Kind::temporal)
    if (const auto* const by = run.quantity(right))
      return shift(op, run, left.temporal(), *by, -1, out);
  if (quantity_sum(run, left, right, true, out)) return true;
  return run.fail(op, "- does not take these two types");
}

using QuantityOperation = std::optional<Quantity> (*)(const Quantity&, const Quantity&,
                                                      std::string&);

// At least one is a quantity; the other may be a number.
bool quantity_product(Run& run, QuantityOperation operation, const Value& left, const Value& right,
                      Collection& out) {
  const auto as_quantity = [&run](const Value& value) {
    const auto plain = decimal_of(value);
    return plain ? run.environment.arena.keep(Quantity{*plain, "1", Calendar::none})
                 : run.quantity(value);
  };
  const auto* const a = as_quantity(left);
  const auto* const b = as_quantity(right);
  if (!a || !b) return false;
  std::string unit;
  if (auto result = operation(*a, *b, unit)) {
    if (!unit.empty()) result->unit = run.environment.arena.keep(unit);
    out.push(run.environment.arena.keep(*result));
  }
  return true;
}

bool product(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  constexpr NumberOperation times{[](std::int64_t a, std::int64_t b, std::int64_t* c) {
                                    return __builtin_mul_overflow(a, b, c);
                                  },
                                  value::multiply};
  if (numbers(times, left, right, out)) return true;
  if (quantity_product(run, value::multiply, left, right, out)) return true;
  return run.fail(op, "* does not take these two types");
}

bool quotient(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  const auto a = decimal_of(left), b = decimal_of(right);
  if (a && b) return push_decimal(divide(*a, *b), out);
  if (quantity_product(run, value::divide, left, right, out)) return true;
  return run.fail(op, "/ does not take these two types");
}

bool whole_quotient(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  const auto a = decimal_of(left), b = decimal_of(right);
  if (!a || !b) return run.fail(op, "div takes numbers");
  if (const auto whole = divide_whole(*a, *b))
    push_whole(whole->mantissa(), is_long(left) ? Size::of_long : size_of(right), out);
  return true;
}

bool modulo(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  const auto a = decimal_of(left), b = decimal_of(right);
  if (!a || !b) return run.fail(op, "mod takes numbers");
  const auto rest = remainder(*a, *b);
  const bool whole = left.kind() == Value::Kind::integer && right.kind() == Value::Kind::integer;
  if (rest && whole)
    out.push(static_cast<std::int64_t>(rest->mantissa()));
  else
    push_decimal(rest, out);
  return true;
}

// 6.6.6: nothing counts as "".
bool concatenation(const Op& op, Run& run, Collection& out) {
  std::string_view left, right;
  if (run.text(*op.arguments[0], left) == Got::failed) return false;
  if (run.text(*op.arguments[1], right) == Got::failed) return false;
  return run.push_text(op, std::string(left).append(right), out);
}

bool negation(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one(*op.arguments[0], value); got != Got::value)
    return got == Got::nothing;
  if (value.kind() == Value::Kind::integer) {
    push_whole(-value::Wide{value.integer()}, size_of(value), out);
  } else if (value.kind() == Value::Kind::decimal) {
    out.push(value.decimal().negated());
  } else if (const auto* const quantity = run.quantity(value)) {
    Quantity negative = *quantity;
    negative.value = negative.value.negated();
    out.push(run.environment.arena.keep(negative));
  } else {
    return run.fail(op, "a sign takes a number or a quantity");
  }
  return true;
}

bool positive(const Op& op, Run& run, Collection& out) {
  Value value;
  if (const Got got = run.one(*op.arguments[0], value); got != Got::value)
    return got == Got::nothing;
  if (!decimal_of(value) && !run.quantity(value))
    return run.fail(op, "a sign takes a number or a quantity");
  out.push(value);
  return true;
}

bool all_plain(const Collection& values) {
  return std::all_of(values.begin(), values.end(), [](const Value& value) {
    return !value.is_node() || value.node().tree->has_value(value.node().node);
  });
}

// Of few values, those that no earlier one is equal to.
bool push_distinct(Run& run, const Collection& values, Collection& out) {
  const std::size_t before = out.size();
  for (const auto& value : values) {
    run.system(value);  // what is told apart is read
    bool known = false;
    for (std::size_t i = before; i < out.size() && !known; ++i)
      known = equal(run, out[i], value) == Truth::yes;
    if (!known) out.push(value);
  }
  return true;
}

bool union_of(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.evaluate(*op.arguments[0], values) || !run.evaluate(*op.arguments[1], values))
    return false;
  constexpr std::size_t few = 8;
  if (values.size() <= few && all_plain(values)) return push_distinct(run, values, out);
  Seen seen(run);
  for (const auto& value : values)
    if (seen.add(value)) out.push(value);
  return true;
}

bool push_truth(Truth truth, Collection& out) {
  if (truth != Truth::unknown) out.push(truth == Truth::yes);
  return true;
}

Truth not_of(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

// Most comparisons are of a path with a literal.
Truth equal_to_constant(Run& run, const Collection& values, const Value& constant) {
  if (values.empty()) return Truth::unknown;
  return values.size() > 1 ? Truth::no : equal(run, values.front(), constant);
}

template <bool negate>
bool judge_equality(const Op& op, Run& run, Truth& out) {
  const Op& second = *op.arguments[1];
  Truth found = Truth::unknown;
  Value one, other;
  const auto first_known = lone_value(*op.arguments[0], run, one);
  const auto known = first_known ? lone_value(second, run, other) : first_known;
  if (known) {
    if (*first_known == Got::value && *known == Got::value) found = equal(run, one, other);
  } else {
    const bool constant = second.apply == apply_constant && !second.constant.none();
    Collection left, right;
    if (!run.evaluate(*op.arguments[0], left)) return false;
    if (!constant && !run.evaluate(second, right)) return false;
    found = constant ? equal_to_constant(run, left, second.constant) : equal(run, left, right);
  }
  out = negate ? not_of(found) : found;
  return true;
}

template <bool negate>
bool equivalence(const Op& op, Run& run, Collection& out) {
  Collection left, right;
  if (!run.evaluate(*op.arguments[0], left) || !run.evaluate(*op.arguments[1], right)) return false;
  out.push(equivalent(run, left, right) != negate);
  return true;
}

template <bool less, bool or_equal>
bool comparison(const Op& op, Run& run, Collection& out) {
  Value left, right;
  if (const Got got = operands(op, run, left, right); got != Got::value) return got == Got::nothing;
  const auto found = order(run, left, right);
  if (!found.fits) return run.fail(op, "these two types have no order");
  if (!found.is) return true;
  const bool strict = less ? *found.is < 0 : *found.is > 0;
  out.push(strict || (or_equal && *found.is == 0));
  return true;
}

// Whether the collection has the one value; nothing when there is no value.
bool membership(const Op& op, Run& run, const Op& item, const Op& list, Collection& out) {
  Collection one, found_many;
  if (!run.evaluate(item, one)) return false;
  const bool known = list.apply == apply_constants;
  if (!known && !run.evaluate(list, found_many)) return false;
  const Collection& many = known ? list.constants : found_many;
  if (one.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  if (one.empty()) return true;
  bool found = false;
  for (std::size_t i = 0; i < many.size() && !found; ++i)
    found = equal(run, one.front(), many[i]) == Truth::yes;
  out.push(found);
  return true;
}

bool in(const Op& op, Run& run, Collection& out) {
  return membership(op, run, *op.arguments[0], *op.arguments[1], out);
}

bool contains(const Op& op, Run& run, Collection& out) {
  return membership(op, run, *op.arguments[1], *op.arguments[0], out);
}

bool judge_and(const Op& op, Run& run, Truth& out) {
  Truth right = Truth::unknown;
  if (!run.criterion(*op.arguments[0], out)) return false;
  if (out == Truth::no) return true;
  if (!run.criterion(*op.arguments[1], right)) return false;
  if (right == Truth::no || out == Truth::yes) out = right;
  return true;
}

bool judge_or(const Op& op, Run& run, Truth& out) {
  Truth right = Truth::unknown;
  if (!run.criterion(*op.arguments[0], out)) return false;
  if (out == Truth::yes) return true;
  if (!run.criterion(*op.arguments[1], right)) return false;
  if (right == Truth::yes || out == Truth::no) out = right;
  return true;
}

bool judge_xor(const Op& op, Run& run, Truth& out) {
  Truth left = Truth::unknown, right = Truth::unknown;
  if (!run.criterion(*op.arguments[0], left) || !run.criterion(*op.arguments[1], right))
    return false;
  const bool known = left != Truth::unknown && right != Truth::unknown;
  out = known ? truth(left != right) : Truth::unknown;
  return true;
}

bool judge_implies(const Op& op, Run& run, Truth& out) {
  Truth left = Truth::unknown, right = Truth::unknown;
  if (!run.criterion(*op.arguments[0], left)) return false;
  out = Truth::yes;
  if (left == Truth::no) return true;
  if (!run.criterion(*op.arguments[1], right)) return false;
  if (right != Truth::yes) out = left == Truth::yes ? right : Truth::unknown;
  return true;
}

// The judgement as a value.
template <Judge judge>
bool judged(const Op& op, Run& run, Collection& out) {
  Truth truth = Truth::unknown;
  return judge(op, run, truth) && push_truth(truth, out);
}

}  // namespace

Apply find_operator(Operator which) {
  // In the order of Operator.
  static constexpr std::array<Apply, 24> operators = {
      positive,
      negation,
      product,
      quotient,
      whole_quotient,
      modulo,
      sum,
      difference,
      concatenation,
      union_of,
      comparison<true, false>,
      comparison<false, false>,
      comparison<true, true>,
      comparison<false, true>,
      judged<judge_equality<false>>,
      equivalence<false>,
      judged<judge_equality<true>>,
      equivalence<true>,
      in,
      contains,
      judged<judge_and>,
      judged<judge_or>,
      judged<judge_xor>,
      judged<judge_implies>,
  };
  return operators[static_cast<std::size_t>(which)];
}

Judge operator_judge(Apply apply) {
  struct Row {
    Apply apply;
    Judge judge;
  };
  static constexpr Row rows[] = {
      {judged<judge_and>, judge_and},
      {judged<judge_or>, judge_or},
      {judged<judge_xor>, judge_xor},
      {judged<judge_implies>, judge_implies},
      {judged<judge_equality<false>>, judge_equality<false>},
      {judged<judge_equality<true>>, judge_equality<true>},
  };
  for (const auto& row : rows)
    if (row.apply == apply) return row.judge;
  return nullptr;
}

}  // namespace fingerpost::path
