#include "base/uuid.h"

#include "base/digest.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fingerpost {
namespace {

// The namespace is itself the version 5 UUID of "fingerpost" under the RFC's URL namespace.
constexpr std::array<std::uint8_t, 16> url_namespace = {
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

using Bytes = std::array<std::uint8_t, 16>;

Bytes stamped(const std::uint8_t* from, std::uint8_t version) {
  Bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = from[i];
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

// A version 5 UUID: of the namespace's bytes followed by the name.
Bytes named(std::string_view space_and_name) {
  return stamped(sha1(space_and_name).data(), 5);
}

std::string raw(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string print(const Bytes& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  constexpr std::array<std::uint8_t, 16> places = {0,  2,  4,  6,  9,  11, 14, 16,
                                                   19, 21, 24, 26, 28, 30, 32, 34};
  std::string out(36, '-');
  char* const text = out.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[places[i]] = digits[bytes[i] >> 4];
    text[places[i] + 1] = digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace

std::string uuid_v5(const std::string_view* keys, std::size_t count) {
  static const std::string space = raw(named(raw(url_namespace) + "fingerpost"));
  constexpr std::size_t size_digits = 21;  // and the ':'
  std::size_t room = space.size();
  for (std::size_t i = 0; i < count; ++i) room += size_digits + keys[i].size();
  std::string name(room, '\0');
  char* at = std::copy(space.begin(), space.end(), name.data());
  for (std::size_t i = 0; i < count; ++i) {
    at = std::to_chars(at, at + size_digits, keys[i].size()).ptr;
    *at++ = ':';
    at = std::copy(keys[i].begin(), keys[i].end(), at);
  }
  return print(named({name.data(), static_cast<std::size_t>(at - name.data())}));
}

std::string uuid_v5(std::initializer_list<std::string_view> keys) {
  return uuid_v5(keys.begin(), keys.size());
}

std::string uuid_v4(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint64_t word = random.next();
    for (std::size_t i = 0; i < 8; ++i)
      bytes[half * 8 + i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
  return print(stamped(bytes.data(), 4));
}

}  // namespace fingerpost
