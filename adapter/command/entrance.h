// Who may come in over HTTP: the clients of the configuration, or whoever is on this machine.

#pragma once

#include "access/authority.h"
#include "base/clock.h"
#include "command/configuration.h"
#include "command/log.h"
#include "exchange/mllp_listener.h"
#include "fingerpost/result.h"
#include "http/listener.h"
#include "http/message.h"
#include "http/oauth.h"
#include "http/routes.h"
#include "store/policy.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::command {

class Entrance {
 public:
  // Of a configuration whose base_url and data folder are named, read from the file `config`.
  // What is handed in must outlive it.
  static Result<std::unique_ptr<Entrance>> open(const Configuration& configuration,
                                                const std::string& config, Clock& clock,
                                                Random& random, Log& log);

  // Null without clients: everybody is the local caller.
  const access::Authority* authority() const { return authority_.get(); }
  // Whether a client has these rights by the file as it was last read. Any thread.
  bool may(std::string_view client, std::string_view type, access::Rights rights) const;
  // What it sees, by that file. Any thread.
  store::Policy policy_of(std::string_view client) const;
  // The handler, for callers with these rights alone.
  http::Handler only(std::string type, access::Rights rights, http::Handler handler) const;
  // The endpoints that grant tokens, below the path of the FHIR base. `told` hears of every answer,
  // as the log does.
  void mount(http::Routes& routes, const std::string& base_path, const Limits& limits,
             http::Told told);

  // Null without http.tls, mllp.tls: it is plain.
  std::shared_ptr<const tls::Context> http_tls() const { return http_tls_; }
  std::shared_ptr<const tls::Context> mllp_tls() const { return mllp_tls_; }

  // The clients and certificates of the file as it is now, and every token forgotten; all stays as
  // it was when something is wrong with it, or when it would not listen here by them, which the log
  // says. A gateway without clients, or
  // without TLS, stays without. `messages` may be null.
  void reload(http::Listener& listener, exchange::MllpListener* messages);

 private:
  Entrance(const Configuration& configuration, std::string config, Log& log);
  Result<void> check_reach(Configuration& configuration) const;
  Result<std::size_t> read_again(http::Listener& listener, exchange::MllpListener* messages);

  void keep(const access::Clients& clients);

  std::string config_;
  Log& log_;
  mutable std::mutex mutex_;
  struct Kept {
    access::Scopes scopes;
    store::Policy policy;
  };
  std::map<std::string, Kept, std::less<>> clients_;  // guarded by mutex_
  Address http_at_;  // of the start, as the command line may have named it
  std::optional<Address> mllp_at_;
  std::unique_ptr<access::Authority> authority_;
  std::shared_ptr<const tls::Context> http_tls_, mllp_tls_;  // of the start
};

}  // namespace fingerpost::command
