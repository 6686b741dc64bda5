#include "subscribers.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::OutboxStatus;

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
