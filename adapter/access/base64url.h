// Base64url as JOSE reads it (RFC 7515 2): one text for each sequence of bytes, no padding.

#pragma once

#include "base/base64.h"

#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::access {

// Nothing: other letters, padding, or bits behind the last byte.
inline std::optional<std::string> read_base64url(std::string_view text) {
  auto bytes = from_base64(text, Base64::url);
  if (!bytes || to_base64url(*bytes) != text) return {};
  return bytes;
}

}  // namespace fingerpost::access
