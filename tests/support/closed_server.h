// A FHIR base at /fhir over loopback whose clients are asked who they are.

#pragma once

#include "access/authority.h"
#include "http/audited.h"
#include "http/fhir.h"
#include "http/jobs.h"
#include "http/listener.h"
#include "http/oauth.h"
#include "http/routes.h"
#include "support/clocks.h"
#include "support/fhir.h"
#include "support/folder.h"
#include "support/raw_http.h"
#include "support/signing.h"

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::test {

class ClosedServer {
 public:
  static constexpr const char* base = "http://test.example/fhir";

  // Of a client that sees what its organisation has to do with.
  struct Related {
    std::string id, organisation;
    std::uint64_t labels = 0;
  };

  // "app" and "hub" see everything. All may be granted everything.
  explicit ClosedServer(const std::string& folder = "", const std::vector<Related>& others = {})
      : key_(SigningKey::p384("k")), fhir_({}, folder) {
    access::Clients clients;
    const auto add = [&](const Related& one) -> access::Client& {
      auto& client = clients[one.id];
      client.id = one.id;
      client.organisation = one.organisation;
      client.labels = one.labels;
      client.keys = access::read_jwks(key_.jwks()).value();
      client.scopes.add({"*", access::all_rights});
      return client;
    };
    for (const auto* const id : {"app", "hub"}) add({id, "A81001"}).sees_everything = true;
    for (const auto& one : others) add(one);
    access::AuthorityOptions options;
    options.token_url = std::string(base) + "/auth/token";
    options.used_file = folder_.path() + "/used";
    authority_ =
        access::Authority::start(options, std::move(clients), clock_, fhir_.random).value();
    fhir_.context->closed = true;
    jobs_ = http::Jobs::start(*fhir_.context).value();
    http::ListenerOptions listening;
    listening.threads = 2;
    listener_ =
        http::Listener::open(listening, fhir_.clock, [&](const http::Post& post) {
          http::Routes routes;
          auto fhir = http::fhir_handler(interaction::open_session(*fhir_.context, post).value(),
                                         jobs_.get(), authority_.get());
          routes.mount("/fhir", http::audited(std::move(fhir), trail_, fhir_.clock));
          routes.mount("/fhir/auth", http::auth_handler(*authority_, Limits{},
                                                        [](std::string_view, const auto&) {}));
          return std::move(routes).handler();
        }).value();
  }

  RawResponse ask(const std::string& method, const std::string& url, const std::string& fields = "",
                  const std::string& body = "") {
    RawHttp client(listener_->port());
    auto bytes = method + " /fhir" + url + " HTTP/1.1\r\nHost: a\r\n" + fields;
    if (!body.empty()) {
      if (fields.find("Content-Type") == std::string::npos)
        bytes += "Content-Type: application/fhir+json\r\n";
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    client.send(bytes + "\r\n" + body);
    return client.response(method == "HEAD");
  }

  std::string assertion(const std::string& client) {
    return key_.token(R"({"iss":")" + client + R"(","sub":")" + client + R"(","aud":")" + base +
                      R"(/auth/token","jti":"j)" + std::to_string(++count_) + R"(","exp":)" +
                      std::to_string(clock_.now_s() + 300) + "}");
  }
  std::string form(const std::string& client, const std::string& scope) {
    auto scopes = scope;
    for (auto& c : scopes)
      if (c == ' ') c = '+';
    return "grant_type=client_credentials&client_assertion_type="
           "urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=" +
           assertion(client) + "&scope=" + scopes;
  }
  // "Authorization: Bearer …\r\n" of a token with these scopes.
  std::string as(const std::string& scope, const std::string& client = "app") {
    const auto answer =
        ask("POST", "/auth/token", "Content-Type: application/x-www-form-urlencoded\r\n",
            form(client, scope));
    const std::string before = R"("access_token":")";
    const auto at = answer.body.find(before);
    if (answer.status != 200 || at == std::string::npos)
      throw std::runtime_error("no token: " + answer.body);
    const auto begin = at + before.size();
    return "Authorization: Bearer " +
           answer.body.substr(begin, answer.body.find('"', begin) - begin) + "\r\n";
  }

  SetClock& clock() { return clock_; }
  store::Store& store() { return *fhir_.store; }
  interaction::Context& context() { return *fhir_.context; }

 private:
  SetClock clock_;  // of tokens
  Folder folder_;
  SigningKey key_;
  Fhir fhir_;
  // What was answered is in the audit already.
  interaction::AuditTrail trail_{*fhir_.store, [] {
                                   interaction::AuditTrailOptions options;
                                   options.hold = true;
                                   return options;
                                 }()};
  std::unique_ptr<access::Authority> authority_;
  std::unique_ptr<http::Jobs> jobs_;
  std::unique_ptr<http::Listener> listener_;
  int count_ = 0;
};

}  // namespace fingerpost::test
