// A gateway's FHIR base over loopback with partners, as it is served: what is written is watched,
// and what it calls for is in the outbox.

#pragma once

#include "exchange/watch.h"
#include "http/fhir.h"
#include "http/listener.h"
#include "http/routes.h"
#include "interaction/custom_parameters.h"
#include "interaction/speaker.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/raw_http.h"

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::test {

class CareServer {
 public:
  // A client of this organisation that may do everything its scopes could let it, served at "/ID".
  static access::Caller client(const std::string& id, const std::string& organisation,
                               std::vector<std::string> speaks_for = {}) {
    access::Caller caller;
    caller.client = id;
    caller.organisation = organisation;
    caller.sees_everything = true;
    caller.partners = std::move(speaks_for);
    caller.scopes.add({"*", access::all_rights});
    return caller;
  }

  // At "/fhir" everybody may do everything.
  explicit CareServer(const std::vector<access::Caller>& clients = {}) {
    const auto add = [&](const std::string& id, const std::string& code,
                         exchange::Channel channel) {
      exchange::Partner partner;
      partner.id = id;
      partner.identifiers = {{"https://fhir.nhs.uk/Id/ods-organization-code", code}};
      partner.channel = channel;
      partner.fhir_base = "http://127.0.0.1:9/" + id;
      partner.host = "127.0.0.1";
      partner.port = 9;
      partners.list.push_back(std::move(partner));
    };
    add("practice", "PRAC1", exchange::Channel::self);
    add("garden", "GARDEN", exchange::Channel::fhir);
    add("advice", "ADVICE", exchange::Channel::fhir);
    add("v2", "OLD", exchange::Channel::mllp);
    auto& context = *fhir.context;
    context.before_commit = [this](store::Unit& unit, std::span<const interaction::Change> changes,
                                   const access::Caller& caller) {
      std::vector<exchange::Written> written;
      for (const auto& change : changes)
        written.push_back({change.type, change.id, change.before, change.after});
      return watch.before_commit(unit, written, interaction::speaker_of(caller));
    };
    context.watched = exchange::watched_types();
    http::ListenerOptions options;
    options.threads = 2;
    auto opened = http::Listener::open(options, fhir.clock, [&](const http::Post& post) {
      http::Routes routes;
      const auto session = interaction::open_session(*fhir.context, post).value();
      routes.mount("/fhir", http::fhir_handler(session));
      for (const auto& one : clients)
        routes.mount("/" + one.client, http::fhir_handler(interaction::session_of(
                                           session, std::make_shared<access::Caller>(one))));
      return std::move(routes).handler();
    });
    listener_ = std::move(opened.value());
  }

  RawResponse ask(const std::string& method, const std::string& url, const std::string& body = "",
                  const std::string& fields = "") {
    RawHttp client(listener_->port());
    auto bytes = method + " " + base + url + " HTTP/1.1\r\nHost: a\r\n" + fields;
    if (!body.empty()) {
      if (fields.find("Content-Type") == std::string::npos)
        bytes += "Content-Type: application/fhir+json\r\n";
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    client.send(bytes + "\r\n" + body);
    return client.response(false);
  }
  // Stores it under its own id, or fails the test.
  void put(const std::string& json) {
    const auto type = type_of(json);
    const auto answer = ask("PUT", "/" + type + "/" + of(json, "id"), json);
    INFO(answer.body);
    REQUIRE(answer.status < 300);
  }
  // Organisations by their ids and the ODS codes that partners have.
  void put_organizations(std::initializer_list<std::pair<std::string, std::string>> known) {
    for (const auto& one : known)
      put(R"({"resourceType":"Organization","id":")" + one.first +
          R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
          one.second + R"("}]})");
  }
  RawResponse operate(const std::string& url, const std::string& parameters = "") {
    const auto list = parameters.empty() ? "" : R"(,"parameter":[)" + parameters + "]";
    return ask("POST", url, R"({"resourceType":"Parameters")" + list + "}");
  }
  static std::string type_of(const std::string& json) {
    const auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    return std::string(definitions().type_name(read->tree[read->tree.root()].type));
  }
  // The only string that a FHIRPath expression finds; "" for none, or for several.
  static std::string of(const std::string& json, const std::string& expression) {
    const auto read = model::read_json(definitions(), json, Limits{});
    if (!read) return "";
    const auto compiled = path::compile(expression, definitions());
    REQUIRE(compiled);
    path::Environment environment;
    const auto found = path::evaluate(
        *compiled, path::Value(NodeRef{&read->tree, read->tree.root()}), environment);
    REQUIRE(found);
    if (found->size() != 1) return "";
    const auto& value = (*found)[0];
    return value.is_node() ? std::string(value.node().tree->text(value.node().node))
                           : std::string(value.string());
  }
  static bool is(const RawResponse& answer, const std::string& expression) {
    const auto read = model::read_json(definitions(), answer.body, Limits{});
    if (!read) return false;
    const auto compiled = path::compile(expression, definitions());
    REQUIRE(compiled);
    path::Environment environment;
    const NodeRef root{&read->tree, read->tree.root()};
    const auto found = path::test(*compiled, path::Value(root), environment);
    return found && *found;
  }
  std::vector<store::OutboxRow> outbox() {
    std::vector<store::OutboxRow> rows;
    const auto eyes = fhir.store->reader().value();
    for (const auto& row : *eyes->outbox({})) rows.push_back(*eyes->outbox_row(row.id));
    return rows;
  }

  std::string base = "/fhir";  // who asks: "/garden" is the client of this id
  exchange::Partners partners;
  Fhir fhir;
  exchange::Parts parts{definitions(),
                        fhir.context->parameters,
                        *fhir.store,
                        partners,
                        fhir.clock,
                        fhir.random,
                        nullptr,
                        nullptr,
                        {}};
  exchange::Watch watch{parts};

 private:
  std::unique_ptr<http::Listener> listener_;
};

inline bool holds(const RawResponse& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

}  // namespace fingerpost::test
