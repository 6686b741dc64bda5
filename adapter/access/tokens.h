// Access tokens that have been granted: opaque, short-lived, kept in memory alone and only as
// digests. A restart forgets them, and clients ask for others.

#pragma once

#include "access/caller.h"
#include "base/clock.h"
#include "base/digest.h"
#include "fingerpost/result.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::access {

struct TokenLimits {
  int seconds = 300;
  std::size_t each = 1000;  // of one client at a time: one more ends its oldest
  std::size_t together = 100'000;
};

// Any thread may call.
class Tokens {
 public:
  Tokens(const TokenLimits& limits, Clock& clock, Random& random)
      : limits_(limits), clock_(clock), random_(random) {}

  struct Granted {
    std::string token;  // goes to the client and is kept nowhere
    int seconds = 0;
  };
  // `caller` without its token_id. `pins`: the keys of the certificates over which it is good, any
  // when there are none. Kind::busy: over a limit.
  Result<Granted> grant(Caller caller, std::vector<std::string> pins);

  // Kind::not_found: there is no such token, or no more. Kind::forbidden: it is not this
  // connection's.
  Result<CallerPtr> find(std::string_view token, std::string_view peer_key) const;

  struct Kept {
    CallerPtr caller;
    std::vector<std::string> pins;
    std::int64_t expires_us = 0;  // monotonic
    std::int64_t granted_s = 0;   // since 1970
  };
  std::optional<Kept> look(std::string_view token) const;
  // Of this client; another's stays.
  void revoke(std::string_view token, std::string_view client);
  void revoke_all();

 private:
  struct Hash {
    // A digest is as good as any hash of it.
    std::size_t operator()(const Sha256& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };

  struct Out {
    Sha256 digest;
    std::string client;
    std::int64_t expires_us = 0;
  };
  void forget_past(std::int64_t now_us);  // under the mutex

  const TokenLimits limits_;
  Clock& clock_;
  Random& random_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<Sha256, Kept, Hash> kept_;
  // As they were granted, revoked ones too, until they would have ended.
  std::deque<Out> in_order_;
  std::unordered_map<std::string, std::deque<Sha256>> of_client_;
};

}  // namespace fingerpost::access
