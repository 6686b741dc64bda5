// The public keys of a client (RFC 7517), each for one algorithm alone.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::access {

// RFC 7518 3.1; those that SMART and the NHS name. What else there is is refused.
enum class Algorithm : std::uint8_t { RS384, RS512, ES384 };
std::string_view name(Algorithm algorithm);

struct PublicKey;  // OpenSSL's

struct Key {
  Algorithm algorithm = Algorithm::RS384;
  std::shared_ptr<const PublicKey> key;
};

struct KeyLimits {
  std::size_t bytes = 64u << 10;  // of one set
  std::size_t keys = 20;
  int rsa_bits_least = 2048;
  int rsa_bits_most = 8192;
};

// By kid, which every key has and no two share.
using KeySet = std::map<std::string, Key, std::less<>>;

// Kind::invalid, and `where` the key: it is of no offered kind, has a private part, or cannot be
// told from another. A key whose "use" is "enc" is left out. Without "alg" an RSA key is RS384's.
Result<KeySet> read_jwks(std::string_view text, const KeyLimits& limits = {});

// Whether the signature, as JWS has it, is the key's over these bytes. Takes about a millisecond.
bool verify(const Key& key, std::string_view bytes, std::string_view signature);

}  // namespace fingerpost::access
