#include "exchange/apply.h"

#include "faulty.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

Result<Applied> applied(World& world, const std::string& bundle, const std::string& seed = "1") {
  const auto reader = world.reader();
  return apply(world.parts, *reader, translation_of(bundle), {"practice", seed, true});
}
store::UnitOutcome stored(World& world, const std::string& bundle, const std::string& seed = "1") {
  auto made = applied(world, bundle, seed);
  REQUIRE(made);
  auto outcome = commit_now(*world.store, std::move(made->unit));
  REQUIRE(outcome);
  return *outcome;
}
bool says(const Issues& issues, std::string_view words) {
  for (const auto& issue : issues)
    if (issue.text.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a new referral is stored whole and sent to its owner as one transaction") {
  World world;
  const auto outcome = stored(world, referral("R1", "requested"));
  CHECK(outcome.writes.size() == 7);
  CHECK(world.task_status("R1") == "requested");
  const auto task = world.reader()->read("Task", task_id("R1"));
  CHECK(task->body.find("\"ServiceRequest/" + request_id("R1") + "\"") != std::string::npos);
  CHECK(task->body.find("urn:uuid:") == std::string::npos);
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].lane == "links");
  CHECK(rows[0].kind == "fhir-transaction");
  CHECK(rows[0].status == store::OutboxStatus::waiting);
  CHECK(rows[0].order_key.starts_with("Patient/"));
  const auto bundle = model::read_json(definitions(), rows[0].body, Limits{});
  REQUIRE(bundle);
  CHECK(bundle->issues.empty());
  for (const auto* type :
       {"Patient/", "ServiceRequest/", "Task/", "PractitionerRole/", "Organization/"})
    CHECK(rows[0].body.find("\"method\":\"PUT\",\"url\":\"" + std::string(type)) !=
          std::string::npos);
}

TEST_CASE("the same content again makes no version and sends nothing") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  const auto again = stored(world, referral("R1", "requested"), "2");
  CHECK(again.writes.empty());
  CHECK(world.outbox().size() == 1);
  CHECK(world.version("Task", task_id("R1")) == 1);
}

TEST_CASE("a changed request is stored and sent again") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", "requested", "LINK1", "more help"), "2");
  CHECK(world.version("ServiceRequest", request_id("R1")) == 2);
  CHECK(world.version("Task", task_id("R1")) == 1);
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].idempotency_key != rows[1].idempotency_key);
  CHECK(rows[0].order_key == rows[1].order_key);
}

TEST_CASE("a referral sent again never takes an accepted Task back") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", "accepted"), "2");
  const auto rows = world.outbox().size();
  const auto again = applied(world, referral("R1", "requested", "LINK1", "new words"), "3");
  REQUIRE(again);
  CHECK(says(again->issues, "its Task stays as it is"));
  CHECK(again->unit.writes.size() == 1);
  REQUIRE(commit_now(*world.store, again->unit));
  CHECK(world.task_status("R1") == "accepted");
  CHECK(world.version("ServiceRequest", request_id("R1")) == 2);
  // The owner hears of the new words, and keeps its own Task.
  const auto sent = world.outbox();
  REQUIRE(sent.size() == rows + 1);
  CHECK(sent.back().body.find("new words") != std::string::npos);
  CHECK(sent.back().body.find("\"url\":\"Task/") == std::string::npos);
}

TEST_CASE("a request that has ended is not opened again by a late copy") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", "cancelled", "LINK1", "help", "revoked"), "2");
  const auto late = stored(world, referral("R1", "requested"), "3");
  CHECK(late.writes.empty());
  CHECK(world.task_status("R1") == "cancelled");
  CHECK(world.outbox().size() == 2);
}

TEST_CASE("a cancellation is told to both parties, but not to the one it came from") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", "cancelled"), "2");  // from the practice
  CHECK(world.outbox().size() == 2);
  CHECK(world.outbox().back().lane == "links");
  const auto reader = world.reader();
  stored(world, referral("R2", "requested"), "3");
  auto here =
      apply(world.parts, *reader, translation_of(referral("R2", "cancelled")), {"", "4", true});
  REQUIRE(here);
  REQUIRE(here->unit.outbox.size() == 2);
  CHECK(here->unit.outbox[0].lane == "practice");
  CHECK(here->unit.outbox[1].lane == "links");
}

