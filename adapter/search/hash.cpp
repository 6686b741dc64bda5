#include "search/hash.h"

#include "search/token.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace fingerpost::search {
namespace {

// Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, with c = 2 and d = 4.
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const HashKey& key)
      : v0(key.first ^ 0x736f6d6570736575u),
        v1(key.second ^ 0x646f72616e646f6du),
        v2(key.first ^ 0x6c7967656e657261u),
        v3(key.second ^ 0x7465646279746573u) {}

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

std::uint64_t little_endian(const char* bytes, std::size_t size) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, size);
    return word;
  }
  std::array<unsigned char, 8> padded{};
  std::memcpy(padded.data(), bytes, size);
  std::uint64_t word = 0;
  for (std::size_t i = 8; i-- > 0;) word = word << 8 | padded[i];
  return word;
}

}  // namespace

std::uint64_t hash(const HashKey& key, std::string_view text) {
  SipState state(key);
  const std::size_t whole = text.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) state.take(little_endian(text.data() + at, 8));
  std::uint64_t last = std::uint64_t{text.size() & 0xff} << 56;
  if (whole < text.size()) last |= little_endian(text.data() + whole, text.size() - whole);
  state.take(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t reference_hash(const HashKey& key, std::string_view type, std::string_view id) {
  return hash_of(key, {type, "/", id});
}

}  // namespace fingerpost::search
