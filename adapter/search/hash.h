// 64-bit keyed hashes of index values. Keyed, so that nobody can make a value that collides with
// another person's.

#pragma once

#include <cstdint>
#include <string_view>

namespace fingerpost::search {

// Random for each store and kept with it: index values made under another key never match.
struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const HashKey&, const HashKey&) = default;
};

// SipHash-2-4 of the text.
std::uint64_t hash(const HashKey& key, std::string_view text);

// The hash of "Type/id": what a reference's index row and the resource it names have in common.
std::uint64_t reference_hash(const HashKey& key, std::string_view type, std::string_view id);

}  // namespace fingerpost::search
