// The care-planning cycle as it is kept for whoever writes over REST: bookings, invitations,
// sessions, stages, readings, tiers, and the coded facts that go back to the practice.

#include "support/care_server.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

const std::string profiles = "https://fingerpost.example/";
const std::string structure = profiles + "StructureDefinition/";
const std::string merge_patch = "Content-Type: application/merge-patch+json\r\n";

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}
std::string put_entry(const std::string& place, const std::string& json) {
  return R"({"resource":)" + json + R"(,"request":{"method":"PUT","url":")" + place + "\"}}";
}

struct Person : Server {
  Person() {
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}, {"surgery", "ADVICE"}});
    // The person's practice is a partner who is told over FHIR.
    put(R"({"resourceType":"Patient","id":"p1","birthDate":"1940-01-01","generalPractitioner":)"
        R"([{"reference":"Organization/surgery"}]})");
    put(R"({"resourceType":"Practitioner","id":"w"})");
  }
  test::RawResponse patch(const std::string& place, const std::string& merge) {
    return ask("PATCH", "/" + place, merge, merge_patch);
  }
  bool patched(const std::string& place, const std::string& merge) {
    const auto answer = patch(place, merge);
    INFO(answer.body);
    CHECK(answer.status == 200);
    return answer.status == 200;
  }
  test::RawResponse transact(const std::string& entries) {
    return ask("POST", "",
               R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}");
  }
  std::string count(const std::string& search) {
    return of(
        ask("GET", search + (search.find('?') == std::string::npos ? "?" : "&") + "_summary=count")
            .body,
        "total.toString()");
  }
};

std::string slot(const std::string& id, const std::string& from, const std::string& to,
                 const std::string& status) {
  return R"({"resourceType":"Slot","id":")" + id + R"(","schedule":{"reference":"Schedule/s"},)" +
         R"("status":")" + status + R"(","start":"2999-12-01T)" + from +
         R"(:00Z","end":"2999-12-01T)" + to + R"(:00Z"})";
}

std::string appointment(const std::string& status, const std::string& slots,
                        const std::string& end) {
  return R"({"resourceType":"Appointment","id":"a","status":")" + status +
         R"(","start":"2999-12-01T09:00:00Z","end":"2999-12-01T)" + end + R"(:00Z","slot":[)" +
         slots + R"(],"participant":[{"actor":{"reference":"Patient/p1"},"status":"accepted"}]})";
}
const std::string first_two = R"({"reference":"Slot/s1"},{"reference":"Slot/s2"})";

struct Booking : Person {
  Booking() {
    put(R"({"resourceType":"Schedule","id":"s","actor":[{"reference":"Practitioner/w"}]})");
    put(slot("s1", "09:00", "09:20", "free"));
    put(slot("s2", "09:20", "09:40", "free"));
    put(slot("s3", "10:00", "10:20", "free"));
  }
  std::string set_both(const std::string& status) const {
    return put_entry("Slot/s1", slot("s1", "09:00", "09:20", status)) + "," +
           put_entry("Slot/s2", slot("s2", "09:20", "09:40", status));
  }
};

std::string invitation(const std::string& id, int number, const std::string& outcome,
                       const std::string& thread = "t") {
  const auto said = outcome.empty() ? "" : R"(,{"url":"outcome","valueCode":")" + outcome + "\"}";
  return R"({"resourceType":"Communication","id":")" + id + R"(","extension":[{"url":")" +
         structure + R"(attempt","extension":[{"url":"number","valuePositiveInt":)" +
         std::to_string(number) + "}" + said + R"(]},{"url":")" + structure +
         R"(thread","valueIdentifier":{"system":")" + profiles +
         R"(Id/referral-thread","value":")" + thread +
         R"("}}],"status":"completed","subject":{"reference":"Patient/p1"}})";
}

}  // namespace

