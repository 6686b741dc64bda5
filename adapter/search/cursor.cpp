// Encryption is in the way of SIV (RFC 5297): the tag of the plain bytes is the nonce that they are
// encrypted under, with SipHash as the pseudo-random function for both.

#include "search/cursor.h"

#include "base/base64.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace fingerpost::search {
namespace {

constexpr std::size_t tag_size = 8;

std::string bytes_of(std::uint64_t value) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &value, 8);
  return bytes;
}

std::uint64_t tag(const HashKey& key, std::uint64_t fingerprint, const std::string& plain) {
  return hash(key, "cursor tag" + bytes_of(fingerprint) + plain);
}

// Encrypts and decrypts.
void apply_key_stream(const HashKey& key, std::uint64_t nonce, std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::string block =
        bytes_of(hash(key, "cursor stream" + bytes_of(nonce) + bytes_of(std::uint64_t{at})));
    for (std::size_t i = at; i < std::min(at + 8, bytes.size()); ++i)
      bytes[i] = static_cast<char>(bytes[i] ^ block[i - at]);
  }
}

// Row, then each sort value with its length before it.
std::string print(const Place& place) {
  std::string out = bytes_of(static_cast<std::uint64_t>(place.row));
  for (const auto& value : place.sort_values) {
    out += static_cast<char>(value.size());
    out += value;
  }
  return out;
}

std::optional<Place> parse(std::string_view bytes) {
  if (bytes.size() < 8) return {};
  Place place;
  std::memcpy(&place.row, bytes.data(), 8);
  bytes.remove_prefix(8);
  while (!bytes.empty()) {
    const std::size_t size = static_cast<unsigned char>(bytes[0]);
    if (bytes.size() < size + 1) return {};
    place.sort_values.emplace_back(bytes.substr(1, size));
    bytes.remove_prefix(size + 1);
  }
  return place;
}

}  // namespace

std::string seal(const HashKey& key, std::uint64_t fingerprint, const Place& place) {
  std::string bytes = print(place);
  const std::uint64_t nonce = tag(key, fingerprint, bytes);
  apply_key_stream(key, nonce, bytes);
  return to_base64url(bytes_of(nonce) + bytes);  // padding would need an escape
}

std::optional<Place> unseal(const HashKey& key, std::uint64_t fingerprint, std::string_view text) {
  auto bytes = from_base64(text, Base64::url);
  if (!bytes || bytes->size() < tag_size) return {};
  std::uint64_t nonce = 0;
  std::memcpy(&nonce, bytes->data(), tag_size);
  bytes->erase(0, tag_size);
  apply_key_stream(key, nonce, *bytes);
  if (tag(key, fingerprint, *bytes) != nonce) return {};
  return parse(*bytes);
}

}  // namespace fingerpost::search
