// The forms in which tokens and references are hashed; index and query must agree on them.

#pragma once

#include "search/hash.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::search {

// R4 search.html#token: code, |code, system|code and system| each match another form.
inline std::uint64_t code_hash(const HashKey& key, std::string_view code) {
  return hash(key, "c" + std::string(code));
}
inline std::uint64_t bare_code_hash(const HashKey& key, std::string_view code) {
  return hash(key, "n" + std::string(code));
}
inline std::uint64_t system_hash(const HashKey& key, std::string_view system) {
  return hash(key, "y" + std::string(system));
}
inline std::uint64_t system_code_hash(const HashKey& key, std::string_view system,
                                      std::string_view code) {
  return hash(key, "s" + std::string(system) + "|" + std::string(code));
}

// :of-type
inline std::uint64_t of_type_hash(const HashKey& key, std::string_view type_system,
                                  std::string_view type_code, std::string_view value) {
  return hash(key, "o" + std::string(type_system) + "|" + std::string(type_code) + "|" +
                       std::string(value));
}

// Texts are sorted by their beginning, then by row.
constexpr std::size_t sort_bytes = 200;

}  // namespace fingerpost::search