TEST_CASE("a double appointment takes two slots that follow each other, and lets both go (OM-3)") {
  Booking server;
  const auto book = [&](const std::string& slots, const std::string& end, const std::string& more) {
    return server.transact(more + (more.empty() ? "" : ",") +
                           put_entry("Appointment/a", appointment("booked", slots, end)));
  };
  const auto apart = book(R"({"reference":"Slot/s1"},{"reference":"Slot/s3"})", "10:20",
                          put_entry("Slot/s1", slot("s1", "09:00", "09:20", "busy")) + "," +
                              put_entry("Slot/s3", slot("s3", "10:00", "10:20", "busy")));
  CHECK(apart.status == 422);
  CHECK(holds(apart, "follow each other"));
  CHECK(book(first_two, "09:40", "").status == 422);  // they stay free
  CHECK(book(first_two, "10:20", server.set_both("busy")).status == 422);
  CHECK(server.ask("GET", "/Appointment/a").status == 404);
  CHECK(server.is(server.ask("GET", "/Slot/s1"), "status = 'free'"));
  const auto booked = book(first_two, "09:40", server.set_both("busy"));
  INFO(booked.body);
  REQUIRE(booked.status == 200);
  auto again = appointment("booked", first_two, "09:40");
  again.replace(again.find("\"a\""), 3, "\"b\"");
  CHECK(server.transact(server.set_both("busy") + "," + put_entry("Appointment/b", again)).status ==
        409);
  CHECK(server.ask("PUT", "/Slot/s2", slot("s2", "09:20", "09:40", "free")).status == 409);
  CHECK(server.ask("DELETE", "/Appointment/a").status == 409);
  const auto cancelled = put_entry("Appointment/a", appointment("cancelled", first_two, "09:40"));
  CHECK(server.transact(cancelled).status == 422);
  CHECK(server.transact(server.set_both("free") + "," + cancelled).status == 200);
  CHECK(server.is(server.ask("GET", "/Slot/s2"), "status = 'free'"));
}

TEST_CASE("of many who book the same two slots at once one does (OM-3)") {
  Booking server;
  constexpr int many = 6;
  std::vector<int> statuses(many);
  std::vector<std::thread> threads;
  for (int i = 0; i < many; ++i)
    threads.emplace_back([&, i] {
      auto one = appointment("booked", first_two, "09:40");
      const auto id = "a" + std::to_string(i);
      one.replace(one.find("\"a\""), 3, "\"" + id + "\"");
      statuses[static_cast<std::size_t>(i)] =
          server.transact(server.set_both("busy") + "," + put_entry("Appointment/" + id, one))
              .status;
    });
  for (auto& thread : threads) thread.join();
  CHECK(std::count(statuses.begin(), statuses.end(), 200) == 1);
  CHECK(server.count("/Appointment") == "1");
}

TEST_CASE("a person is invited in turn, and no more once there is an answer (OM-2)") {
  Person server;
  const auto put = [&](const std::string& json) {
    return server.ask("PUT", "/Communication/" + server.of(json, "id"), json);
  };
  CHECK(put(invitation("i2", 2, "")).status == 422);
  CHECK(put(invitation("i1", 1, "")).status == 201);
  CHECK(put(invitation("i1b", 1, "")).status == 409);
  CHECK(put(invitation("i1", 1, "no-answer")).status == 200);
  CHECK(put(invitation("i2", 2, "declined")).status == 201);
  CHECK(put(invitation("i2", 2, "no-answer")).status == 422);
  const auto third = put(invitation("i3", 3, ""));
  CHECK(third.status == 422);
  CHECK(holds(third, "ended as declined"));
  // Another thread is another matter, and a whole series may come at once.
  CHECK(server
            .transact(put_entry("Communication/j2", invitation("j2", 2, "", "other")) + "," +
                      put_entry("Communication/j1", invitation("j1", 1, "no-answer", "other")))
            .status == 200);
}

namespace {

const std::string request =
    R"({"resourceType":"ServiceRequest","id":"r1","status":"active","intent":"order","category":)"
    R"([{"coding":[{"system":"https://fingerpost.example/CodeSystem/referral-category","code":)"
    R"("social-prescribing"}]}],"subject":{"reference":"Patient/p1"},"requester":)"
    R"({"reference":"Organization/practice"})";

struct Referred : Person {
  std::string task;

  explicit Referred(const std::string& more = "") {
    put(request + more + "}");
    task = ask_for("garden");
  }
  std::string ask_for(const std::string& owner) {
    const auto asked =
        operate("/ServiceRequest/r1/$refer", reference("owner", "Organization/" + owner));
    INFO(asked.body);
    REQUIRE(asked.status == 201);
    return "Task/" + of(asked.body, "id");
  }
  void accept(const std::string& place) {
    REQUIRE(operate("/" + place + "/$accept").status == 200);
  }
  std::vector<std::string> told(const std::string& lane) {
    std::vector<std::string> bodies;
    for (const auto& row : outbox())
      if (row.lane == lane) bodies.push_back(row.body);
    return bodies;
  }
};

std::string sessions(int attended, const std::string& more = "") {
  return R"({"extension":[{"url":")" + structure +
         R"(sessions","extension":[{"url":"planned","valuePositiveInt":8},)"
         R"({"url":"attended","valueUnsignedInt":)" +
         std::to_string(attended) + R"(},{"url":"needed","valuePositiveInt":6}]}])" + more + "}";
}

}  // namespace