TEST_CASE("what was decided on what is stored carries a condition") {
  World world;
  auto first = applied(world, referral("R1", "requested"));
  auto second = applied(world, referral("R1", "requested", "LINK1", "other"));
  REQUIRE(commit_now(*world.store, std::move(first->unit)));
  const auto late = commit_now(*world.store, std::move(second->unit));
  REQUIRE(late.has_error());
  CHECK(late.error().kind == Kind::conflict);
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("a receiver nobody knows is refused, unless the gateway keeps such referrals") {
  World world;
  const auto refused = applied(world, referral("R1", "requested", "NOBODY"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::unsupported);
  CHECK(refused.error().where == "Task.owner");
  world.partners.unknown_receiver = UnknownReceiver::keep;
  stored(world, referral("R1", "requested", "NOBODY"));
  CHECK(world.outbox().empty());
  world.partners.unknown_receiver = UnknownReceiver::refuse;
  stored(world, referral("R2", "requested", ""));  // nobody named: it stays here to be claimed
  CHECK(world.outbox().empty());
  stored(world, referral("R3", "requested", "HOME"));
  CHECK(world.outbox().empty());
}

TEST_CASE("an invalid Task refuses a referral, an invalid part of a record is left out") {
  World world;
  auto bundle = referral("R1", "requested");
  const auto at = bundle.find(R"("intent":"order","focus")");
  bundle.replace(at, 16, R"("intent":"wish")");
  const auto refused = applied(world, bundle);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::invalid);
  const auto reader = world.reader();
  const auto record = apply(world.parts, *reader, translation_of(bundle), {"practice", "1", false});
  REQUIRE(record);
  CHECK(record->unit.writes.size() == 6);
  CHECK(says(record->issues, "left out"));
}

TEST_CASE("of a record, what is known as another patient's is left out, and told") {
  World world;
  stored(world, referral("R1", "requested"));
  auto bundle = referral("R1", "requested", "LINK1", "other words");
  const auto mine = uuid_v5({"test", "R1", "patient"}), other = uuid_v5({"test", "R2", "patient"});
  for (auto at = bundle.find(mine); at != std::string::npos; at = bundle.find(mine))
    bundle.replace(at, mine.size(), other);
  const auto reader = world.reader();
  const bool past = GENERATE(false, true);
  Source source{"practice", "2", false};
  source.past = past;
  const auto record = apply(world.parts, *reader, translation_of(bundle), source);
  REQUIRE(record);
  CHECK(says(record->issues, "another patient's"));
  CHECK(has_errors(record->issues));
  for (const auto& write : record->unit.writes)
    CHECK((write.type != "ServiceRequest" && write.type != "Task"));
  CHECK(record->unit.outbox.empty());
  const auto refused = applied(world, bundle, "3");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
}

TEST_CASE("whom a request only mentions is not whom it is for") {
  World world;
  const auto child_id = uuid_v5({"test", "R1", "patient"});
  const auto mother = uuid_v5({"test", "R2", "patient"});
  auto bundle = referral("R1", "requested");
  const std::string intent = R"("intent":"order","subject")";
  bundle.insert(bundle.find(intent),
                R"("supportingInfo":[{"reference":"Patient/)" + mother + R"("}],)");
  stored(world, bundle);
  for (auto at = bundle.find(child_id); at != std::string::npos; at = bundle.find(child_id))
    bundle.replace(at, child_id.size(), mother);
  const auto refused = applied(world, bundle, "2");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
}

TEST_CASE("X5: a narrative that may run something is left out of a message, which is taken") {
  World world;
  const std::string text =
      R"("text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>Qz<script>)"
      R"(a()</script></div>"},)";
  auto bundle = referral("R1", "requested");
  const std::string resource = R"("intent":"order","subject")";
  REQUIRE(bundle.find(resource) != std::string::npos);
  bundle.insert(bundle.find(resource),
                text + R"("contained":[{"resourceType":"Basic","id":"b",)" + text +
                    R"("code":{"text":"a"}},{"resourceType":"Composition","id":"c","status":"final",
        "type":{"text":"a"},"date":"2026-01-01","author":[{"display":"a"}],"title":"a","section":[{)" +
                    text.substr(0, text.size() - 1) + "}]}],");
  const bool is_referral = GENERATE(true, false);
  const auto reader = world.reader();
  auto done = apply(world.parts, *reader, translation_of(bundle), {"practice", "1", is_referral});
  REQUIRE(done);
  CHECK(done->unit.writes.size() == 7);
  CHECK_FALSE(has_errors(done->issues));
  std::string places;
  for (const auto& issue : done->issues)
    if (issue.text.find("may run") != std::string::npos) places += issue.expression + ' ';
  CHECK(places ==
        "ServiceRequest.text.div ServiceRequest.contained[0].text.div "
        "ServiceRequest.contained[1].section[0].text.div ");
  for (const auto& write : done->unit.writes)
    CHECK((write.body.head + write.body.tail).find("Qz") == std::string::npos);
  REQUIRE(commit_now(*world.store, std::move(done->unit)));
  CHECK(stored(world, bundle, "2").writes.empty());
}

