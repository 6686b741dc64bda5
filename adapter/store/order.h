// The order of search matches, shared by every implementation of the store.

#pragma once

#include "search/plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::store {

inline std::vector<std::string> sort_values(const search::Plan& plan, const search::Row& row) {
  std::vector<std::string> values;
  values.reserve(plan.sort.size());
  for (const auto& key : plan.sort) values.push_back(search::sort_value(key, row));
  return values;
}

// Whether `a` comes before `b`. Matches that sort alike come by row, in the first key's direction.
inline bool before(const search::Plan& plan, const search::Place& a, const search::Place& b) {
  if (a.sort_values != b.sort_values) return a.sort_values < b.sort_values;
  const bool descending = !plan.sort.empty() && plan.sort[0].descending;
  return descending ? a.row > b.row : a.row < b.row;
}

}  // namespace fingerpost::store
