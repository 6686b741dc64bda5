#include "command/entrance.h"

#include "http/bearer.h"
#include "http/oauth.h"

#include <filesystem>
#include <utility>

namespace fingerpost::command {
namespace {

// Of the assertions that were used, in the data folder.
constexpr std::string_view used_file = "tokens.used";

void write_told(Log& log, std::string_view path, const access::TokenAnswer& answer) {
  if (answer.status == 200)
    return log.info("token endpoint", {{"path", std::string(path)}, {"client", answer.client}});
  log.info("token endpoint refused",
           {{"path", std::string(path)}, {"client", answer.client}, {"reason", answer.reason}});
}

// Null where it is plain.
Result<std::shared_ptr<const tls::Context>> loaded(const Listen& listen, const std::string& config,
                                                   std::string_view listener) {
  if (!listen.tls) return std::shared_ptr<const tls::Context>();
  return load_tls(*listen.tls, config, listener);
}

}  // namespace

Entrance::Entrance(const Configuration& configuration, std::string config, Log& log)
    : config_(std::move(config)), log_(log), http_at_(configuration.http.at) {
  if (configuration.mllp) mllp_at_ = configuration.mllp->at;
}

Result<std::unique_ptr<Entrance>> Entrance::open(const Configuration& configuration,
                                                 const std::string& config, Clock& clock,
                                                 Random& random, Log& log) {
  std::unique_ptr<Entrance> entrance(new Entrance(configuration, config, log));
  LET(entrance->http_tls_, loaded(configuration.http, config, "http"));
  if (configuration.mllp) {
    LET(entrance->mllp_tls_, loaded(*configuration.mllp, config, "mllp"));
  }
  const auto& access = configuration.access;
  if (access.clients.empty()) {
    log.info("no clients are configured",
             {{"access", "everybody on this machine may do everything"}});
    return entrance;
  }
  LET(auto clients, load_clients(access, config));
  entrance->keep(clients);
  access::AuthorityOptions options;
  options.token_url = configuration.base_url + std::string(http::auth_path) + "/token";
  options.used_file = std::filesystem::path(configuration.data) / used_file;
  options.tokens.seconds = access.token_seconds;
  LET(entrance->authority_,
      access::Authority::start(std::move(options), std::move(clients), clock, random));
  return entrance;
}

void Entrance::keep(const access::Clients& clients) {
  const std::lock_guard lock(mutex_);
  clients_.clear();
  for (const auto& [id, client] : clients)
    clients_.emplace(id,
                     Kept{client.scopes,
                          {client.sees_everything, client.organisation, client.labels, client.id}});
}

bool Entrance::may(std::string_view client, std::string_view type, access::Rights rights) const {
  if (!authority_) return true;
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client);
  return found != clients_.end() && found->second.scopes.grant(type, rights);
}

store::Policy Entrance::policy_of(std::string_view client) const {
  if (!authority_) return {};
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(client);
  return found != clients_.end() ? found->second.policy : store::Policy{false, "", 0, ""};
}

http::Handler Entrance::only(std::string type, access::Rights rights, http::Handler handler) const {
  if (!authority_) return handler;
  return http::guarded(*authority_, std::move(type), rights, std::move(handler));
}

void Entrance::mount(http::Routes& routes, const std::string& base_path, const Limits& limits,
                     http::Told told) {
  if (!authority_) return;
  const auto both = [&log = log_, told = std::move(told)](std::string_view path,
                                                          const access::TokenAnswer& answer) {
    write_told(log, path, answer);
    told(path, answer);
  };
  routes.mount(base_path + std::string(http::auth_path),
               http::auth_handler(*authority_, limits, both));
}

// At the addresses that are listened at.
Result<void> Entrance::check_reach(Configuration& configuration) const {
  configuration.http.at = http_at_;
  LET_DONE(check_http_reach(configuration));
  if (!mllp_at_) return {};
  auto mllp = configuration.mllp.value_or(Listen{});
  mllp.at = *mllp_at_;
  return check_mllp_reach(mllp);
}

Result<std::size_t> Entrance::read_again(http::Listener& listener,
                                         exchange::MllpListener* messages) {
  LET(auto configuration, load_configuration(config_));
  LET_DONE(check_reach(configuration));
  const auto& mllp = configuration.mllp;
  if (authority_ && configuration.access.clients.empty())
    return Error{Kind::invalid, "the file names no clients any more", config_};
  if ((http_tls_ && !configuration.http.tls) || (mllp_tls_ && (!mllp || !mllp->tls)))
    return Error{Kind::invalid, "the file has no tls any more where it had", config_};
  LET(auto clients, load_clients(configuration.access, config_));
  LET(auto http_tls, loaded(configuration.http, config_, "http"));
  std::shared_ptr<const tls::Context> mllp_tls;
  if (mllp) {
    LET(mllp_tls, loaded(*mllp, config_, "mllp"));
  }
  const auto count = clients.size();
  listener.replace_tls(std::move(http_tls));
  if (messages != nullptr) messages->replace_tls(std::move(mllp_tls));
  keep(clients);
  if (authority_) authority_->replace(std::move(clients));
  return count;
}

void Entrance::reload(http::Listener& listener, exchange::MllpListener* messages) {
  if (!authority_ && !http_tls_ && !mllp_tls_) return;
  const auto count = read_again(listener, messages);
  if (count)
    return log_.info("clients and certificates reloaded", {{"clients", std::to_string(*count)}});
  log_.error("clients and certificates stay as they were",
             {{"where", count.error().where}, {"reason", count.error().text}});
}

}  // namespace fingerpost::command
