// The authorization server of SMART Backend Services: clients prove who they are by a signed
// assertion and are granted access tokens, which they may look at and give back.

#pragma once

#include "access/client.h"
#include "access/tokens.h"
#include "base/clock.h"
#include "fingerpost/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::access {

// The form that a client sends, RFC 6749 4.4, RFC 7662, RFC 7009; "" for what it does not say.
struct TokenForm {
  std::string grant_type, scope, client_id, assertion_type, assertion;
  std::string token;     // of introspection and revocation
  std::string peer_key;  // of the connection's certificate
};

// RFC 6749 5: JSON, and the status that goes with it. `reason` is for the operator: it names what
// is wrong and holds nothing that the client sent.
struct TokenAnswer {
  int status = 200;
  std::string body;
  std::string client;  // whose signature was good, whatever was refused then; else ""
  std::string reason;
};
using Answered = std::function<void(TokenAnswer)>;

struct AuthorityOptions {
  std::string token_url;
  std::filesystem::path used_file;
  TokenLimits tokens;
  std::size_t waiting = 1000;  // requests that wait for its thread; more are told so
};

// Any thread may call. Signatures are checked, and what was used is written, on a thread of its
// own, which calls `Answered`.
class Authority {
 public:
  // The clock and random must outlive it.
  static Result<std::unique_ptr<Authority>> start(AuthorityOptions options, Clients clients,
                                                  Clock& clock, Random& random);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Who a token was granted to; see Tokens::find.
  Result<CallerPtr> find(std::string_view token, std::string_view peer_key) const;

  enum class Wish : std::uint8_t { token, introspect, revoke };
  void ask(Wish wish, TokenForm form, Answered answered);

  // From here on these clients alone; every token is forgotten.
  void replace(Clients clients);

 private:
  class Worker;
  explicit Authority(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

}  // namespace fingerpost::access
