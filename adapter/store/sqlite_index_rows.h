// How an index row stands in its table: what finds it there, and its columns.

#pragma once

#include "search/index.h"
#include "store/sqlite_apply.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fingerpost::store {

inline constexpr std::string_view one_hash = "by_hash WHERE key = ? AND hash = ? AND row = ?";
inline constexpr std::string_view one_date =
    "by_date WHERE key = ? AND long = ? AND low = ? AND high = ? AND row = ?";
inline constexpr std::string_view one_number =
    "by_number WHERE key = ? AND unit = ? AND low = ? AND high = ? AND row = ?";
inline constexpr std::string_view one_text =
    "by_text WHERE key = ? AND text = ? AND exact = ? AND row = ?";

// Inner rows are kept with their resource alone.
inline bool is_in_table(const search::HashRow& value) {
  return !value.inner;
}
inline bool is_in_table(const search::TextRow& value) {
  return !value.inner;
}
inline bool is_in_table(const search::DateRow& /*value*/) {
  return true;
}
inline bool is_in_table(const search::NumberRow& /*value*/) {
  return true;
}
template <class Row>
std::uint64_t rows_in_table(const std::vector<Row>& rows) {
  return static_cast<std::uint64_t>(
      std::count_if(rows.begin(), rows.end(), [](const Row& value) { return is_in_table(value); }));
}

// Calls `use` with the columns, in the tables' order and that of the conditions above.
template <class Use>
auto with_columns(std::int64_t row, const search::HashRow& value, Use&& use) {
  return use(int{value.key}, value.hash, row);
}
template <class Use>
auto with_columns(std::int64_t row, const search::DateRow& value, Use&& use) {
  return use(int{value.key}, is_long(value) ? 1 : 0, value.low, value.high, row);
}
template <class Use>
auto with_columns(std::int64_t row, const search::NumberRow& value, Use&& use) {
  return use(int{value.key}, value.unit, value.low, value.high, row);
}
template <class Use>
auto with_columns(std::int64_t row, const search::TextRow& value, Use&& use) {
  return use(int{value.key}, value.text, value.exact, row);
}

}  // namespace fingerpost::store
