// What every fuzz target needs: its input as text, bounds that keep a run short, and a way to say
// that something is wrong which the fuzzer sees.

#pragma once

#include "fingerpost/limits.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fingerpost::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Splits at the first NUL; without one, the second part is empty.
inline std::pair<std::string_view, std::string_view> halves(std::string_view text) {
  const auto at = text.find('\0');
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

inline Limits bounds() {
  Limits limits;
  limits.body_bytes = 1 << 20;
  limits.nodes = 100'000;
  limits.steps = 20'000;
  limits.collection_items = 10'000;
  return limits;
}

inline void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace fingerpost::fuzz
