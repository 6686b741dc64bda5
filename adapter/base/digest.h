// Message digests and the checks built on them. The home of OpenSSL's digests.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost {

using Sha1 = std::array<std::uint8_t, 20>;
using Sha256 = std::array<std::uint8_t, 32>;

Sha1 sha1(std::string_view bytes);  // for UUIDv5 only
Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

std::string hex(const std::uint8_t* bytes, std::size_t size);  // lower case
template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return hex(bytes.data(), N);
}

}  // namespace fingerpost
