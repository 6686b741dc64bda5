#include "exchange/watch.h"

#include "faulty.h"
#include "watching.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

TEST_CASE("each step of the owner is told to the requester, once, in order") {
  Referred world;
  for (const auto* status : {"accepted", "in-progress"})
    REQUIRE(put_task(world, world.watch, task(world, "R1", status)));
  REQUIRE(put_task(world, world.watch, task(world, "R1", "completed", outcome)));
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) {
    CHECK(row.lane == "practice");
    CHECK(row.order_key == rows[0].order_key);
    CHECK(row.body.find("\"url\":\"Task/" + task_id("R1")) != std::string::npos);
    CHECK(row.body.find("\"resourceType\":\"Patient\"") == std::string::npos);
  }
  CHECK(rows[2].body.find("went well") != std::string::npos);
}

TEST_CASE("a step that does not exist is refused, and nothing is stored or sent") {
  Referred world;
  const auto refused = put_task(world, world.watch, task(world, "R1", "completed", outcome));
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::unsupported);
  CHECK(refused.error().where == "Task.status");
  CHECK(refused.error().text.find("received, accepted, rejected, cancelled") != std::string::npos);
  CHECK(world.task_status("R1") == "requested");
  CHECK(world.outbox().empty());
}

TEST_CASE("a referral is completed with its outcome or not at all") {
  Referred world;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  const auto refused = put_task(world, world.watch, task(world, "R1", "completed"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "Task.output");
  CHECK(put_task(world, world.watch, task(world, "R1", "completed", outcome)));
}

TEST_CASE("a referral is marked as entered in error before it is accepted, and not after") {
  for (const auto* status : {"requested", "received", "accepted", "in-progress", "on-hold"}) {
    CAPTURE(status);
    Referred world;
    const bool work =
        std::string_view(status) != "requested" && std::string_view(status) != "received";
    if (work) REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
    REQUIRE(put_task(world, world.watch, task(world, "R1", status)));
    const auto marked = put_task(world, world.watch, task(world, "R1", "entered-in-error"));
    CHECK(marked.has_value() == !work);
    if (work) CHECK(marked.error().where == "Task.status");
    CHECK(world.task_status("R1") == (work ? status : "entered-in-error"));
  }
}

TEST_CASE("the same Task again tells nobody") {
  Referred world;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("the same words about two different versions are two messages") {
  Referred world;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  for (const auto* status : {"in-progress", "on-hold", "in-progress", "on-hold"})
    REQUIRE(put_task(world, world.watch, task(world, "R1", status)));
  CHECK(world.outbox().size() == 5);
}

TEST_CASE("an owner's own cancellation reaches the requester") {
  Referred world;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled")));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "practice");
}

TEST_CASE("a partner reached over MLLP gets a message, or a dead letter that says why not") {
  Referred world;
  world.partners.list[0].channel = Channel::mllp;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  CHECK(world.outbox().at(0).status == store::OutboxStatus::dead);
  CHECK_FALSE(world.outbox().at(0).note.empty());
  std::string seen;
  world.parts.write_message = [&](const Outward& outward) -> Result<std::string> {
    const NodeRef root{&outward.bundle, outward.bundle.root()};
    model::write_json(definitions(), outward.bundle, outward.bundle.root(), seen);
    CHECK(outward.partner.id == "practice");
    CHECK(outward.control_id.size() == 20);
    CHECK(child_text(child(child(root, "entry"), "resource"), "status") == "in-progress");
    return std::string("MSH|…");
  };
  REQUIRE(put_task(world, world.watch, task(world, "R1", "in-progress")));
  CHECK(world.outbox().at(1).kind == "hl7v2");
  CHECK(world.outbox().at(1).body == "MSH|…");
  CHECK(seen.find("\"resourceType\":\"Patient\"") != std::string::npos);
}

TEST_CASE("a Task that is no referral is nobody's business") {
  Referred world;
  const std::string plain =
      R"({"resourceType":"Task","id":"t1","status":"ready","intent":"order"})";
  REQUIRE(put_task(world, world.watch, plain));
  CHECK(world.outbox().empty());
}

TEST_CASE("a referral over REST for a receiver nobody knows is refused by its element") {
  Referred world;
  const auto refused =
      put_task(world, world.watch, asked("ServiceRequest/" + request_id("R1"), "NOBODY"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "Task.owner");
}

TEST_CASE("a referral that names a version of its request takes the request along") {
  Referred world;
  REQUIRE(put_task(world, world.watch,
                   asked("ServiceRequest/" + request_id("R1") + "/_history/1", "LINK1")));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "links");
  CHECK(world.outbox()[0].body.find("\"url\":\"ServiceRequest/" + request_id("R1") + "\"") !=
        std::string::npos);
}

TEST_CASE("a referral whose request is not at hand is refused, never sent without it") {
  Referred world;
  const auto focus = GENERATE("ServiceRequest/x", "ServiceRequest/x/_history/1",
                              "http://gp.example/fhir/ServiceRequest/x",
                              "https://gp.example/ServiceRequest/x/_history/2", "#request");
  CAPTURE(focus);
  const auto refused = put_task(world, world.watch, asked(focus, "LINK1"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "Task.focus");
  CHECK(world.outbox().empty());
}

TEST_CASE("that a referral has ended is told even when its request is gone") {
  Referred world;
  world.partners.list[3].channel = Channel::fhir;  // and the service that has it, too
  store::Unit unit;
  store::Write write;
  write.op = store::Write::Op::remove;
  write.type = "ServiceRequest";
  write.id = request_id("R1");
  unit.writes.push_back(std::move(write));
  REQUIRE(commit_now(*world.store, std::move(unit)));
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled")));
  CHECK(world.outbox().size() == 2);
}

TEST_CASE("what would leave the requester untold is refused") {
  Referred world;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  auto request = task(world, "R1", "completed", outcome);
  const auto old = "ServiceRequest/" + request_id("R1");
  struct Row {
    std::string task;
    const char* where;
  };
  auto renamed = request;
  renamed.replace(renamed.find(old), old.size(), "ServiceRequest/another");
  const auto row =
      GENERATE_COPY(Row{without(request, "focus"), "Task.focus"}, Row{renamed, "Task.focus"},
                    Row{without(request, "requester"), "Task.requester"});
  CAPTURE(row.task);
  const auto refused = put_task(world, world.watch, row.task);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::unsupported);
  CHECK(refused.error().where == row.where);
  CHECK(world.task_status("R1") == "accepted");
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("naming a version of the same request does not change the referral") {
  Referred world;
  auto accepted = task(world, "R1", "accepted");
  const auto old = "ServiceRequest/" + request_id("R1");
  accepted.insert(accepted.find(old) + old.size(), "/_history/1");
  REQUIRE(put_task(world, world.watch, accepted));
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("a referral is deleted when it is over, not before") {
  Referred world;
  const auto refused = remove_task(world, world.watch, "R1");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled")));
  CHECK(remove_task(world, world.watch, "R1"));
}

TEST_CASE("a Task that becomes a referral goes to its owner as a new one") {
  Referred world;
  REQUIRE(put_task(world, world.watch,
                   R"({"resourceType":"Task","id":"t2","status":"requested","intent":"order"})"));
  REQUIRE(put_task(world, world.watch, asked("ServiceRequest/" + request_id("R1"), "LINK1")));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "links");
}

TEST_CASE("a change is not committed when those it concerns could not be read") {
  struct Row {
    const char* type;
    bool broken;
  };
  // With the requester's organisation unread nobody would be told; with the request unread, who
  // keeps the record might be told more than was agreed.
  const auto row = GENERATE(Row{"PractitionerRole", true}, Row{"Organization", true},
                            Row{"ServiceRequest", true}, Row{"Goal", false});
  CAPTURE(row.type);
  Referred world;
  FaultyStore disk(*world.store, [&](auto type, auto) { return type == row.type; });
  const exchange::Parts parts{definitions(),   parameters(), disk,
                              world.partners,  world.clock,  world.random,
                              small_translate, {},           {}};
  Watch watch(parts);
  const auto put = put_task(world, watch, task(world, "R1", "accepted"));
  CHECK(put.has_error() == row.broken);
  if (put.has_error()) CHECK(put.error().kind == Kind::fault);
  CHECK(world.outbox().size() == (row.broken ? 0u : 1u));
}

TEST_CASE("a request that changes without its Task goes to the owner, anew and alone") {
  struct Row {
    const char* from;
    const char* to;
  };
  const auto row = GENERATE(Row{R"("status":"active")", R"("status":"revoked")"},
                            Row{R"("text":"help")", R"("text":"other words")"});
  CAPTURE(row.to);
  Referred world("LINK1", GENERATE("requested", "accepted"));
  const auto changed = request(world, row.from, row.to);
  REQUIRE(put_all(world, world.watch, {changed}));
  REQUIRE(world.outbox().size() == 1);
  const auto sent = world.outbox()[0];
  CHECK(sent.lane == "links");
  CHECK(sent.order_key.starts_with("Patient/"));
  CHECK(holds(sent, row.to));
  CHECK_FALSE(holds(sent, R"("url":"Task/)"));
  REQUIRE(put_all(world, world.watch, {changed}));  // the same again
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("a request is not committed past a new Task about it, nor a Task past its new request") {
  Referred world("LINK1");
  const auto changed = request(world, R"("text":"help")", R"("text":"other words")");
  auto another = task(world, "R1", "requested");
  const auto id = another.find(task_id("R1"));
  REQUIRE(id != std::string::npos);
  another.replace(id, task_id("R1").size(), "another");
  const auto put_other = [&] { REQUIRE(put_task(world, world.watch, another)); };
  const auto put_request = [&] { REQUIRE(put_all(world, world.watch, {changed})); };
  const bool request_first = GENERATE(false, true);
  const auto overtaken = request_first ? put_all(world, world.watch, {another}, put_request)
                                       : put_all(world, world.watch, {changed}, put_other);
  REQUIRE(overtaken.has_error());
  CHECK(overtaken.error().where == "guard");
  // Tried again, the owner gets the words as they are now.
  request_first ? put_other() : put_request();
  const auto sent = world.outbox();
  REQUIRE(!sent.empty());
  CHECK(holds(sent.back(), "other words"));
}

TEST_CASE("a step is not committed past a party that becomes another's meanwhile") {
  Referred world("LINK1");
  const Speaker link{false, "LINK1", {}};
  const auto organization = uuid_v5({"test", "LINK1"});
  const auto other = R"({"resourceType":"Organization","id":")" + organization +
                     R"(","identifier":[{"system":")" + std::string(ods) +
                     R"(","value":"LINK2"}]})";
  const auto accepted = task(world, "R1", "accepted");
  const auto done = put_all(
      world, world.watch, {accepted}, [&] { REQUIRE(put_all(world, world.watch, {other})); }, 0,
      link);
  REQUIRE_FALSE(done);
  CHECK(done.error().where == "guard");
  CHECK(world.task_status("R1") == "requested");
  const auto again = put_all(
      world, world.watch, {accepted}, [] {}, 0, link);
  REQUIRE_FALSE(again);
  CHECK(again.error().kind == Kind::forbidden);
}

TEST_CASE("a request that changes with its Task goes to the owner once") {
  Referred world("LINK1");
  auto changed = task(world, "R1", "requested", R"(,"description":"soon")");
  REQUIRE(put_all(world, world.watch,
                  {request(world, R"("text":"help")", R"("text":"other words")"), changed}));
  REQUIRE(world.outbox().size() == 1);
  CHECK(holds(world.outbox()[0], "other words"));
  CHECK(holds(world.outbox()[0], R"("url":"Task/)"));
  // The Task is there, but says nothing new.
  REQUIRE(put_all(world, world.watch,
                  {request(world, "other words", "newer words"), task(world, "R1", "requested")}));
  REQUIRE(world.outbox().size() == 2);
  CHECK(holds(world.outbox()[1], "newer words"));
}

TEST_CASE("a request that no open referral is about concerns nobody") {
  Referred world("LINK1", "cancelled");
  REQUIRE(put_all(world, world.watch, {request(world, R"("active")", R"("completed")")}));
  REQUIRE(put_all(world, world.watch,
                  {R"({"resourceType":"ServiceRequest","id":"new","status":"active",)"
                   R"("intent":"order","subject":{"reference":"Patient/p"}})"}));
  CHECK(world.outbox().empty());
}

TEST_CASE("the request of an open referral is not deleted") {
  Referred world("LINK1");
  const auto refused = remove(world, world.watch, "ServiceRequest", request_id("R1"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled")));
  CHECK(remove(world, world.watch, "ServiceRequest", request_id("R1")));
}

TEST_CASE("whom an open referral is about, asked by or owned by is not deleted") {
  Referred world("LINK1");
  struct Row {
    const char* type;
    const char* element;
  };
  const auto row = GENERATE(Row{"Patient", "for"}, Row{"Organization", "owner"},
                            Row{"Organization", "requester"}, Row{"PractitionerRole", "requester"},
                            Row{"HealthcareService", "owner"});
  CAPTURE(row.type, row.element);
  const auto place = std::string(row.type) + "/party";
  const auto named = [&](const std::string& id, const std::string& status,
                         const std::string& focus) {
    return R"({"resourceType":"Task","id":")" + id + R"(","status":")" + status +
           R"(","intent":"order","focus":{"reference":")" + focus + R"("},")" + row.element +
           R"(":{"reference":")" + place + R"("}})";
  };
  const auto put = [&](const std::string& json) {
    auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    const NodeRef root{&read->tree, read->tree.root()};
    store::Unit unit;
    auto& write = unit.writes.emplace_back();
    write.type = definitions().type_name(read->tree[root.node].type);
    write.id = child_text(root, "id");
    write.index = search::index(parameters(), root);
    write.body = store::prepare_body(definitions(), read->tree, write.id);
    REQUIRE(commit_now(*world.store, std::move(unit)));
  };
  const auto request = "ServiceRequest/" + request_id("R1");
  put(R"({"resourceType":")" + std::string(row.type) + R"(","id":"party"})");
  put(named("other", "in-progress", "CarePlan/c"));  // no referral
  put(named("over", "completed", request));
  CHECK(remove(world, world.watch, row.type, "party"));
  put(named("open", "accepted", request));
  const auto refused = remove(world, world.watch, row.type, "party");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(refused.error().where == std::string("Task.") + row.element);
}

TEST_CASE("a referral given to another is cancelled for the old owner and new for the next") {
  const std::string status = GENERATE("requested", "accepted");
  CAPTURE(status);
  Referred world("LINK1", status);
  REQUIRE(put_task(world, world.watch, given_to(task(world, "R1", status), "LINK2")));
  auto rows = world.outbox();
  REQUIRE(rows.size() == 2);
  if (rows[0].lane != "links") std::swap(rows[0], rows[1]);
  CHECK(rows[0].lane == "links");
  CHECK(holds(rows[0], R"("status":"cancelled")"));
  CHECK(holds(rows[0], std::string(withdrawn_code)));
  CHECK_FALSE(holds(rows[0], "LINK2"));
  CHECK_FALSE(holds(rows[0], R"("resourceType":"Patient")"));
  CHECK(rows[1].lane == "other");
  CHECK(holds(rows[1], R"("status":")" + status + '"'));
  CHECK(holds(rows[1], R"("url":"ServiceRequest/)"));
  CHECK(holds(rows[1], R"("resourceType":"Patient")"));
  CHECK(world.task_status("R1") == status);
}

TEST_CASE("a referral that nobody had, or that one of us had, is new for whoever gets it") {
  Referred world("HOME", "accepted");
  REQUIRE(put_task(world, world.watch, given_to(task(world, "R1", "accepted"), "LINK2")));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "other");
}

TEST_CASE("who is told that it is withdrawn from him tells nobody back") {
  Referred world("HOME");
  const auto reason = R"(,"statusReason":{"coding":[{"system":")" +
                      std::string(care::status_reason_system) + R"(","code":")" +
                      std::string(withdrawn_code) + R"("}]})";
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled", reason)));
  CHECK(world.outbox().empty());
}

TEST_CASE("a referral does not change hands as it ends") {
  Referred world("LINK1");
  const auto refused =
      put_task(world, world.watch, given_to(task(world, "R1", "cancelled"), "LINK2"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "Task.owner");
  CHECK(world.outbox().empty());
}
