// The closed loop of a referral as its parties see it: over HTTP, with partners.

#include "support/care_server.h"

#include <string>
#include <thread>
#include <vector>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

std::string organization(const std::string& id, const std::string& code) {
  return R"({"resourceType":"Organization","id":")" + id +
         R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
         code + R"("}]})";
}

std::string request(const std::string& id, const std::string& more = "") {
  return R"({"resourceType":"ServiceRequest","id":")" + id +
         R"(","status":"active","intent":"order","code":{"coding":[{"system":)"
         R"("http://snomed.info/sct","code":"871731000000106"}]},"subject":{"reference":)"
         R"("Patient/p1"},"requester":{"reference":"Organization/practice"})" +
         more + "}";
}

// A practice with a person, and the services it may ask.
struct Loop : Server {
  Loop() {
    put(R"({"resourceType":"Patient","id":"p1","name":[{"family":"Test"}]})");
    put(organization("practice", "PRAC1"));
    put(organization("garden", "GARDEN"));
    put(organization("advice", "ADVICE"));
    put(organization("old", "OLD"));
    put(request("r1"));
  }
  // The id of the Task that the referral made.
  std::string refer(const std::string& id, const std::string& owner, const std::string& more = "") {
    const auto answer = operate(
        "/ServiceRequest/" + id + "/$refer",
        (owner.empty() ? ""
                       : reference("owner", "Organization/" + owner) + (more.empty() ? "" : ",")) +
            more);
    INFO(answer.body);
    REQUIRE(answer.status < 300);
    return of(answer.body, "id");
  }
  static std::string reference(const std::string& name, const std::string& to) {
    return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
  }
  static std::string text(const std::string& name, const std::string& value) {
    return R"({"name":")" + name + R"(","valueString":")" + value + R"("})";
  }
};

const std::string full = R"({"name":"reason","valueCodeableConcept":{"coding":[{"system":)"
                         R"("https://fingerpost.example/CodeSystem/referral-status-reason",)"
                         R"("code":"at-capacity","display":"At capacity"}]}})";

}  // namespace

TEST_CASE(
    "a referral is asked, accepted and completed, and each step is in the outbox or at home") {
  Loop server;
  const auto id = server.refer("r1", "garden");
  const auto task = server.ask("GET", "/Task/" + id);
  CHECK(server.is(task,
                  "status = 'requested' and focus.reference = 'ServiceRequest/r1' and "
                  "for.reference = 'Patient/p1' and restriction.period.end.exists() and "
                  "groupIdentifier.value.exists()"));
  // The request has the same thread from then on.
  const auto thread = server.of(task.body, "groupIdentifier.value");
  CHECK(holds(server.ask("GET", "/ServiceRequest/r1"), thread));
  REQUIRE(server.outbox().size() == 1);
  CHECK(server.outbox()[0].lane == "garden");
  CHECK(server.outbox()[0].body.find(thread) != std::string::npos);

  CHECK(server.is(server.operate("/Task/" + id + "/$accept"), "status = 'accepted'"));
  const auto early = server.operate("/Task/" + id + "/$complete");
  CHECK(early.status == 422);
  CHECK(server.is(early, "issue.expression = 'Task.output'"));
  const auto done = server.operate(
      "/Task/" + id + "/$complete",
      R"({"name":"outcome","resource":{"resourceType":"Procedure","status":"completed",)"
      R"("subject":{"reference":"Patient/p1"},"code":{"text":"gardening"}}},)" +
          Loop::text("outcome", "She comes every week"));
  INFO(done.body);
  CHECK(server.is(done,
                  "status = 'completed' and output.count() = 2 and "
                  "output.value.ofType(Reference).reference.startsWith('Procedure/') and "
                  "executionPeriod.end.exists()"));
  CHECK(server.ask("GET", "/" + server.of(done.body, "output.value.reference")).status == 200);
  CHECK(server.is(server.ask("GET", "/ServiceRequest/r1"), "status = 'active'"));
}

