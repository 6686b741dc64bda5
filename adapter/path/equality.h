// When values are equal, equivalent and ordered (FHIRPath 6.1, 6.2).

#pragma once

#include "path/run.h"

#include <compare>
#include <optional>
#include <vector>

namespace fingerpost::path {

// An integer or a decimal; none for any other value.
std::optional<Decimal> number(const Value& value);

// `=` of two values. unknown: a precision or unit does not let it be said.
Truth equal(Run& run, const Value& left, const Value& right);
// `=` of two collections; unknown when either is empty.
Truth equal(Run& run, const Collection& left, const Collection& right);
// `~` of two values.
bool equivalent(Run& run, const Value& left, const Value& right);
bool equivalent(Run& run, const Collection& left, const Collection& right);

// How two single System values compare. `fits` is false when their types do not compare at all.
struct Order {
  bool fits = true;
  std::optional<std::strong_ordering> is;  // none: unknown
};
Order order(Run& run, const Value& left, const Value& right);

// The values seen so far, for distinct, union, intersect and the like. Time is linear.
class Seen {
 public:
  explicit Seen(Run& run) : run_(run) {}
  bool add(const Value& value);  // false: an equal one was there
  bool has(const Value& value);

 private:
  std::uint64_t hash(const Value& value);
  void rehash();
  std::optional<std::size_t> find(const Value& value, std::uint64_t hash);

  Run& run_;
  std::vector<Value> values_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  // open addressing once there are many; value index + 1
};

}  // namespace fingerpost::path
