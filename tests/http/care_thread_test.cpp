// One thread from cohort to review, through the public interface alone.

#include "support/care_server.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}
std::string text(const std::string& name, const std::string& value) {
  return R"({"name":")" + name + R"(","valueString":")" + value + R"("})";
}
std::string slot(const std::string& id, const std::string& from, const std::string& to,
                 const std::string& status) {
  return R"({"resourceType":"Slot","id":")" + id + R"(","schedule":{"reference":"Schedule/s"},)" +
         R"("status":")" + status + R"(","start":"2026-12-01T)" + from +
         R"(:00Z","end":"2026-12-01T)" + to + R"(:00Z"})";
}
std::string put_entry(const std::string& place, const std::string& json,
                      const std::string& if_match = "") {
  return R"({"resource":)" + json + R"(,"request":{"method":"PUT","url":")" + place + "\"" +
         (if_match.empty() ? "" : R"(,"ifMatch":"W/\")" + if_match + R"(\"")") + "}}";
}
std::string transaction(const std::string& entries) {
  return R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}";
}

struct Thread : Server {
  Thread() {
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}, {"advice", "ADVICE"}});
    put(R"({"resourceType":"Patient","id":"p1","birthDate":"1940-01-01","generalPractitioner":)"
        R"([{"reference":"Organization/practice"}]})");
    put(R"({"resourceType":"Practitioner","id":"w"})");
    put(R"({"resourceType":"Schedule","id":"s","actor":[{"reference":"Practitioner/w"}]})");
    put(slot("s1", "09:00", "09:20", "free"));
    put(slot("s2", "09:20", "09:40", "free"));
  }
  void patch(const std::string& place, const std::string& merge) {
    const auto answer =
        ask("PATCH", "/" + place, merge, "Content-Type: application/merge-patch+json\r\n");
    INFO(answer.body);
    REQUIRE(answer.status == 200);
  }
  // The operation, which must be done.
  test::RawResponse done(const std::string& url, const std::string& parameters = "") {
    auto answer = operate(url, parameters);
    INFO(url + ": " + answer.body);
    REQUIRE(answer.status < 300);
    return answer;
  }
};

}  // namespace

TEST_CASE("two slots of a double appointment are booked together or not at all (OM-3)") {
  Thread server;
  const auto book = [&](const std::string& id, const std::string& second_version) {
    return server.ask(
        "POST", "",
        transaction(
            put_entry("Slot/s1", slot("s1", "09:00", "09:20", "busy"), "1") + "," +
            put_entry("Slot/s2", slot("s2", "09:20", "09:40", "busy"), second_version) + "," +
            put_entry("Appointment/" + id,
                      R"({"resourceType":"Appointment","id":")" + id +
                          R"(","status":"booked","start":"2026-12-01T09:00:00Z",)"
                          R"("end":"2026-12-01T09:40:00Z","slot":[{"reference":"Slot/s1"},)"
                          R"({"reference":"Slot/s2"}],"participant":[{"actor":{"reference":)"
                          R"("Patient/p1"},"status":"accepted"}]})")));
  };
  CHECK(book("a1", "7").status == 412);
  CHECK(server.is(server.ask("GET", "/Slot/s1"), "status = 'free'"));
  CHECK(server.ask("GET", "/Appointment/a1").status == 404);
  CHECK(book("a1", "1").status == 200);
  CHECK(server.is(server.ask("GET", "/Slot/s2"), "status = 'busy'"));
  CHECK(book("a2", "1").status == 412);
}

