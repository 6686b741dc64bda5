// Access tokens that a server gives to who signs for them (RFC 6749 section 4.4, RFC 7523).

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "remote/http_client.h"
#include "remote/jwt_signer.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::remote {

struct TokenOptions {
  std::string url;          // of the server of tokens; the assertion's audience too
  std::string application;  // its id there
  std::string key_id;
  std::int64_t early_s = 30;  // how long before its end a token is not used any more
};

// One token at a time, for everybody who asks, until it is about to end. Any thread. The client
// must know the place, outlive what is asked, and be closed before this goes.
class TokenSource {
 public:
  // Kind::busy: not now. Kind::forbidden: the server does not know us; it is asked again all the
  // same, when somebody asks.
  using Done = std::function<void(const Result<std::string>& token)>;

  TokenSource(TokenOptions options, JwtSigner signer, HttpClient& http, Clock& clock,
              Random& random);

  // `done` is called once: at once with a token that is good, else on the client's thread.
  void get(Done done);
  // It was not accepted: the next is another.
  void forget(std::string_view token);

 private:
  Result<HttpRequest> request();
  void take(const HttpAnswer& got);
  void give(const Result<std::string>& token);

  const TokenOptions options_;
  const JwtSigner signer_;
  HttpClient& http_;
  Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::string token_;            // guarded by mutex_
  std::int64_t good_until_ = 0;  // monotonic; guarded by mutex_
  std::vector<Done> waiting_;    // guarded by mutex_; not empty: one is asked for
};

}  // namespace fingerpost::remote
