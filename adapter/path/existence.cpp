// Existence and counting (FHIRPath 5.1).

#include "path/equality.h"
#include "path/functions.h"
#include "path/run.h"

namespace fingerpost::path {
namespace {

bool empty(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  out.push(values.empty());
  return true;
}

// Calls `see` with the criterion's truth for each item until it says stop.
template <class See>
bool for_each_truth(const Op& op, Run& run, See see) {
  Collection values;
  if (!run.input(op, values)) return false;
  const Scope scope(run);
  for (std::size_t i = 0; i < values.size(); ++i) {
    run.frame.self = values[i];
    run.frame.index = static_cast<std::int64_t>(i);
    Truth found = Truth::unknown;
    if (!run.criterion(*op.arguments[0], found)) return false;
    if (!see(found)) break;
  }
  return true;
}

bool judge_exists(const Op& op, Run& run, Truth& out) {
  if (op.arguments.empty()) {
    Collection values;
    if (!run.input(op, values)) return false;
    out = truth(!values.empty());
    return true;
  }
  out = Truth::no;
  return for_each_truth(op, run, [&](Truth found) {
    if (found == Truth::yes) out = found;
    return found != Truth::yes;
  });
}

bool exists(const Op& op, Run& run, Collection& out) {
  Truth any = Truth::no;
  if (!judge_exists(op, run, any)) return false;
  out.push(any == Truth::yes);
  return true;
}

bool all(const Op& op, Run& run, Collection& out) {
  bool every = true;
  const bool done = for_each_truth(op, run, [&](Truth found) {
    every = found == Truth::yes;
    return every;
  });
  if (done) out.push(every);
  return done;
}

// allTrue and the like. `looked_for` met gives `met`; else its opposite.
template <bool looked_for, bool met>
bool booleans(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  bool found = false;
  for (const auto& value : values) {
    const Value one = run.system(value);
    if (one.kind() != Value::Kind::boolean) return run.fail(op, "only booleans are wanted");
    found = found || one.boolean() == looked_for;
  }
  out.push(found == met);
  return true;
}

bool count(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  out.push(static_cast<std::int64_t>(values.size()));
  return true;
}

bool distinct(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  Seen seen(run);
  for (const auto& value : values)
    if (seen.add(value)) out.push(value);
  return true;
}

bool is_distinct(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  Seen seen(run);
  bool all_new = true;
  for (std::size_t i = 0; i < values.size() && all_new; ++i) all_new = seen.add(values[i]);
  out.push(all_new);
  return true;
}

bool has_all(Run& run, const Collection& whole, const Collection& part) {
  Seen seen(run);
  for (const auto& value : whole) seen.add(value);
  for (const auto& value : part)
    if (!seen.has(value)) return false;
  return true;
}

template <bool input_is_part>
bool subset(const Op& op, Run& run, Collection& out) {
  Collection input, other;
  if (!run.input(op, input) || !run.evaluate(*op.arguments[0], other)) return false;
  out.push(input_is_part ? has_all(run, other, input) : has_all(run, input, other));
  return true;
}

bool judge_not(const Op& op, Run& run, Truth& out) {
  Truth found = Truth::unknown;
  if (op.input != nullptr && op.input->judge != nullptr) {
    if (!run.criterion(*op.input, found)) return false;
  } else {
    Collection values;
    if (!run.input(op, values) || !run.criterion_of(op, values, found)) return false;
  }
  out = found == Truth::unknown ? found : truth(found == Truth::no);
  return true;
}

bool logic_not(const Op& op, Run& run, Collection& out) {
  Truth found = Truth::unknown;
  if (!judge_not(op, run, found)) return false;
  if (found != Truth::unknown) out.push(found == Truth::yes);
  return true;
}

}  // namespace

std::span<const Function> existence_functions() {
  static constexpr auto each = Function::Takes::each;
  static constexpr Function functions[] = {{"empty", 0, 0, empty},
                                           {"exists", 0, 1, exists, each},
                                           {"all", 1, 1, all, each},
                                           {"allTrue", 0, 0, booleans<false, false>},
                                           {"anyTrue", 0, 0, booleans<true, true>},
                                           {"allFalse", 0, 0, booleans<true, false>},
                                           {"anyFalse", 0, 0, booleans<false, true>},
                                           {"count", 0, 0, count},
                                           {"distinct", 0, 0, distinct},
                                           {"isDistinct", 0, 0, is_distinct},
                                           {"subsetOf", 1, 1, subset<true>},
                                           {"supersetOf", 1, 1, subset<false>},
                                           {"not", 0, 0, logic_not}};
  return functions;
}

Judge existence_judge(Apply apply) {
  if (apply == exists) return judge_exists;
  return apply == logic_not ? judge_not : nullptr;
}

}  // namespace fingerpost::path
