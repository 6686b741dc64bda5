#include "subscribers.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::OutboxStatus;

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
