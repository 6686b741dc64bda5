// JSON Web Tokens of ours, signed with a key of ours (RFC 7515, RFC 7523). The home of the private
// key that tells other systems who we are.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::remote {

// What a token says of its bearer, to one server of tokens.
struct Assertion {
  std::string key_id;    // kid
  std::string issuer;    // iss and sub: the application's id there
  std::string audience;  // aud: the address it is sent to, to the character
  std::string id;        // jti: never twice
  std::int64_t issued_s = 0;
  std::int64_t lasts_s = 290;  // NHS England takes none of more than five minutes, by its own clock
};

class JwtSigner {
 public:
  // A PEM private key, RSA of 2048 bits at least. Kind::invalid says no more than that it is none.
  static Result<JwtSigner> open(std::string_view pem);
  JwtSigner(JwtSigner&&) noexcept;
  JwtSigner& operator=(JwtSigner&&) noexcept;
  ~JwtSigner();

  // RS512, compact. Any thread. Kind::fault: the key would not sign.
  Result<std::string> sign(const Assertion& assertion) const;

 private:
  struct Key;
  explicit JwtSigner(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

}  // namespace fingerpost::remote
