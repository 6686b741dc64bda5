// Where the rows of a key stand, in 24 bytes a row.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace fingerpost::record {

// A row of the extract: its file's place in the list of files, its place in the file.
struct RowAt {
  std::uint64_t offset = 0;
  std::uint32_t file = 0;
  std::uint32_t number = 0;  // as a spreadsheet counts: the header is row 1

  friend bool operator==(const RowAt&, const RowAt&) = default;
};

// Filled, then sorted, then asked. Rows of one key come in the order they were added. Two keys may
// meet in one hash: who asks compares the key itself.
class RowIndex {
 public:
  void add(std::string_view key, RowAt row) { entries_.push_back({hash(key), row}); }
  void sort() {
    std::stable_sort(entries_.begin(), entries_.end(), Less());
    entries_.shrink_to_fit();
  }

  struct Entry {
    std::uint64_t hash = 0;
    RowAt row;
  };
  std::span<const Entry> find(std::string_view key) const {
    const auto [first, last] =
        std::equal_range(entries_.begin(), entries_.end(), Entry{hash(key), {}}, Less());
    return {first, last};
  }

 private:
  // Of one run alone, so any will do, and this one takes more than a byte at a time.
  static std::uint64_t hash(std::string_view key) { return std::hash<std::string_view>()(key); }
  struct Less {
    bool operator()(const Entry& a, const Entry& b) const { return a.hash < b.hash; }
  };
  std::vector<Entry> entries_;
};

}  // namespace fingerpost::record