TEST_CASE("a course is n of m sessions, and completed with as many as it needs (OM-5, OM-22)") {
  Referred server;
  server.accept(server.task);
  REQUIRE(server.patched(server.task, sessions(2, R"(,"status":"in-progress")")));
  CHECK(server.patch(server.task, sessions(9)).status == 422);
  CHECK(server.patch(server.task, sessions(1)).status == 422);
  CHECK(server.patched(server.task, sessions(5)));
  CHECK(server.patched(server.task, R"({"status":"on-hold","statusReason":{"text":"away"}})"));
  CHECK(server.patched(server.task, R"({"status":"in-progress"})"));
  const std::string outcome = R"({"name":"outcome","valueString":"came to all"})";
  const auto early = server.operate("/" + server.task + "/$complete", outcome);
  CHECK(early.status == 422);
  CHECK(holds(early, "complete with 6 sessions"));
  CHECK(server.patched(server.task, sessions(6)));
  CHECK(server.operate("/" + server.task + "/$complete", outcome).status == 200);
}

TEST_CASE("support is a coded fact of the practice's record once in an episode") {
  Referred server;
  const auto is_fact = [](const std::string& body) {
    return body.find("871731000000106") != std::string::npos;
  };
  server.accept(server.task);
  CHECK(server.told("advice").empty());
  REQUIRE(server.patched(server.task, R"({"status":"in-progress"})"));
  REQUIRE(server.told("advice").size() == 1);
  CHECK(is_fact(server.told("advice")[0]));
  CHECK(server.told("advice")[0].find("in-progress") == std::string::npos);  // the fact alone
  REQUIRE(server.patched(server.task, R"({"status":"on-hold","statusReason":{"text":"away"}})"));
  REQUIRE(server.patched(server.task, R"({"status":"in-progress"})"));
  REQUIRE(server.patched(server.task, R"({"status":"failed","statusReason":{"text":"moved"}})"));
  // Another service takes the same request on: the episode goes on.
  const auto second = server.ask_for("garden");
  server.accept(second);
  REQUIRE(server.patched(second, R"({"status":"in-progress"})"));
  CHECK(server.told("advice").size() == 1);
  CHECK(server.count("/Procedure?patient=Patient/p1") == "1");
}

TEST_CASE("that support was declined is a fact, that a service had no room is none") {
  const std::string reason = GENERATE("patient-declined", "at-capacity");
  Referred server;
  REQUIRE(server.patched(
      server.task, R"({"status":"rejected","statusReason":{"coding":[{"system":)"
                   R"("https://fingerpost.example/CodeSystem/referral-status-reason","code":")" +
                       reason + R"("}],"text":"why"}})"));
  const bool declined = reason == "patient-declined";
  CHECK(server.count("/Observation?code=871711000000103") == (declined ? "1" : "0"));
  CHECK(server.told("advice").size() == (declined ? 1 : 0));
}

TEST_CASE("a practice that has the referral is told that it ended, and of the fact beside") {
  Person server;
  server.put(request + "}");
  const auto asked =
      server.operate("/ServiceRequest/r1/$refer", reference("owner", "Organization/surgery"));
  REQUIRE(asked.status == 201);
  const auto before = server.outbox().size();
  REQUIRE(server.patched("Task/" + server.of(asked.body, "id"),
                         R"({"status":"cancelled","statusReason":{"coding":[{"system":)"
                         R"("https://fingerpost.example/CodeSystem/referral-status-reason",)"
                         R"("code":"patient-declined"}],"text":"why"}})"));
  const auto rows = server.outbox();
  REQUIRE(rows.size() == before + 2);
  std::string said;
  for (auto at = before; at < rows.size(); ++at) said += rows[at].body;
  CHECK(said.find("871711000000103") != std::string::npos);
  CHECK(said.find("\"cancelled\"") != std::string::npos);
}

