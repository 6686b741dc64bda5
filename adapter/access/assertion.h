// What a client says to be known by: private_key_jwt of SMART Backend Services (RFC 7523).

#pragma once

#include "access/jws.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::access {

struct Assertion {
  std::string client;          // iss and sub
  std::string jti;             // used once
  std::int64_t expires_s = 0;  // since 1970
};

struct AssertionRules {
  std::string_view audience;  // the token URL: exactly this
  int seconds_most = 300;     // that it may last
  int skew_seconds = 10;      // that the client's clock may go before ours
  std::size_t jti_bytes = 256;
};

// The claims alone: who signed them is another question. Kind::invalid, `where` the claim.
Result<Assertion> read_assertion(const wire::JsonDocument& claims, std::int64_t now_s,
                                 const AssertionRules& rules);

}  // namespace fingerpost::access
