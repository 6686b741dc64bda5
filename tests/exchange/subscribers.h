// A store that is subscribed to, for tests of subscriptions and of what they are told.

#pragma once

#include "base/text.h"
#include "exchange/subscription_lanes.h"
#include "profile/validate.h"
#include "search/index_to_store.h"
#include "search/search.h"
#include "support/peer.h"
#include "world.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace fingerpost::test {

using namespace exchange;

inline const std::string referrals = "https://fingerpost.example/SubscriptionTopic/referral-change";

// a=b&c=d, without escapes.
inline Result<std::vector<search::Pair>> read_pairs(std::string_view text) {
  std::vector<search::Pair> pairs;
  while (!text.empty()) {
    const auto one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto equals = one.find('=');
    pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return pairs;
}

inline std::string extension(const std::string& name, const std::string& value) {
  return R"({"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-)" +
         name + R"(",)" + value + "}";
}

struct Wanted {
  std::string criteria = "Task?status=accepted";
  std::string filter = {};   // of a topic
  std::string content = {};  // of the IG
  std::string payload = "application/fhir+json";
  std::string endpoint = "http://127.0.0.1:9/told";
  std::string channel = {};  // further members
  std::string type = "rest-hook";
  std::string status = "requested";
};

inline std::string text_of(const Wanted& wanted) {
  std::string out = R"({"resourceType":"Subscription","id":"s1","status":")" + wanted.status +
                    R"(","reason":"tests","criteria":")" + wanted.criteria + '"';
  if (!wanted.filter.empty())
    out += R"(,"_criteria":{"extension":[)" +
           extension("filter-criteria", R"("valueString":")" + wanted.filter + '"') + "]}";
  out += R"(,"channel":{"type":")" + wanted.type + R"(","endpoint":")" + wanted.endpoint + '"';
  if (!wanted.payload.empty()) out += R"(,"payload":")" + wanted.payload + '"';
  if (!wanted.content.empty())
    out += R"(,"_payload":{"extension":[)" +
           extension("payload-content", R"("valueCode":")" + wanted.content + '"') + "]}";
  return out + wanted.channel + "}}";
}

inline Tree tree_of(const std::string& json) {
  auto read = model::read_json(definitions(), json, Limits{});
  REQUIRE(read);
  return std::move(read->tree);
}

inline SubscriptionRules rules_of(const std::string& endpoint) {
  SubscriptionRules rules;
  rules.read_query = read_pairs;
  rules.endpoints = {endpoint};
  return rules;
}

inline remote::HttpClientOptions to(const std::string& base) {
  remote::HttpClientOptions options;
  options.bases = {base};
  return options;
}

// A store that is subscribed to, and the worker that tells; the peer answers as the test says.
struct Told {
  World world;
  Peer peer;
  SubscribingStore store{*world.store};
  Parts parts{definitions(),   parameters(), store, world.partners, world.clock, world.random,
              small_translate, {},           {}};
  remote::HttpClient http{to(peer.base())};
  SubscriptionLanes lanes{parts, store, http, "http://here/fhir"};
  FakeTransport nobody{[](const store::OutboxRow&) { return remote::Answer{}; }};
  std::optional<OutboxWorker> worker;

  explicit Told(Respond respond) : peer(cut_http, std::move(respond)) {
    store.obey(parts, rules_of(peer.base()));
  }
  void start(int goes = 3) {
    OutboxOptions options;
    options.poll_us = 2'000;
    options.retry = {1'000, 1'000, goes, 1'000};
    options.others = &lanes;
    worker.emplace(parts, nobody, options);
  }
  void write(const std::string& json, bool skip_same = false,
             const search::Parameters& by = parameters()) {
    auto tree = tree_of(json);
    const NodeRef root{&tree, tree.root()};
    store::Unit unit;
    auto& made = unit.writes.emplace_back();
    made.type = definitions().type_name(tree[tree.root()].type);
    made.id = child_text(root, "id");
    made.skip_same = skip_same;
    made.index = search::index_to_store(by, root);
    made.body = store::prepare_body(definitions(), tree, made.id);
    REQUIRE(commit_now(store, std::move(unit)));
  }
  void task(const std::string& id, const std::string& status, bool skip_same = false) {
    write(R"({"resourceType":"Task","id":")" + id + R"(","status":")" + status +
              R"(","intent":"order"})",
          skip_same);
  }
  void subscribe(Wanted wanted) {
    wanted.endpoint = peer.base() + "/told";
    write(text_of(wanted));
  }
  std::string status() {
    const auto stored = world.reader()->read("Subscription", "s1");
    const auto tree = tree_of(stored->body);
    return std::string(child_text({&tree, tree.root()}, "status"));
  }
  bool settled() {
    const auto rows = world.outbox();
    return std::none_of(rows.begin(), rows.end(),
                        [](const auto& row) { return store::is_open(row.status); });
  }
  // Requests of this method, without their heads.
  std::vector<std::string> bodies(const std::string& method) {
    std::vector<std::string> found;
    for (const auto& request : peer.requests())
      if (request.starts_with(method + " "))
        found.push_back(request.substr(request.find("\r\n\r\n") + 4));
    return found;
  }
};

inline Reply taken(const std::string&) {
  return {http(200), false};
}

// The text after `"name":"<name>","<value member>":"`.
inline std::string parameter(const std::string& body, const std::string& name) {
  const auto at = body.find(R"("name":")" + name + R"(","value)");
  if (at == std::string::npos) return "";
  const auto start = body.find(R"(":")", at + name.size() + 12) + 3;
  return body.substr(start, body.find('"', start) - start);
}

}  // namespace fingerpost::test