TEST_CASE("as much goes back to the practice as the person lets (graduated disclosure)") {
  struct Row {
    const char* level;
    bool note, words, fact;
  };
  const auto row = GENERATE(Row{"all", true, true, true}, Row{"summary", false, true, true},
                            Row{"codes", false, false, true}, Row{"none", false, false, false});
  CAPTURE(row.level);
  Person server;
  server.put(R"({"resourceType":"Consent","id":"c","extension":[{"url":")" + structure +
             R"(disclosure","valueCode":")" + row.level +
             R"("}],"status":"active","scope":{"text":"x"},"category":[{"text":"x"}],)"
             R"("patient":{"reference":"Patient/p1"},"policyRule":{"text":"x"}})");
  // The practice itself asks, so that it is told of every step.
  auto own = request + R"(,"supportingInfo":[{"reference":"Consent/c"}]})";
  own.replace(own.find("Organization/practice"), 21, "Organization/surgery");
  server.put(own);
  const auto asked =
      server.operate("/ServiceRequest/r1/$refer", reference("owner", "Organization/garden"));
  INFO(asked.body);
  REQUIRE(asked.status == 201);
  const auto task = "Task/" + server.of(asked.body, "id");
  REQUIRE(server.operate("/" + task + "/$accept").status == 200);
  REQUIRE(server.patched(
      task, R"({"input":[{"type":{"text":"said"},"valueString":"told in private"}]})"));
  REQUIRE(server
              .operate("/" + task + "/$complete",
                       R"({"name":"outcome","valueString":"grows beans"},)"
                       R"({"name":"note","valueString":"wept at first"})")
              .status == 200);
  std::string said;
  for (const auto& one : server.outbox())
    if (one.lane == "advice") said = one.body;
  CHECK(said.find("\"completed\"") != std::string::npos);
  CHECK((said.find("wept at first") != std::string::npos) == row.note);
  CHECK((said.find("grows beans") != std::string::npos) == row.words);
  CHECK((said.find("871731000000106") != std::string::npos) == row.fact);
  CHECK((said.find("told in private") != std::string::npos) == (row.level == std::string("all")));
}

TEST_CASE("a plan of six stages has a Task for each, in their order, and one for its review") {
  Person server;
  server.put(R"({"resourceType":"Goal","id":"g","lifecycleStatus":"proposed","description":)"
             R"({"text":"x"},"subject":{"reference":"Patient/p1"}})");
  server.put(request + "}");
  server.put(R"({"resourceType":"CarePlan","id":"c","instantiatesCanonical":[")" + profiles +
             R"(PlanDefinition/six-stages"],"status":"draft","intent":"plan","subject":)"
             R"({"reference":"Patient/p1"},"goal":[{"reference":"Goal/g"}],"activity":)"
             R"([{"reference":{"reference":"ServiceRequest/r1"}}]})");
  CHECK(server.count("/Task?based-on=CarePlan/c") == "6");
  const auto stage = [&](const std::string& code, const std::string& status = "") {
    return "/Task?based-on=CarePlan/c&code=" + code + (status.empty() ? "" : "&status=" + status);
  };
  const auto place = [&](const std::string& code) {
    return "Task/" + server.of(server.ask("GET", stage(code)).body, "entry.resource.id");
  };
  const std::string done = R"({"status":"completed"})";
  const auto early = server.patch(place("conversation"), done);
  CHECK(early.status == 422);
  CHECK(holds(early, "after prepare"));
  CHECK(server.patch(place("prepare"), R"({"status":"cancelled"})").status == 422);  // says not why
  CHECK(server.patched(place("prepare"),
                       R"({"status":"cancelled","statusReason":{"text":"known well"}})"));
  CHECK(server.patched(place("conversation"), done));
  CHECK(server.patch(place("conversation"), R"({"status":"in-progress"})").status == 422);
  REQUIRE(server.operate("/CarePlan/c/$agree", reference("by", "Practitioner/w")).status == 200);
  CHECK(server.count(stage("agree", "completed")) == "1");
  // The next review is a Task of its day, and a review makes the one after it.
  const auto review = [&](const std::string& due) {
    return server.operate("/CarePlan/c/$review",
                          R"({"name":"reviewDue","valueDate":")" + due + "\"}");
  };
  REQUIRE(review("2999-06-01").status == 200);
  CHECK(server.count(stage("review", "requested")) == "1");
  REQUIRE(review("2999-12-01").status == 200);
  CHECK(server.count(stage("review", "completed")) == "1");
  const auto next = server.ask("GET", stage("review", "requested"));
  CHECK(server.is(next, "entry.resource.restriction.period.end.toString() = '2999-12-01'"));
  CHECK(server.patched("CarePlan/c", R"({"status":"revoked"})"));
  CHECK(server.count(stage("record", "cancelled")) == "1");
}

