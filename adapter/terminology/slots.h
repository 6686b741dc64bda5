// Hash tables of codes in a flat array. Codes hash alike whatever their case, so that one table
// serves code systems that tell cases apart and those that do not.

#pragma once

#include "base/text.h"
#include "terminology/content.h"

#include <span>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

constexpr int most_tries = 4096;  // a half-full table of honest codes needs a few dozen

constexpr std::uint64_t code_hash(std::string_view code) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : code) {
    hash ^= static_cast<unsigned char>(to_lower(c));
    hash *= 0x100000001b3u;
  }
  return hash ^ (hash >> 32);
}

inline bool same_code(std::string_view a, std::string_view b, bool case_sensitive) {
  return case_sensitive ? a == b : equal_ignoring_case(a, b);
}

// The place of a code; no_row: not there. `same(place)` says whether that place has it.
template <class Same>
std::uint32_t find_slot(std::span<const std::uint32_t> slots, Rows table, std::string_view code,
                        Same&& same) {
  if (table.count == 0) return no_row;
  const std::uint32_t mask = table.count - 1;
  for (auto at = static_cast<std::uint32_t>(code_hash(code)) & mask;; at = (at + 1) & mask) {
    const auto place = slots[table.first + at];
    if (place == 0) return no_row;
    if (same(place - 1)) return place - 1;
  }
}

// Appends the table of `count` codes; of equal ones only the first is kept. Codes made to collide
// would cost a square of their number: beyond many tries a code is left out, and is not found.
template <class CodeOf>
Rows slots_of(std::vector<std::uint32_t>& slots, std::uint32_t count, CodeOf&& code_of) {
  Rows table{static_cast<std::uint32_t>(slots.size()), 0};
  if (count == 0) return table;
  table.count = 2;
  while (table.count < 2 * count) table.count *= 2;
  slots.resize(slots.size() + table.count);
  const std::uint32_t mask = table.count - 1;
  for (std::uint32_t place = 0; place < count; ++place) {
    const std::string_view code = code_of(place);
    auto at = static_cast<std::uint32_t>(code_hash(code)) & mask;
    int tries = 0;
    for (; slots[table.first + at] != 0 && tries < most_tries; ++tries, at = (at + 1) & mask)
      if (code_of(slots[table.first + at] - 1) == code) break;
    if (slots[table.first + at] == 0) slots[table.first + at] = place + 1;
  }
  return table;
}

}  // namespace fingerpost::terminology
