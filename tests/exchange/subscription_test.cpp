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

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::OutboxStatus;

namespace {

const std::string referrals = "https://fingerpost.example/SubscriptionTopic/referral-change";

// a=b&c=d, without escapes.
Result<std::vector<search::Pair>> read_pairs(std::string_view text) {
  std::vector<search::Pair> pairs;
  while (!text.empty()) {
    const auto one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto equals = one.find('=');
    pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return pairs;
}

std::string extension(const std::string& name, const std::string& value) {
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

std::string text_of(const Wanted& wanted) {
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

Tree tree_of(const std::string& json) {
  auto read = model::read_json(definitions(), json, Limits{});
  REQUIRE(read);
  return std::move(read->tree);
}

SubscriptionRules rules_of(const std::string& endpoint) {
  SubscriptionRules rules;
  rules.read_query = read_pairs;
  rules.endpoints = {endpoint};
  return rules;
}

remote::HttpClientOptions to(const std::string& base) {
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

Reply taken(const std::string&) {
  return {http(200), false};
}

// The text after `"name":"<name>","<value member>":"`.
std::string parameter(const std::string& body, const std::string& name) {
  const auto at = body.find(R"("name":")" + name + R"(","value)");
  if (at == std::string::npos) return "";
  const auto start = body.find(R"(":")", at + name.size() + 12) + 3;
  return body.substr(start, body.find('"', start) - start);
}

}  // namespace

TEST_CASE("a subscription is obeyed when it is a search of one type, told where it is allowed") {
  struct Row {
    Wanted wanted;
    const char* where;  // "": it is obeyed
  };
  const auto heartbeat =
      R"(,"extension":[)" + extension("heartbeat-period", R"("valueUnsignedInt":5)") + "]";
  const auto row = GENERATE_COPY(
      Row{{}, ""}, Row{{.criteria = "Task"}, ""}, Row{{.criteria = "Task?"}, ""},
      Row{{.criteria = "Goal?lifecycle-status=active&patient=Patient/1"}, ""},
      Row{{.criteria = referrals}, ""}, Row{{.criteria = referrals + "|1"}, ""},
      Row{{.criteria = referrals, .filter = "Task?status=accepted"}, ""}, Row{{.payload = ""}, ""},
      Row{{.channel = heartbeat}, ""}, Row{{.channel = R"(,"header":["X-Route: a"])"}, ""},
      Row{{.channel = R"(,"header":["authorization: Bearer x"])"}, "channel.header"},
      Row{{.criteria = "Nothing?status=x"}, "criteria"}, Row{{.criteria = "?status=x"}, "criteria"},
      Row{{.criteria = "Task?nothing=x"}, "criteria"},
      Row{{.criteria = "Task?patient.name=x"}, "criteria"},
      Row{{.criteria = "Patient?_has:Task:patient:status=x"}, "criteria"},
      Row{{.criteria = "Task?_text=x"}, "criteria"},
      Row{{.criteria = "Task?_include=Task:owner"}, "criteria"},
      Row{{.criteria = "https://other.example/SubscriptionTopic/x"}, "criteria"},
      Row{{.criteria = referrals, .filter = "Goal?patient=Patient/1"}, "criteria"},
      Row{{.payload = "application/fhir+xml"}, "channel.payload"},
      Row{{.type = "websocket"}, "channel.type"}, Row{{.type = "email"}, "channel.type"},
      Row{{.endpoint = "http://127.0.0.1:10/told"}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9"}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9/toldx"}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9/told/../else"}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9/told/.."}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9/told/%2e%2e/else"}, "channel.endpoint"},
      Row{{.endpoint = "http://127.0.0.1:9/told/a"}, ""},
      Row{{.endpoint = "http://169.254.169.254/told"}, "channel.endpoint"},
      Row{{.endpoint = ""}, "channel.endpoint"},
      Row{{.channel = R"(,"header":["Host: inside"])"}, "channel.header"},
      Row{{.channel = R"(,"header":["no colon"])"}, "channel.header"});
  CAPTURE(row.wanted.criteria, row.wanted.endpoint, row.wanted.channel);
  World world;
  auto json = text_of(row.wanted);
  if (row.wanted.endpoint.empty()) json.replace(json.find(R"("endpoint":"",)"), 14, "");
  const auto tree = tree_of(json);
  const auto read =
      read_subscription(world.parts, {&tree, tree.root()}, rules_of("http://127.0.0.1:9/told"));
  CHECK(read.has_value() == (row.where[0] == '\0'));
  if (!read) {
    CHECK(read.error().kind == Kind::unsupported);
    CHECK(read.error().where == "Subscription." + std::string(row.where));
  }
}

TEST_CASE("a subscription is its client's, whatever he says, and is obeyed while he may read") {
  World world;
  auto tree = tree_of(
      R"({"resourceType":"Subscription","id":"s1","meta":{"tag":[{"system":"x","code":"kept"},)"
      R"({"system":"https://fingerpost.example/CodeSystem/subscriber","code":"somebody"}]},)" +
      text_of({}).substr(text_of({}).find(R"("status")")));
  const NodeRef root{&tree, tree.root()};
  CHECK(describe_subscription(root).client == "somebody");
  set_subscriber(definitions(), tree, "hub");
  CHECK(describe_subscription(root).client == "hub");
  std::string json;
  model::write_json(definitions(), tree, tree.root(), json);
  CHECK(json.find("kept") != std::string::npos);
  CHECK(json.find("somebody") == std::string::npos);
  auto rules = rules_of("http://127.0.0.1:9/told");
  rules.may = [](std::string_view client, std::string_view type) {
    return client == "hub" && type == "Task";
  };
  CHECK(read_subscription(world.parts, root, rules));
  for (const auto* other : {"", "other"}) {
    set_subscriber(definitions(), tree, other);
    CHECK(describe_subscription(root).client == other);
    CHECK_FALSE(read_subscription(world.parts, root, rules));
  }
}

TEST_CASE("what is told ends when its client may not read any more, and goes on when he may") {
  Told told(taken);
  std::atomic<bool> may{true};
  auto rules = rules_of(told.peer.base());
  rules.may = [&may](std::string_view, std::string_view) { return may.load(); };
  told.store.obey(told.parts, rules);
  told.subscribe({.criteria = "Task"});
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  const auto events = [&] { return told.bodies("PUT").size(); };
  may = false;
  told.store.look_again();
  told.task("t1", "accepted");
  may = true;
  told.store.look_again();
  told.task("t2", "accepted");
  REQUIRE(eventually([&] { return events() == 1 && told.settled(); }));
  CHECK(told.bodies("PUT")[0].find("\"t2\"") != std::string::npos);
}

TEST_CASE("Z17: who sees little is told of what he sees") {
  std::atomic<bool> takes{true};
  Told told([&takes](const std::string&) { return Reply{http(takes ? 200 : 503), false}; });
  auto rules = rules_of(told.peer.base());
  rules.sees = [](std::string_view) { return store::Policy{false, "X99999", 0, "hub"}; };
  told.store.obey(told.parts, rules);
  // What rules about rows go by is hashed under the store's own key.
  const auto by = search::Parameters::compile(definitions(), told.world.store->hash_key()).value();
  const auto patient = [&](const std::string& id, const std::string& practice) {
    told.write(R"({"resourceType":"Patient","id":")" + id +
                   R"(","managingOrganization":{"identifier":{"system":)"
                   R"("https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
                   practice + R"("}}})",
               false, *by);
  };
  const auto task = [&](const std::string& id, const std::string& whose) {
    told.write(R"({"resourceType":"Task","id":")" + id +
                   R"(","status":"accepted","intent":"order","for":{"reference":"Patient/)" +
                   whose + R"("}})",
               false, *by);
  };
  patient("mine", "X99999");
  patient("theirs", "A81001");
  told.subscribe(
      {.criteria = referrals, .filter = "Task?status=accepted", .content = "full-resource"});
  told.start(1'000);
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  task("t1", "theirs");
  task("t2", "mine");
  REQUIRE(eventually([&] { return told.bodies("POST").size() == 2 && told.settled(); }));
  const auto body = told.bodies("POST")[1];
  CHECK(body.find("Task/t2") != std::string::npos);
  CHECK(parameter(body, "event-number") == "1");
  // What has come out of sight before it is told is not told.
  takes = false;
  task("t3", "mine");
  REQUIRE(eventually([&] { return told.bodies("POST").size() > 2; }));
  patient("mine", "A81001");
  takes = true;
  REQUIRE(eventually([&] {
    told.world.clock.advance(10'000);
    return told.settled();
  }));
  CHECK(told.bodies("POST").back().find("Task/t3") == std::string::npos);
}

TEST_CASE("a client asks for a subscription or turns it off, and no more than there may be") {
  World world;
  SubscribingStore store(*world.store);
  auto rules = rules_of("http://127.0.0.1:9/told");
  rules.most = 1;
  store.obey(world.parts, rules);
  const auto check = [&](const std::string& status) {
    const auto tree = tree_of(text_of({.status = status}));
    return store.check({&tree, tree.root()});
  };
  CHECK(check("requested"));
  CHECK(check("off"));
  CHECK(check("active").error().where == "Subscription.status");
  CHECK(check("error").error().where == "Subscription.status");
  auto tree = tree_of(text_of({.status = "active"}));
  store::Unit unit;
  auto& other = unit.writes.emplace_back();
  other.type = "Subscription";
  other.id = "s2";
  other.index = search::index(parameters(), {&tree, tree.root()});
  other.body = store::prepare_body(definitions(), tree, other.id);
  REQUIRE(commit_now(store, std::move(unit)));
  CHECK(check("requested").error().where == "Subscription");
  CHECK(check("off"));
}

namespace {

// What is committed can be seen, and who asked for it has not been told.
struct LateStore final : store::Store {
  explicit LateStore(store::Store& to) : behind(to) {}
  void commit(store::Unit unit, store::Completion completion) override {
    behind.commit(std::move(unit),
                  [this, completion = std::move(completion)](Result<store::UnitOutcome> outcome) {
                    told.push_back([completion, outcome] { completion(outcome); });
                  });
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return behind.reader(); }
  const search::HashKey& hash_key() const override { return behind.hash_key(); }
  store::Health health() const override { return behind.health(); }

  store::Store& behind;
  std::vector<std::function<void()>> told;
};

}  // namespace

TEST_CASE("what makes a subscription active is heeded as soon as anybody can see it") {
  World world;
  LateStore late(*world.store);
  SubscribingStore store(late);
  store.obey(world.parts, rules_of("http://127.0.0.1:9/told"));
  REQUIRE(store.subscriptions().value()->empty());
  auto tree = tree_of(text_of({.status = "active"}));
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.type = "Subscription";
  write.id = "s1";
  write.index = search::index(parameters(), {&tree, tree.root()});
  write.body = store::prepare_body(definitions(), tree, write.id);
  bool done = false;
  store.commit(std::move(unit), [&done](const Result<store::UnitOutcome>&) { done = true; });
  REQUIRE(late.told.size() == 1);
  CHECK(store.subscriptions().value()->size() == 1);
  CHECK(store.subscriptions().value()->size() == 1);
  CHECK_FALSE(done);
  late.told[0]();
  CHECK(done);
  CHECK(store.subscriptions().value()->size() == 1);
}

TEST_CASE("a handshake makes it active, and then each version that meets the criteria is told") {
  Told told(taken);
  told.subscribe({.criteria = referrals,
                  .filter = "Task?status=accepted,completed",
                  .content = "full-resource"});
  told.task("early", "accepted");
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  told.task("t1", "accepted");
  told.task("t2", "rejected");
  told.task("t1", "completed");
  REQUIRE(eventually([&] { return told.bodies("POST").size() == 3 && told.settled(); }));
  const auto bodies = told.bodies("POST");
  CHECK(parameter(bodies[0], "type") == "handshake");
  CHECK(parameter(bodies[0], "status") == "requested");
  CHECK(parameter(bodies[0], "events-since-subscription-start") == "0");
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    CAPTURE(i, bodies[i]);
    CHECK(parameter(bodies[i], "type") == "event-notification");
    CHECK(parameter(bodies[i], "status") == "active");
    CHECK(parameter(bodies[i], "topic") == referrals);
    CHECK(parameter(bodies[i], "event-number") == std::to_string(i));
    CHECK(bodies[i].find(R"("fullUrl":"http://here/fhir/Task/t1")") != std::string::npos);
    const auto tree = tree_of(bodies[i]);
    CHECK_FALSE(has_errors(profile::validate(definitions(), tree, tree.root(), Limits{})));
  }
  CHECK(bodies[2].find(R"("status":"completed")") != std::string::npos);
}

TEST_CASE("how much is told is as the subscription says") {
  struct Row {
    Wanted wanted;
    const char* method;
    const char* has;
    const char* has_not;
  };
  const auto row = GENERATE_COPY(
      Row{{.payload = ""}, "POST", "", "Task"},
      Row{{}, "PUT", R"("resourceType":"Task")", "Bundle"},
      Row{{.criteria = referrals, .content = "empty"}, "POST", "event-number", "Task/t1"},
      Row{{.criteria = referrals, .content = "id-only"},
          "POST",
          R"(http://here/fhir/Task/t1)",
          R"("intent":"order")"},
      Row{{.criteria = referrals, .content = "full-resource"},
          "POST",
          R"("intent":"order")",
          "nothing like it"});
  CAPTURE(row.wanted.criteria, row.wanted.content, row.wanted.payload);
  Told told(taken);
  told.subscribe(row.wanted);
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  const auto before = told.bodies(row.method).size();
  told.task("t1", "accepted");
  REQUIRE(eventually([&] { return told.bodies(row.method).size() > before; }));
  const auto body = told.bodies(row.method).back();
  CAPTURE(body);
  CHECK(body.find(row.has) != std::string::npos);
  CHECK(body.find(row.has_not) == std::string::npos);
  if (row.method == std::string("PUT"))
    CHECK(told.peer.requests().back().starts_with("PUT /fhir/told/Task/t1 "));
}

TEST_CASE(
    "what changes nothing, does not meet the criteria, or comes before or after, is no event") {
  Told told(taken);
  told.subscribe({});
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  const auto events = [&] {
    const auto rows = told.world.outbox();
    return std::count_if(rows.begin(), rows.end(),
                         [](const auto& row) { return row.kind == event_kind; });
  };
  told.task("t1", "accepted");
  CHECK(events() == 1);
  told.task("t1", "accepted", true);
  told.task("t1", "rejected");
  told.write(
      R"({"resourceType":"Goal","id":"g","lifecycleStatus":"accepted","description":{"text":"x"},"subject":{"reference":"Patient/1"}})");
  CHECK(events() == 1);
  store::Unit removal;
  removal.writes.emplace_back();
  removal.writes[0].op = store::Write::Op::remove;
  removal.writes[0].type = "Task";
  removal.writes[0].id = "t1";
  REQUIRE(commit_now(told.store, std::move(removal)));
  CHECK(events() == 1);
  auto off = text_of({.endpoint = told.peer.base() + "/told", .status = "off"});
  told.write(off);
  told.task("t2", "accepted");
  CHECK(events() == 1);
}

TEST_CASE("what was removed, or meets the criteria no more when it is told, is not shown") {
  const bool removed = GENERATE(false, true);
  std::atomic<bool> takes{true};
  Told told([&takes](const std::string&) { return Reply{http(takes ? 200 : 503), false}; });
  told.subscribe(
      {.criteria = referrals, .filter = "Task?status=accepted", .content = "full-resource"});
  told.start(1'000);
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  takes = false;
  told.task("t1", "accepted");
  REQUIRE(eventually([&] { return told.bodies("POST").size() > 1; }));
  if (removed) {
    store::Unit unit;
    unit.writes.emplace_back();
    unit.writes[0].op = store::Write::Op::remove;
    unit.writes[0].type = "Task";
    unit.writes[0].id = "t1";
    REQUIRE(commit_now(told.store, std::move(unit)));
  } else {
    told.task("t1", "rejected");
  }
  takes = true;
  REQUIRE(eventually([&] {
    told.world.clock.advance(10'000);
    return told.settled();
  }));
  const auto last = told.bodies("POST").back();
  CHECK(parameter(last, "event-number") == "1");
  CHECK(last.find("Task/t1") == std::string::npos);
  CHECK(last.find(R"("intent")") == std::string::npos);
}

TEST_CASE("a receiver that will not be told makes the subscription an error, with the reason") {
  Told told([](const std::string&) { return Reply{http(404), false}; });
  told.subscribe({});
  told.start();
  REQUIRE(eventually([&] { return told.status() == "error"; }));
  const auto stored = told.world.reader()->read("Subscription", "s1");
  CHECK(stored->body.find("HTTP 404") != std::string::npos);
  told.task("t1", "accepted");
  CHECK(told.world.outbox().size() == 1);  // the handshake
}

TEST_CASE("what waited for a subscription is not told to the next of its name") {
  std::atomic<bool> takes{true};
  Told told([&takes](const std::string&) { return Reply{http(takes ? 200 : 503), false}; });
  told.subscribe({.criteria = referrals, .content = "full-resource"});
  told.start(1'000);
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  takes = false;
  for (const auto* id : {"t1", "t2", "t3"}) told.task(id, "accepted");
  told.subscribe({.criteria = "Goal?"});
  // What was under way went to the receiver it was for, and comes back.
  REQUIRE(eventually([&] {
    told.world.clock.advance(10'000);
    const auto rows = told.world.outbox();
    return std::none_of(rows.begin(), rows.end(), [](const auto& row) {
      return row.kind == event_kind && store::is_open(row.status);
    });
  }));
  takes = true;
  REQUIRE(eventually([&] {
    told.world.clock.advance(10'000);
    return told.settled() && told.status() == "active";
  }));
  for (const auto& row : told.world.outbox()) {
    CAPTURE(row.id, row.note);
    CHECK((row.kind == handshake_kind) == (row.status == OutboxStatus::delivered));
  }
  told.task("t4", "accepted");
  CHECK(told.settled());
}

TEST_CASE("what waits for a subscription that is turned off or removed waits no more") {
  const bool removed = GENERATE(false, true);
  Told told([](const std::string&) { return Reply{http(503), false}; });
  told.subscribe({.criteria = "Task"});
  if (removed) {
    store::Unit unit;
    unit.writes.emplace_back();
    unit.writes[0].op = store::Write::Op::remove;
    unit.writes[0].type = "Subscription";
    unit.writes[0].id = "s1";
    REQUIRE(commit_now(told.store, std::move(unit)));
  } else {
    told.write(text_of({.endpoint = told.peer.base() + "/told", .status = "off"}));
  }
  CHECK(told.world.outbox().at(0).status == OutboxStatus::cancelled);
  CHECK(told.settled());
}

TEST_CASE("a row that was left to a subscription that is no more ends when its turn comes") {
  Told told(taken);
  store::Unit unit;
  Subscription gone;
  gone.id = "gone";
  unit.outbox.push_back(subscription_row(gone, event_kind, "Task/t1", told.world.random));
  REQUIRE(commit_now(*told.world.store, std::move(unit)));
  told.start();
  REQUIRE(eventually([&] { return told.settled(); }));
  CHECK(told.world.outbox().at(0).status == OutboxStatus::dead);
  CHECK(told.peer.requests().empty());
}

TEST_CASE("events keep their numbers and their order while the receiver fails for a time") {
  std::atomic<int> calls{0};
  Told told([&calls](const std::string&) {
    return Reply{http(++calls % 3 == 1 ? 200 : 503), false};
  });
  told.subscribe({.criteria = referrals, .content = "id-only"});
  told.start(1'000);
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  constexpr int count = 4;
  for (int i = 1; i <= count; ++i) told.task("t" + std::to_string(i), "accepted");
  REQUIRE(eventually([&] {
    told.world.clock.advance(10'000);
    return told.settled();
  }));
  int last = 0;
  for (const auto& body : told.bodies("POST")) {
    if (parameter(body, "type") != "event-notification") continue;
    const auto number = to_integer(parameter(body, "event-number")).value_or(-1);
    CHECK(body.find("Task/t" + std::to_string(number) + "\"") != std::string::npos);
    CHECK((number == last || number == last + 1));
    last = static_cast<int>(number);
  }
  CHECK(last == count);
  const auto reader = told.world.reader();
  const auto some = events(*reader, "subscription/s1", 2, 3, 10);
  REQUIRE(some);
  REQUIRE(some->size() == 2);
  CHECK(some->at(0).number == 2);
  CHECK(some->at(0).focus == "Task/t2");
  CHECK(some->at(1).number == 3);
  CHECK(events(*reader, "subscription/s1", 1, 100, 3)->size() == 3);
  CHECK(event_count(*reader, "subscription/s1").value() == count);
  CHECK(event_count(*reader, "subscription/none").value() == 0);
  // The handshake was before the first of them.
  store::OutboxFilter all;
  all.lane = "subscription/s1";
  const auto rows = reader->outbox(all);
  CHECK(rows->at(0).number == 0);
  CHECK(rows->at(1).number == 1);
}

TEST_CASE("a subscription is off when its time is over, and hears nothing after") {
  Told told(taken);
  const auto end = store::instant(told.world.clock.now_us() + 60'000'000);
  auto json = text_of({.criteria = "Task", .endpoint = told.peer.base() + "/told"});
  json.insert(json.find(R"("reason")"), R"("end":")" + end + R"(",)");
  told.write(json);
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  told.world.clock.advance(61'000'000);
  told.task("t1", "accepted");
  REQUIRE(eventually([&] { return told.status() == "off"; }));
  CHECK(told.settled());
  CHECK(told.bodies("PUT").empty());
}

TEST_CASE("a subscription that asks for it hears that it lives when nothing else is told") {
  Told told(taken);
  told.subscribe({.criteria = referrals,
                  .content = "empty",
                  .channel = R"(,"extension":[)" +
                             extension("heartbeat-period", R"("valueUnsignedInt":120)") + "]"});
  told.start();
  REQUIRE(eventually([&] { return told.status() == "active"; }));
  told.world.clock.advance(119'000'000);
  told.task("t1", "accepted");
  REQUIRE(eventually([&] { return told.bodies("POST").size() == 2 && told.settled(); }));
  told.world.clock.advance(119'000'000);
  CHECK(told.bodies("POST").size() == 2);
  told.world.clock.advance(2'000'000);
  REQUIRE(eventually([&] { return told.bodies("POST").size() == 3; }));
  const auto beat = told.bodies("POST")[2];
  CHECK(parameter(beat, "type") == "heartbeat");
  CHECK(parameter(beat, "events-since-subscription-start") == "1");
}
