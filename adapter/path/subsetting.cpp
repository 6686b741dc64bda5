// Parts of collections, and collections put together (FHIRPath 5.3, 5.4).

#include "path/equality.h"
#include "path/functions.h"
#include "path/run.h"

#include <algorithm>

namespace fingerpost::path {
namespace {

bool single(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (values.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  out.append(values);
  return true;
}

bool first(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (!values.empty()) out.push(values.front());
  return true;
}

bool last(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (!values.empty()) out.push(values.back());
  return true;
}

bool tail(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  for (std::size_t i = 1; i < values.size(); ++i) out.push(values[i]);
  return true;
}

// The values from one place up to, and without, another.
void push_range(const Collection& values, std::size_t from, std::size_t to, Collection& out) {
  for (std::size_t i = from; i < std::min(to, values.size()); ++i) out.push(values[i]);
}

template <bool leave_out>
bool part(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::int64_t number = 0;
  if (!run.input(op, values)) return false;
  const Got got = run.integer(*op.arguments[0], number);
  if (got == Got::failed) return false;
  if (got == Got::nothing) return true;
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(number, 0));
  if constexpr (leave_out)
    push_range(values, count, values.size(), out);
  else
    push_range(values, 0, count, out);
  return true;
}

template <bool in_both>
bool meet(const Op& op, Run& run, Collection& out) {
  Collection values, others;
  if (!run.input(op, values) || !run.evaluate(*op.arguments[0], others)) return false;
  Seen other(run), given(run);
  for (const auto& value : others) other.add(value);
  for (const auto& value : values) {
    // intersect() gives each value once; exclude() keeps repetitions.
    if (other.has(value) == in_both && (!in_both || given.add(value))) out.push(value);
  }
  return true;
}

bool unite(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values) || !run.evaluate(*op.arguments[0], values)) return false;
  Seen seen(run);
  for (const auto& value : values)
    if (seen.add(value)) out.push(value);
  return true;
}

bool combine(const Op& op, Run& run, Collection& out) {
  return run.input(op, out) && run.evaluate(*op.arguments[0], out);
}

}  // namespace

bool apply_index_of(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::int64_t index = 0;
  if (!run.input(op, values)) return false;
  if (const Got got = run.integer(*op.arguments[0], index); got != Got::value)
    return got == Got::nothing;
  if (index >= 0 && static_cast<std::size_t>(index) < values.size())
    out.push(values[static_cast<std::size_t>(index)]);
  return true;
}

std::span<const Function> subsetting_functions() {
  static constexpr Function functions[] = {{"single", 0, 0, single},
                                           {"first", 0, 0, first},
                                           {"last", 0, 0, last},
                                           {"tail", 0, 0, tail},
                                           {"skip", 1, 1, part<true>},
                                           {"take", 1, 1, part<false>},
                                           {"intersect", 1, 1, meet<true>},
                                           {"exclude", 1, 1, meet<false>},
                                           {"union", 1, 1, unite},
                                           {"combine", 1, 1, combine}};
  return functions;
}

}  // namespace fingerpost::path