TEST_CASE("a reading at home that is not what the goal asks for is somebody's Task, once (OM-20)") {
  Person server;
  server.put(R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":)"
             R"({"text":"x"},"subject":{"reference":"Patient/p1"},"target":[{"measure":)"
             R"({"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"detailRange":)"
             R"({"high":{"value":140,"unit":"mm[Hg]"}}}]})");
  const auto read = [&](const std::string& id, const std::string& value,
                        const std::string& performer = "Patient/p1") {
    server.put(R"({"resourceType":"Observation","id":")" + id +
               R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":)"
               R"("8480-6"}]},"subject":{"reference":"Patient/p1"},"performer":[{"reference":")" +
               performer + R"("}],"valueQuantity":{"value":)" + value + R"(,"unit":"mm[Hg]"}})");
  };
  read("o1", "139");
  read("o2", "180", "Practitioner/w");  // who took it knows
  CHECK(server.count("/Task?code=check-reading") == "0");
  read("o3", "150.5");
  read("o4", "170");
  const auto raised = server.ask("GET", "/Task?code=check-reading");
  CHECK(server.is(raised,
                  "total = 1 and entry.resource.focus.reference = 'Observation/o3' and "
                  "entry.resource.owner.reference = 'Organization/surgery' and "
                  "entry.resource.for.reference = 'Patient/p1'"));
  REQUIRE(server.patched("Task/" + server.of(raised.body, "entry.resource.id"),
                         R"({"status":"completed"})"));
  read("o5", "160");
  CHECK(server.count("/Task?code=check-reading&status=requested") == "1");
}

TEST_CASE("two readings at one instant are one Task, and both are kept (OM-20)") {
  Person server;
  server.put(R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":)"
             R"({"text":"x"},"subject":{"reference":"Patient/p1"},"target":[{"measure":)"
             R"({"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"detailRange":)"
             R"({"high":{"value":140,"unit":"mm[Hg]"}}}]})");
  const auto reading = [](const std::string& id) {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","code":{"coding":[{"system":"http://loinc.org","code":)"
           R"("8480-6"}]},"subject":{"reference":"Patient/p1"},"performer":[{"reference":)"
           R"("Patient/p1"}],"valueQuantity":{"value":170,"unit":"mm[Hg]"}})";
  };
  auto& hook = server.fhir.context->before_commit;
  const auto decide = hook;
  bool first = true;
  hook = [&](store::Unit& unit, std::span<const interaction::Change> changes,
             const access::Caller& caller) {
    const auto done = decide(unit, changes, caller);
    // The other one comes between what was decided and its commit.
    if (std::exchange(first, false)) server.fhir.update({"Observation", "o2"}, reading("o2"));
    return done;
  };
  CHECK(server.fhir.update({"Observation", "o1"}, reading("o1")).status ==
        interaction::Status::created);
  CHECK(server.count("/Task?code=check-reading") == "1");
  CHECK(server.count("/Observation?patient=Patient/p1") == "2");
}

TEST_CASE("a cohort with a tier flags who is in it, from the day, with the reason (OM-12)") {
  Person server;
  server.put(R"({"resourceType":"Group","id":"k","extension":[{"url":")" + structure +
             R"(tier","valueCode":"targeted"}],"type":"person","actual":false,"name":"Over 65",)"
             R"("characteristic":[{"extension":[{"url":)"
             R"("http://hl7.org/fhir/StructureDefinition/cqf-expression","valueExpression":)"
             R"({"language":"application/x-fhir-query","expression":"Patient?birthdate=le1950"}}],)"
             R"("code":{"text":"age"},"valueBoolean":true,"exclude":false}]})");
  REQUIRE(server.operate("/Group/k/$evaluate-cohort").status < 300);
  const std::string flags = "/Flag?subject=Patient/p1";
  CHECK(server.is(server.ask("GET", flags),
                  "total = 1 and entry.resource.status = 'active' and "
                  "entry.resource.code.coding.code = 'targeted' and "
                  "entry.resource.period.start.exists() and "
                  "entry.resource.extension.extension.value = 'Over 65'"));
  REQUIRE(server.patched("Patient/p1", R"({"birthDate":"1990-01-01"})"));
  REQUIRE(server.operate("/Group/k/$evaluate-cohort").status < 300);
  CHECK(server.is(server.ask("GET", flags),
                  "total = 1 and entry.resource.status = 'inactive' and "
                  "entry.resource.period.end.exists()"));
  REQUIRE(server.patched("Patient/p1", R"({"birthDate":"1940-01-01"})"));
  REQUIRE(server.operate("/Group/k/$evaluate-cohort").status < 300);
  CHECK(server.is(server.ask("GET", flags),
                  "total = 1 and entry.resource.status = 'active' and "
                  "entry.resource.period.end.empty()"));
}