TEST_CASE("a person is found, invited, agrees a plan, is referred twice, helped and reviewed") {
  Thread server;
  // Found by criteria (OM-1), and invited once (OM-2).
  server.put(R"({"resourceType":"Group","id":"k","type":"person","actual":false,"characteristic":[)"
             R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expression",)"
             R"("valueExpression":{"language":"application/x-fhir-query","expression":)"
             R"("Patient?birthdate=le1961-01-01"}}],"code":{"text":"Over 65"},"valueBoolean":true,)"
             R"("exclude":false}]})");
  const auto practice = reference("practice", "Organization/practice");
  CHECK(server.is(server.done("/Group/k/$evaluate-cohort", practice),
                  "member.entity.reference = 'Patient/p1'"));
  server.put(R"({"resourceType":"Communication","id":"i1","status":"completed","subject":)"
             R"({"reference":"Patient/p1"},"sent":"2026-11-01T09:00:00Z"})");
  // What matters in the person's own words, and what is to be done (OM-4).
  server.put(R"({"resourceType":"Goal","id":"g1","lifecycleStatus":"proposed","description":)"
             R"({"text":"I want to grow something I can give to my sister."},"subject":)"
             R"({"reference":"Patient/p1"},"expressedBy":{"reference":"Patient/p1"}})");
  server.put(R"({"resourceType":"ServiceRequest","id":"r1","status":"active","intent":"order",)"
             R"("code":{"text":"garden"},"subject":{"reference":"Patient/p1"},"requester":)"
             R"({"reference":"Organization/practice"}})");
  server.put(R"({"resourceType":"CarePlan","id":"c1","status":"draft","intent":"plan","subject":)"
             R"({"reference":"Patient/p1"},"goal":[{"reference":"Goal/g1"}],"activity":)"
             R"([{"reference":{"reference":"ServiceRequest/r1"}}]})");
  server.done("/CarePlan/c1/$agree",
              reference("by", "Patient/p1") + "," + reference("by", "Practitioner/w"));
  // Refused by the first service, routed to the second, who puts the person on a waiting list.
  const auto refer = [&](const std::string& owner) {
    const auto answer =
        server.done("/ServiceRequest/r1/$refer", reference("owner", "Organization/" + owner) + "," +
                                                     reference("agent", "Organization/practice"));
    return "Task/" + server.of(answer.body, "id");
  };
  const auto first = refer("garden");
  server.done("/" + first + "/$reject",
              text("reason", "At capacity") + "," + reference("agent", "Organization/garden"));
  const auto second = refer("advice");
  server.done("/" + second + "/$accept", reference("agent", "Organization/advice"));
  server.patch(second, R"({"status":"on-hold","statusReason":{"text":"On a waiting list"}})");
  server.patch(second, R"({"status":"in-progress"})");
  server.patch(second, R"({"note":[{"text":"Session 1 of 6"}]})");
  server.done("/" + second + "/$complete",
              R"({"name":"outcome","resource":{"resourceType":"Procedure","status":"completed",)"
              R"("subject":{"reference":"Patient/p1"},"code":{"text":"gardening"}}})");
  // Each partner was told of what is his, in order, under one thread.
  std::string lanes;
  const auto thread = server.of(server.ask("GET", "/ServiceRequest/r1").body, "requisition.value");
  for (const auto& row : server.outbox()) {
    lanes += row.lane + " ";
    CHECK(row.body.find(thread) != std::string::npos);
  }
  CHECK(lanes == "garden advice ");  // the practice is at home here: it sees the Tasks
  const auto where = server.ask("GET", "/ServiceRequest/r1/$where-is-it");
  CHECK(server.is(where,
                  "parameter.where(name = 'referral').count() = 2 and "
                  "parameter.where(name = 'thread').value.value = '" +
                      thread + "'"));
  // What worked is looked at, and the plan changes with its budget (OM-18).
  server.done("/CarePlan/c1/$review",
              R"({"name":"goal","resource":{"resourceType":"Goal","id":"g1","lifecycleStatus":)"
              R"("completed","achievementStatus":{"coding":[{"system":)"
              R"("http://terminology.hl7.org/CodeSystem/goal-achievement","code":"achieved"}]},)"
              R"("description":{"text":"I want to grow something I can give to my sister."},)"
              R"("subject":{"reference":"Patient/p1"}}},)"
              R"({"name":"budget","resource":{"resourceType":"Contract","status":"executed",)"
              R"("subject":[{"reference":"Patient/p1"}]}},)"
              R"({"name":"reviewDue","valueDate":"2999-06-01"})");
  const auto plan = server.ask("GET", "/Patient/p1/$care-plan");
  INFO(plan.body);
  CHECK(server.is(plan,
                  "entry.resource.ofType(Goal).achievementStatus.coding.code = 'achieved' and "
                  "entry.resource.ofType(Task).count() = 3 and "
                  "entry.resource.ofType(CarePlan).count() = 2"));
  CHECK(holds(plan, "I want to grow something I can give to my sister."));
}