TEST_CASE("a value that is not valid R4 is left out of a record's resource, and told") {
  World world;
  auto bundle = referral("R1", "requested");
  const std::string family = R"([{"family":"Test"}])";
  bundle.insert(bundle.find(family) + family.size(), R"(,"gender":"Zz","birthDate":"1948-13-09")");
  const auto reader = world.reader();
  const auto record = apply(world.parts, *reader, translation_of(bundle), {"practice", "1", false});
  REQUIRE(record);
  CHECK(record->unit.writes.size() == 7);
  CHECK(has_errors(record->issues));
  CHECK(says(record->issues, "what is not valid R4 in a resource was left out of it"));
  for (const auto& write : record->unit.writes) {
    if (write.type != "Patient") continue;
    const auto text = write.body.head + write.body.tail;
    CHECK(text.find("\"Zz\"") == std::string::npos);
    CHECK(text.find("1948-13") == std::string::npos);
    CHECK(text.find("family") != std::string::npos);
  }
}

TEST_CASE("a step that does not exist is refused with the steps that do") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  const auto refused = applied(world, referral("R1", "completed"), "2");
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "Task.status");
}

TEST_CASE("a requester's message never takes the owner's steps") {
  struct Row {
    const char* stored;
    const char* sent;
    const char* then;
  };
  const auto row =
      GENERATE(Row{"requested", "accepted", "requested"}, Row{"requested", "rejected", "requested"},
               Row{"accepted", "rejected", "accepted"}, Row{"accepted", "cancelled", "cancelled"});
  CAPTURE(row.stored, row.sent);
  World world;
  stored(world, referral("R1", row.stored), "1");
  const auto reader = world.reader();
  auto late = apply(world.parts, *reader, translation_of(referral("R1", row.sent, "LINK1", "new")),
                    {"practice", "2", true, care::Party::requester});
  REQUIRE(late);
  REQUIRE(commit_now(*world.store, std::move(late->unit)));
  CHECK(world.task_status("R1") == row.then);
  CHECK(world.version("ServiceRequest", request_id("R1")) == 2);
}

TEST_CASE("a request that stays as it is stored is sent as it is stored") {
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", "accepted", "LINK1", "help", "revoked"), "2");
  auto late = referral("R1", "requested", "LINK1", "reopened");
  const std::string name = R"("family":"Test")";
  late.replace(late.find(name), name.size(), R"("family":"Other")");
  stored(world, late, "3");
  CHECK(world.version("ServiceRequest", request_id("R1")) == 2);
  const auto sent = world.outbox().back();
  CHECK(sent.body.find("Other") != std::string::npos);
  CHECK(sent.body.find("revoked") != std::string::npos);
  CHECK(sent.body.find("reopened") == std::string::npos);
}

TEST_CASE("what the store cannot read is not taken for absent: the message waits") {
  const std::string type = GENERATE("Task", "ServiceRequest", "Patient", "Organization");
  CAPTURE(type);
  World world;
  stored(world, referral("R1", "requested"), "1");
  FaultyReader reader(world.reader(), [&](auto of, auto) { return of == type; });
  const auto late = apply(world.parts, reader, translation_of(referral("R1", "cancelled")),
                          {"practice", "2", true});
  REQUIRE(late.has_error());
  CHECK(late.error().kind == Kind::fault);
}

TEST_CASE("a receiver that could not be read is no unknown receiver") {
  World world;
  auto bundle = referral("R1", "requested");
  const auto role = "urn:uuid:" + uuid_v5({"test", "role", "LINK1"});
  const auto owner = bundle.rfind(role);
  bundle.replace(owner, role.size(), "PractitionerRole/elsewhere");
  const auto by = [&](bool broken) {
    FaultyReader reader(world.reader(), [&](auto, auto id) { return broken && id == "elsewhere"; });
    return apply(world.parts, reader, translation_of(bundle), {"practice", "1", true}).error();
  };
  CHECK(by(false).where == "Task.owner");
  CHECK(by(true).kind == Kind::fault);
}

TEST_CASE("a message that asks another cancels it for the old owner") {
  const std::string sent = GENERATE("requested", "cancelled");
  CAPTURE(sent);
  World world;
  stored(world, referral("R1", "requested"), "1");
  stored(world, referral("R1", sent, "LINK2"), "2");
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].lane == "links");
  CHECK(rows[1].lane == "links");
  CHECK(rows[1].body.find(R"("status":"cancelled")") != std::string::npos);
  CHECK(rows[1].body.find("LINK2") == std::string::npos);
  CHECK(rows[2].lane == "other");
  CHECK(rows[2].body.find(R"("status":")" + sent + '"') != std::string::npos);
}
