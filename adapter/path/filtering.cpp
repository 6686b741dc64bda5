// Functions that evaluate an expression for each item (FHIRPath 5.2, 5.10, 7), and iif.

#include "path/equality.h"
#include "path/functions.h"
#include "path/run.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace fingerpost::path {
namespace {

void set_item(Run& run, const Collection& values, std::size_t index) {
  run.frame.self = values[index];
  run.frame.index = static_cast<std::int64_t>(index);
}

bool where(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  const Scope scope(run);
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_item(run, values, i);
    Truth found = Truth::unknown;
    if (!run.criterion(*op.arguments[0], found)) return false;
    if (found == Truth::yes) out.push(values[i]);
  }
  return true;
}

bool select(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  const Scope scope(run);
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_item(run, values, i);
    if (!run.evaluate(*op.arguments[0], out)) return false;
  }
  return true;
}

// What the projection gives, what it gives of that, and so on; each value once.
bool repeat(const Op& op, Run& run, Collection& out) {
  Collection level;
  if (!run.input(op, level)) return false;
  const Scope scope(run);
  Seen seen(run);
  while (!level.empty()) {
    Collection found, fresh;
    for (std::size_t i = 0; i < level.size(); ++i) {
      set_item(run, level, i);
      if (!run.evaluate(*op.arguments[0], found)) return false;
    }
    for (const auto& value : found)
      if (seen.add(value)) fresh.push(value);
    out.append(fresh);
    if (!run.room_for(op, out.size())) return false;
    level = std::move(fresh);
  }
  return true;
}

// As repeat, but a value may come again; the budget ends what has no end.
bool repeat_all(const Op& op, Run& run, Collection& out) {
  Collection level;
  if (!run.input(op, level)) return false;
  const Scope scope(run);
  while (!level.empty()) {
    Collection found;
    for (std::size_t i = 0; i < level.size(); ++i) {
      set_item(run, level, i);
      if (!run.evaluate(*op.arguments[0], found)) return false;
    }
    out.append(found);
    if (!run.room_for(op, out.size())) return false;
    level = std::move(found);
  }
  return true;
}

bool aggregate(const Op& op, Run& run, Collection& out) {
  Collection values, total;
  if (!run.input(op, values)) return false;
  if (op.arguments.size() > 1 && !run.evaluate(*op.arguments[1], total)) return false;
  const Scope scope(run);
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_item(run, values, i);
    run.frame.total = &total;
    Collection next;
    if (!run.evaluate(*op.arguments[0], next)) return false;
    total = std::move(next);
  }
  out.append(total);
  return true;
}

// Only the branch that is taken is evaluated; $this is the input.
bool iif(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (values.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  const Scope scope(run);
  if (op.input && !values.empty()) set_item(run, values, 0);
  Truth found = Truth::unknown;
  if (!run.criterion(*op.arguments[0], found)) return false;
  if (found == Truth::yes) return run.evaluate(*op.arguments[1], out);
  return op.arguments.size() < 3 || run.evaluate(*op.arguments[2], out);
}

// The sort keys of one item: one for each argument; none() when there is no value.
using Keys = std::vector<Value>;

bool keys_of(const Op& op, Run& run, Keys& keys) {
  if (op.arguments.empty()) {
    keys.push_back(run.system(run.frame.self));
    return true;
  }
  for (const auto* const argument : op.arguments) {
    Value key;
    if (run.one(*argument, key) == Got::failed) return false;
    keys.push_back(key);
  }
  return true;
}

// Nothing comes first, in either direction.
std::weak_ordering order_of(Run& run, const Value& left, const Value& right, bool descending,
                            bool& fits) {
  if (left.none() || right.none()) return right.none() <=> left.none();
  const auto found = order(run, left, right);
  fits = fits && found.fits;
  if (!found.is) return std::weak_ordering::equivalent;
  const std::weak_ordering up = *found.is;
  return descending ? 0 <=> up : up;
}

bool sort(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  const Scope scope(run);
  std::vector<Keys> keys(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_item(run, values, i);
    if (!keys_of(op, run, keys[i])) return false;
  }
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  bool fits = true;
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < keys[a].size(); ++k) {
      const bool descending = (op.descending >> k & 1) != 0;
      const auto found = order_of(run, keys[a][k], keys[b][k], descending, fits);
      if (found != 0) return found < 0;
    }
    return false;
  });
  if (!fits) return run.fail(op, "the items have no order");
  for (const auto place : places) out.push(values[place]);
  return true;
}

}  // namespace

std::span<const Function> filtering_functions() {
  static constexpr auto each = Function::Takes::each;
  static constexpr Function functions[] = {
      {"where", 1, 1, where, each},         {"select", 1, 1, select, each},
      {"repeat", 1, 1, repeat, each},       {"repeatAll", 1, 1, repeat_all, each},
      {"aggregate", 1, 2, aggregate, each}, {"iif", 2, 3, iif},
      {"sort", 0, 16, sort, each}};
  return functions;
}

}  // namespace fingerpost::path
