// Signed JSON Web Tokens in the compact form (RFC 7515, 7519), read as strictly as RFC 8725 asks.

#pragma once

#include "access/jwks.h"
#include "fingerpost/result.h"
#include "wire/json.h"

#include <string>
#include <string_view>

namespace fingerpost::access {

struct Jws {
  std::string algorithm;  // as its header says: only compared with the key's
  std::string kid;
  wire::JsonDocument claims;  // an object; not to be believed before is_signed
  std::string signed_bytes;
  std::string signature;
};

// Kind::invalid when it is not exactly three parts of strict base64url, header and claims are no
// JSON objects with each member once, or the header has a member that brings a key, names where one
// is, or changes how the token is to be read.
constexpr std::size_t longest_token = 16u << 10;
Result<Jws> read_jws(std::string_view text);

// The key is found by the token's kid alone and is used with its own algorithm alone.
bool is_signed(const Jws& token, const KeySet& keys);

}  // namespace fingerpost::access