TEST_CASE("an illegal step is 422 with those that are allowed, by operation and by plain writes") {
  Loop server;
  const auto id = server.refer("r1", "garden");
  const auto completed = server.operate("/Task/" + id + "/$complete", Loop::text("outcome", "all"));
  CHECK(completed.status == 422);
  CHECK(server.is(completed, "issue.expression = 'Task.status'"));
  CHECK(holds(completed, "acknowledge, accept, reject, give-back"));
  const auto patch = [&](const std::string& body) {
    return server.ask("PATCH", "/Task/" + id, body,
                      "Content-Type: application/merge-patch+json\r\n");
  };
  const auto patched = patch(R"({"status":"in-progress"})");
  CHECK(patched.status == 422);
  CHECK(holds(patched, "received, accepted, rejected, cancelled"));
  CHECK(server.is(patched, "issue.expression = 'Task.status'"));
  CHECK(patch(R"({"status":"rejected"})").status == 422);  // without a reason
  CHECK(patch(R"({"status":"rejected","statusReason":{"text":"full"}})").status == 200);
  CHECK(server.is(server.ask("GET", "/ServiceRequest/r1"), "status = 'active'"));
  CHECK(patch(R"({"status":"accepted"})").status == 422);
}

TEST_CASE("a step of the other party is 403") {
  Loop server;
  const auto id = server.refer("r1", "garden");
  const auto by = [](const std::string& who) {
    return Loop::reference("agent", "Organization/" + who);
  };
  CHECK(server.operate("/Task/" + id + "/$accept", by("practice")).status == 403);
  CHECK(server.operate("/Task/" + id + "/$accept", by("advice")).status == 403);
  const auto says = [](const std::string& who) {
    return R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-11-22T10:00:00Z",)"
           R"("agent":[{"who":{"reference":"Organization/)" +
           who + "\"}}]}\r\nContent-Type: application/merge-patch+json\r\n";
  };
  const std::string accepted = R"({"status":"accepted"})";
  CHECK(server.ask("PATCH", "/Task/" + id, accepted, says("practice")).status == 403);
  CHECK(server.is(server.ask("GET", "/Task/" + id), "status = 'requested'"));
  CHECK(server.ask("PATCH", "/Task/" + id, accepted, says("garden")).status == 200);
  // Who said so is kept.
  CHECK(server.is(server.ask("GET", "/Provenance?target=Task/" + id), "entry.count() = 1"));
}

TEST_CASE("a referral that anybody may claim is claimed by one, who names what he saw") {
  Loop server;
  const auto id = server.refer("r1", "");
  CHECK(server.outbox().empty());
  const std::string merge = "Content-Type: application/merge-patch+json\r\n";
  const auto claim = [](const std::string& who) {
    return R"({"status":"accepted","owner":{"reference":"Organization/)" + who + R"("}})";
  };
  const auto put = [&](const std::string& who, const std::string& fields) {
    return server.ask("PATCH", "/Task/" + id, claim(who), merge + fields).status;
  };
  CHECK(put("garden", "") == 412);
  CHECK(put("garden", "If-Match: W/\"1\"\r\n") == 200);
  CHECK(put("advice", "If-Match: W/\"1\"\r\n") == 412);
  CHECK(server.operate("/Task/" + id + "/$accept", Loop::reference("owner", "Organization/advice"))
            .status == 422);
  CHECK(server.is(server.ask("GET", "/Task/" + id), "owner.reference = 'Organization/garden'"));
  server.put(request("r0", R"(,"priority":"asap")"));
  const auto owned = server.refer("r0", "garden", R"({"name":"force","valueBoolean":true})");
  CHECK(holds(server.operate("/Task/" + owned + "/$accept",
                             Loop::reference("owner", "Organization/advice")),
              "has an owner"));
  server.put(request("r2", R"(,"priority":"urgent")"));
  const auto other = server.refer("r2", "", R"({"name":"force","valueBoolean":true})");
  CHECK(server.is(server.operate("/Task/" + other + "/$accept",
                                 Loop::reference("owner", "Organization/advice")),
                  "status = 'accepted' and owner.reference = 'Organization/advice' and "
                  "priority = 'urgent'"));
}

