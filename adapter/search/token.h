// The forms in which tokens and references are hashed; index and query must agree on them.

#pragma once

#include "search/hash.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fingerpost::search {

// Of the parts one after the other.
inline std::uint64_t hash_of(const HashKey& key, std::initializer_list<std::string_view> parts) {
  std::array<char, 256> few;
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  if (size <= few.size()) {
    auto* at = few.data();
    for (const auto part : parts) at += part.copy(at, part.size());
    return hash(key, {few.data(), size});
  }
  std::string many;
  many.reserve(size);
  for (const auto part : parts) many += part;
  return hash(key, many);
}

// R4 search.html#token: code, |code, system|code and system| each match another form.
inline std::uint64_t code_hash(const HashKey& key, std::string_view code) {
  return hash_of(key, {"c", code});
}
inline std::uint64_t bare_code_hash(const HashKey& key, std::string_view code) {
  return hash_of(key, {"n", code});
}
inline std::uint64_t system_hash(const HashKey& key, std::string_view system) {
  return hash_of(key, {"y", system});
}
inline std::uint64_t system_code_hash(const HashKey& key, std::string_view system,
                                      std::string_view code) {
  return hash_of(key, {"s", system, "|", code});
}

// :of-type
inline std::uint64_t of_type_hash(const HashKey& key, std::string_view type_system,
                                  std::string_view type_code, std::string_view value) {
  return hash_of(key, {"o", type_system, "|", type_code, "|", value});
}

// R4 search.html#token: data of type string, and what people type (an e-mail address), is found in
// any letter case: by its folded text.
inline std::uint64_t folded_code_hash(const HashKey& key, std::string_view folded) {
  return hash_of(key, {"f", folded});
}

// A reference "#id" within its container, inner; and that there is one to such a type, which leads
// to containers.
inline std::uint64_t contained_hash(const HashKey& key, std::string_view id) {
  return hash_of(key, {"#", id});
}
inline std::uint64_t contained_type_hash(const HashKey& key, std::string_view type) {
  return hash_of(key, {"# ", type});
}
// A hash of a contained resource as it leads to its container, apart from resources of their own.
inline std::uint64_t inside_hash(std::uint64_t hash) {
  return hash ^ 0x9e37'79b9'7f4a'7c15;
}

// "Patient/p1/_history/2": the version that a reference names, inner, beside the reference itself.
inline std::uint64_t versioned_hash(const HashKey& key, std::string_view reference) {
  return hash_of(key, {"@", reference});
}
// That the element has a reference with a version.
inline std::uint64_t any_version_hash(const HashKey& key) {
  return hash(key, "@");
}

// Texts are sorted by their beginning, then by row.
constexpr std::size_t sort_bytes = 200;

}  // namespace fingerpost::search
