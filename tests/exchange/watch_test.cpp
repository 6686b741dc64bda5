#include "exchange/watch.h"

#include "exchange/apply.h"
#include "exchange/delivery.h"
#include "faulty.h"
#include "world.h"

#include <deque>
#include <functional>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// A transaction of PUTs as interaction would commit it; what others commit `between` its hook and
// its commit.
Result<store::UnitOutcome> put_all(
    World& world, Watch& watch, const std::vector<std::string>& resources,
    const std::function<void()>& between = [] {}) {
  std::deque<Tree> trees;
  std::deque<std::string> types, ids, befores;
  std::vector<Written> written;
  store::Unit unit;
  for (const auto& json : resources) {
    auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    auto& tree = trees.emplace_back(std::move(read->tree));
    const auto& type = types.emplace_back(definitions().type_name(tree[tree.root()].type));
    const auto& id = ids.emplace_back(child_text({&tree, tree.root()}, "id"));
    auto stored = world.reader()->read(type, id);
    auto& before = befores.emplace_back();
    store::Write write;
    write.type = type;
    write.id = id;
    if (stored) write.if_version = stored->version;
    if (stored) before = std::move(stored->body);
    write.index = search::index(parameters(), {&tree, tree.root()});
    write.body = store::prepare_body(definitions(), tree, id);
    unit.writes.push_back(std::move(write));
    written.push_back({type, id, before, &tree});
  }
  const auto allowed = watch.before_commit(unit, written);
  if (!allowed) return allowed.error();
  between();
  return commit_now(*world.store, std::move(unit));
}
Result<store::UnitOutcome> put_task(World& world, Watch& watch, const std::string& json) {
  return put_all(world, watch, {json});
}

Result<void> remove(World& world, Watch& watch, const std::string& type, const std::string& id) {
  const auto stored = world.reader()->read(type, id);
  REQUIRE(stored);
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.op = store::Write::Op::remove;
  write.type = type;
  write.id = id;
  const Written written{type, id, stored->body, nullptr};
  return watch.before_commit(unit, {&written, 1});
}
Result<void> remove_task(World& world, Watch& watch, const std::string& key) {
  return remove(world, watch, "Task", task_id(key));
}

// `json` without the named member, whose value is an object in one level.
std::string without(std::string json, const std::string& member) {
  const auto at = json.find("\"" + member + "\":{");
  REQUIRE(at != std::string::npos);
  return json.erase(at, json.find("},", at) + 2 - at);
}

// The stored Task with its status, and perhaps more, replaced.
std::string task(World& world, const std::string& key, const std::string& status,
                 const std::string& more = "") {
  auto body = world.reader()->read("Task", task_id(key))->body;
  const auto at = body.find("\"status\":\"") + 10;
  body.replace(at, body.find('"', at) - at, status);
  body.insert(body.size() - 1, more);
  return body;
}

struct Referred : World {
  Watch watch{parts};
  explicit Referred(const std::string& owner = "HOME", const std::string& status = "requested") {
    const auto eyes = reader();
    auto applied =
        apply(parts, *eyes, translation_of(referral("R1", status, owner)), {"practice", "1"});
    REQUIRE(applied);
    applied->unit.outbox.clear();
    REQUIRE(commit_now(*store, std::move(applied->unit)));
    partners.list[0].channel = Channel::fhir;  // the practice is told over FHIR here
  }
};

// The stored request, changed.
std::string request(World& world, const std::string& from, const std::string& to) {
  auto body = world.reader()->read("ServiceRequest", request_id("R1"))->body;
  const auto at = body.find(from);
  REQUIRE(at != std::string::npos);
  return body.replace(at, from.size(), to);
}
bool holds(const store::OutboxRow& row, const std::string& text) {
  return row.body.find(text) != std::string::npos;
}
// The Task given to the organisation of this ODS code.
std::string given_to(std::string task, const std::string& code) {
  const auto at = task.find(R"("owner":)");
  REQUIRE(at != std::string::npos);
  return task.replace(at, task.find('}', at) + 1 - at,
                      R"("owner":{"identifier":{"system":")" + std::string(ods) + R"(","value":")" +
                          code + R"("}})");
}

// A new referral by a client, with a request that is contained.
std::string asked(const std::string& focus, const std::string& owner) {
  return R"({"resourceType":"Task","id":"t2","status":"requested","intent":"order","contained":[)"
         R"({"resourceType":"ServiceRequest","id":"request","status":"active","intent":"order",)"
         R"("subject":{"reference":"Patient/p"}}],"focus":{"reference":")" +
         focus + R"("},"owner":{"identifier":{"system":")" + std::string(ods) + R"(","value":")" +
         owner + R"("}}})";
}

constexpr const char* outcome =
    R"(,"output":[{"type":{"text":"outcome"},"valueString":"went well"}])";

}  // namespace

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
  // With the requester's organisation unread nobody would be told.
  const auto row = GENERATE(Row{"PractitionerRole", true}, Row{"Organization", true},
                            Row{"ServiceRequest", false});
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
  const auto reason = R"(,"statusReason":{"coding":[{"system":")" + std::string(withdrawn_system) +
                      R"(","code":")" + std::string(withdrawn_code) + R"("}]})";
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