TEST_CASE("an answer is due at a time to come") {
  Loop server;
  for (const auto* due : {R"("valueDateTime":"2020-01-01T00:00:00Z")", R"("valueString":"soon")",
                          R"("valueDateTime":"2020")"}) {
    CAPTURE(due);
    const auto refused = server.operate(
        "/ServiceRequest/r1/$refer",
        Loop::reference("owner", "Organization/garden") + R"(,{"name":"due",)" + due + "}");
    CHECK(refused.status == 400);
    CHECK(server.is(refused, "issue.expression = 'http.due'"));
  }
  const auto id =
      server.refer("r1", "garden", R"({"name":"due","valueDateTime":"2999-01-01T00:00:00Z"})");
  CHECK(holds(server.ask("GET", "/Task/" + id), "2999-01-01"));
}

TEST_CASE("a cancellation is asked for, then confirmed, or an outcome outlasts it") {
  Loop server;
  const auto id = server.refer("r1", "garden");
  REQUIRE(server.operate("/Task/" + id + "/$accept").status == 200);
  const auto cancel = [&](const std::string& more) {
    return server.operate("/Task/" + id + "/$cancel", more);
  };
  CHECK(cancel("").status == 422);  // without a reason
  const auto asked = cancel(Loop::text("reason", "moved away"));
  CHECK(server.is(asked,
                  "status = 'accepted' and "
                  "businessStatus.coding.code = 'cancel-requested' and "
                  "statusReason.text = 'moved away'"));
  CHECK(server.outbox().back().body.find("cancel-requested") != std::string::npos);
  CHECK(holds(cancel(Loop::text("reason", "again")), "before the deadline"));
  const bool outcome = GENERATE(false, true);
  if (outcome) {
    CHECK(server.is(server.operate("/Task/" + id + "/$complete", Loop::text("outcome", "came")),
                    "status = 'completed'"));
  } else {
    CHECK(server.is(cancel(R"({"name":"by","valueCode":"owner"})"), "status = 'cancelled'"));
  }
  CHECK(cancel(Loop::text("reason", "late")).status == 422);
}

TEST_CASE("a rejected referral is routed to another, under one thread, and found where it is") {
  Loop server;
  const auto first = server.refer("r1", "garden");
  CHECK(server.operate("/ServiceRequest/r1/$refer", Loop::reference("owner", "Organization/advice"))
            .status == 409);
  const auto rejected = server.operate("/Task/" + first + "/$reject", full);
  CHECK(server.is(rejected,
                  "status = 'rejected' and statusReason.text = 'At capacity' and "
                  "statusReason.coding.code = 'at-capacity'"));
  const auto where = [&] { return server.operate("/ServiceRequest/r1/$where-is-it"); };
  CHECK(server.is(where(), "parameter.where(name = 'canBeRouted').value = true"));
  const auto second = server.refer("r1", "advice");
  const auto told = where();
  INFO(told.body);
  CHECK(server.is(told,
                  "parameter.where(name = 'canBeRouted').value = false and "
                  "parameter.where(name = 'referral').count() = 2 and "
                  "parameter.where(name = 'referral').first().part.where(name = 'owner')"
                  ".value.reference = 'Organization/advice' and "
                  "parameter.where(name = 'referral').first().part.where(name = 'waitsFor').value "
                  "= 'response' and "
                  "parameter.where(name = 'referral').first().part.where(name = 'overdue').value "
                  "= false and "
                  "parameter.where(name = 'referral').first().part.where(name = 'undelivered')"
                  ".part.where(name = 'to').value = 'advice'"));
  const auto thread = [&](const std::string& id) {
    return server.of(server.ask("GET", "/Task/" + id).body, "groupIdentifier.value");
  };
  CHECK(thread(first) == thread(second));
  CHECK(server.of(told.body, "parameter.where(name = 'thread').value.value") == thread(first));
  CHECK(server.ask("GET", "/ServiceRequest/r1/$where-is-it").status == 200);
}