TEST_CASE("a tier that criteria get, or lose, is that of those who were in already (OM-12)") {
  Person server;
  const auto criteria = [&](const std::string& tier) {
    const auto named = tier.empty() ? ""
                                    : R"("extension":[{"url":")" + structure +
                                          R"(tier","valueCode":")" + tier + R"("}],)";
    server.put(
        R"({"resourceType":"Group","id":"k",)" + named +
        R"("type":"person","actual":false,"characteristic":[{"extension":[{"url":)"
        R"("http://hl7.org/fhir/StructureDefinition/cqf-expression","valueExpression":)"
        R"({"language":"application/x-fhir-query","expression":"Patient?birthdate=le1950"}}],)"
        R"("code":{"text":"age"},"valueBoolean":true,"exclude":false}]})");
    REQUIRE(server.operate("/Group/k/$evaluate-cohort").status < 300);
    return server.of(server.ask("GET", "/Flag?subject=Patient/p1&_elements=code,status").body,
                     "entry.resource.select(status & ' ' & code.coding.code)");
  };
  CHECK(criteria("") == "");
  CHECK(criteria("targeted") == "active targeted");
  CHECK(criteria("specialist") == "active specialist");
  CHECK(criteria("") == "inactive specialist");
}

TEST_CASE("measures are shown in pairs, first and last, and never scored (OM-11, OM-22)") {
  Person server;
  const auto measure = [&](const std::string& id, const std::string& when, const std::string& code,
                           const std::string& more = R"("status":"final")") {
    server.put(R"({"resourceType":"Observation","id":")" + id + "\"," + more +
               R"(,"code":{"coding":[{"system":"http://snomed.info/sct","code":")" + code +
               R"("}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":")" + when +
               R"(","valueQuantity":{"value":20}})");
  };
  measure("b2", "2026-05-01", "718466001");
  measure("b1", "2026-01-15", "718466001");
  measure("b3", "2026-08-10T10:00:00Z", "718466001");
  measure("b4", "2026-09-01", "718466001", R"("status":"entered-in-error")");
  measure("m1", "2026-02-01", "925431000000109");
  const auto plan = server.operate("/Patient/p1/$care-plan");
  INFO(plan.body);
  const std::string list = "entry.resource.ofType(List).where(title = 'Measures').entry";
  CHECK(server.is(plan, list + ".where(flag.text = 'baseline').item.reference contains "
                               "'Observation/m1'"));
  CHECK(server.is(plan, list + ".count() = 3 and " + list +
                            ".where(flag.text = 'follow-up').item.reference = 'Observation/b3'"));
  CHECK(server.is(plan, list + ".where(item.reference = 'Observation/b1').flag.text = 'baseline'"));
  CHECK(server.is(plan, "entry.resource.ofType(Observation).count() = 3"));
}

TEST_CASE("a community service is shown the clinical plan and cannot change it (OM-19)") {
  Person server;
  server.put(R"({"resourceType":"CarePlan","id":"clinical","status":"active","intent":"plan",)"
             R"("title":"Heart failure","subject":{"reference":"Patient/p1"},"author":)"
             R"({"reference":"Organization/surgery"}})");
  server.put(R"({"resourceType":"CarePlan","id":"social","status":"active","intent":"plan",)"
             R"("partOf":[{"reference":"CarePlan/clinical"}],"subject":{"reference":)"
             R"("Patient/p1"},"author":{"reference":"Organization/garden"}})");
  const auto change = [&](const std::string& plan, const std::string& who) {
    return server
        .ask("PATCH", "/CarePlan/" + plan, R"({"description":"changed"})",
             R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-11-22T10:00:00Z",)"
             R"("agent":[{"who":{"reference":"Organization/)" +
                 who + "\"}}]}\r\n" + merge_patch)
        .status;
  };
  CHECK(change("clinical", "garden") == 403);
  CHECK(change("social", "garden") == 200);
  CHECK(change("clinical", "surgery") == 200);
  const auto plan = server.operate("/Patient/p1/$care-plan");
  CHECK(server.is(plan, "entry.resource.ofType(CarePlan).where(id = 'clinical').exists()"));
}