TEST_CASE("the same asked for twice is a conflict that names the open one, unless it is forced") {
  Loop server;
  const auto id = server.refer("r1", "garden");
  server.put(request("r2"));
  const auto garden = Loop::reference("owner", "Organization/garden");
  const auto twice = server.operate("/ServiceRequest/r2/$refer", garden);
  CHECK(twice.status == 409);
  CHECK(holds(twice, "Task/" + id));
  const auto where = [&](const std::string& request) {
    return server.operate("/ServiceRequest/" + request + "/$where-is-it");
  };
  CHECK(server.is(where("r2"),
                  "parameter.where(name = 'canBeRouted').value = false and "
                  "parameter.where(name = 'duplicateOf').value.reference = 'Task/" +
                      id + "'"));
  server.put(R"({"resourceType":"ServiceRequest","id":"r8","status":"active","intent":"order",)"
             R"("code":{"coding":[{"system":"urn:other","code":"x"}]},"subject":{"reference":)"
             R"("Patient/p1"},"requester":{"reference":"Organization/practice"}})");
  CHECK(server.is(where("r8"),
                  "parameter.where(name = 'canBeRouted').value = true and "
                  "parameter.where(name = 'duplicateOf').empty()"));
  CHECK(server.operate("/ServiceRequest/r2/$refer", Loop::reference("owner", "Organization/advice"))
            .status == 201);
  server.put(request("r3"));
  CHECK(
      server
          .operate("/ServiceRequest/r3/$refer", garden + R"(,{"name":"force","valueBoolean":true})")
          .status == 201);
}

TEST_CASE("a request that is no order, or does not stand, is not referred") {
  Loop server;
  const auto refused = [&](const std::string& id) {
    return server.operate("/ServiceRequest/" + id + "/$refer",
                          Loop::reference("owner", "Organization/garden"));
  };
  auto draft = request("r2");
  draft.replace(draft.find("active"), 6, "draft");
  server.put(draft);
  CHECK(server.is(refused("r2"), "issue.expression = 'ServiceRequest.status'"));
  auto option = request("r3");
  option.replace(option.find("\"order\""), 7, "\"option\"");
  server.put(option);
  CHECK(server.is(refused("r3"), "issue.expression = 'ServiceRequest.intent'"));
  CHECK(refused("r4").status == 404);
  CHECK(server.operate("/ServiceRequest/r1/$refer", Loop::text("colour", "red")).status == 400);
  CHECK(server.outbox().empty());
}

namespace {

// What each of many gets who ask at once.
template <class Ask>
std::vector<int> at_once(int many, Ask ask) {
  std::vector<int> statuses(static_cast<std::size_t>(many));
  std::vector<std::thread> threads;
  for (int i = 0; i < many; ++i)
    threads.emplace_back([&, i] { statuses[static_cast<std::size_t>(i)] = ask(i); });
  for (auto& thread : threads) thread.join();
  return statuses;
}

int count_of(const std::vector<int>& statuses, bool done) {
  int count = 0;
  for (const auto status : statuses)
    if ((status < 300) == done) ++count;
  return count;
}

}  // namespace

TEST_CASE("of many who claim a referral at once one has it, and of many who refer one asks") {
  constexpr int many = 8;
  Loop server;
  const auto garden = Loop::reference("owner", "Organization/garden");
  const auto asked = at_once(
      many, [&](int) { return server.operate("/ServiceRequest/r1/$refer", garden).status; });
  CHECK(count_of(asked, true) == 1);
  for (const auto status : asked) CHECK((status == 201 || status == 409));
  CHECK(server.outbox().size() == 1);
  server.put(request("r2"));
  const auto id = server.refer("r2", "", R"({"name":"force","valueBoolean":true})");
  for (int i = 0; i < many; ++i) server.put(organization("o" + std::to_string(i), "ADVICE"));
  const auto claimed = at_once(many, [&](int i) {
    return server
        .operate("/Task/" + id + "/$accept",
                 Loop::reference("owner", "Organization/o" + std::to_string(i)))
        .status;
  });
  CHECK(count_of(claimed, true) == 1);
  CHECK(count_of(claimed, false) == many - 1);
  const auto task = server.ask("GET", "/Task/" + id);
  CHECK(server.is(task, "status = 'accepted' and meta.versionId = '2'"));
}
