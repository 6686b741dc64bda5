// The plan of a person over HTTP: agreed, reviewed, merged from all that there is, and who is
// invited to one.

#include "base/base64.h"
#include "support/care_server.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

std::string goal(const std::string& id, const std::string& status, const std::string& words,
                 const std::string& more = "") {
  return R"({"resourceType":"Goal","id":")" + id + R"(","lifecycleStatus":")" + status +
         R"(","description":{"text":")" + words + R"("},"subject":{"reference":"Patient/p1"})" +
         more + "}";
}

std::string plan(const std::string& id, const std::string& status, const std::string& more) {
  return R"({"resourceType":"CarePlan","id":")" + id + R"(","status":")" + status +
         R"(","intent":"plan","subject":{"reference":"Patient/p1"})" + more + "}";
}

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}
std::string resource(const std::string& name, const std::string& json) {
  return R"({"name":")" + name + R"(","resource":)" + json + "}";
}
const std::string due = R"({"name":"reviewDue","valueDate":"2999-01-01"})";
const std::string agreed_by =
    reference("by", "Patient/p1") + "," + reference("by", "Practitioner/w");
const std::string with_both =
    R"(,"goal":[{"reference":"Goal/g1"}],"activity":[{"reference":{"reference":)"
    R"("ServiceRequest/r1"}}])";

struct Person : Server {
  Person() {
    put(R"({"resourceType":"Patient","id":"p1","birthDate":"1940-01-01"})");
    put(R"({"resourceType":"Patient","id":"p2","birthDate":"1990-01-01"})");
    put(R"({"resourceType":"Practitioner","id":"w"})");
    put(goal("g1", "proposed", "I want to grow something"));
    put(R"({"resourceType":"ServiceRequest","id":"r1","status":"active","intent":"order",)"
        R"("subject":{"reference":"Patient/p1"},"code":{"text":"garden"}})");
  }
  std::string version(const std::string& place) { return ask("GET", "/" + place).field("ETag"); }
};

}  // namespace

TEST_CASE(
    "an agreed plan has a goal and an activity, says who agreed, and makes its goals theirs") {
  Person server;
  struct Row {
    const char* more;
    const char* where;
  };
  for (const auto& row :
       {Row{R"(,"activity":[{"detail":{"status":"scheduled"}}])", "CarePlan.goal"},
        Row{R"(,"goal":[{"reference":"Goal/g1"}])", "CarePlan.activity"},
        Row{R"(,"goal":[{"reference":"Goal/none"}],"activity":[{"detail":)"
            R"({"status":"scheduled"}}])",
            "CarePlan.goal"}}) {
    CAPTURE(row.more);
    server.put(plan("c1", "draft", row.more));
    const auto refused = server.operate("/CarePlan/c1/$agree", agreed_by);
    CHECK(refused.status == 422);
    CHECK(holds(refused, row.where));
    CHECK(server.is(server.ask("GET", "/CarePlan/c1"), "status = 'draft'"));
  }
  server.put(plan("c1", "draft", with_both));
  CHECK(server.operate("/CarePlan/c1/$agree").status == 400);  // by nobody
  const auto agreed = server.operate("/CarePlan/c1/$agree", agreed_by);
  INFO(agreed.body);
  CHECK(server.is(agreed,
                  "status = 'active' and period.start.exists() and "
                  "extension.where(url.endsWith('/agreed')).extension.where(url = 'by')"
                  ".count() = 2"));
  CHECK(
      server.is(server.ask("GET", "/Goal/g1"),
                "lifecycleStatus = 'accepted' and description.text = 'I want to grow something'"));
  // Agreed again, it is agreed once.
  CHECK(server.is(server.operate("/CarePlan/c1/$agree", agreed_by),
                  "extension.where(url.endsWith('/agreed')).count() = 1"));
  server.put(plan("c2", "completed", with_both));
  CHECK(server.operate("/CarePlan/c2/$agree", agreed_by).status == 422);
}

TEST_CASE("a plan is agreed by its person and by whom the store knows, and once") {
  Person server;
  server.put(plan("c1", "draft", with_both));
  struct Row {
    std::string by;
    int status;
  };
  for (const auto& row :
       {Row{reference("by", "Patient/p2"), 422},
        Row{agreed_by + "," + reference("by", "Patient/p2"), 422},
        Row{reference("by", "Patient/nope"), 422}, Row{reference("by", "Practitioner/nope"), 422},
        Row{R"({"name":"by","valueString":"Patient/p1"})", 400}}) {
    CAPTURE(row.by);
    const auto refused = server.operate("/CarePlan/c1/$agree", row.by);
    CHECK(refused.status == row.status);
    CHECK(server.is(refused, "issue.expression = 'http.by'"));
  }
  CHECK(server.is(server.ask("GET", "/CarePlan/c1"), "status = 'draft'"));
  REQUIRE(server.operate("/CarePlan/c1/$agree", agreed_by).status == 200);
  const auto version = server.version("CarePlan/c1");
  CHECK(server.operate("/CarePlan/c1/$agree", agreed_by).status == 200);
  CHECK(server.version("CarePlan/c1") == version);
  for (const auto& other : {reference("by", "Patient/p1"),
                            agreed_by + R"(,{"name":"date","valueDateTime":"2026-01-05"})"}) {
    CAPTURE(other);
    CHECK(server.operate("/CarePlan/c1/$agree", other).status == 409);
  }
  CHECK(server.version("CarePlan/c1") == version);
}

TEST_CASE(
    "a plan is not agreed with what is somebody else's, and what it names twice counts once") {
  Person server;
  server.put(R"({"resourceType":"Goal","id":"g2","lifecycleStatus":"proposed","description":)"
             R"({"text":"To sing"},"subject":{"reference":"Patient/p2"}})");
  const std::string activity = R"(,"activity":[{"detail":{"status":"scheduled"}}])";
  server.put(plan("c1", "draft",
                  R"(,"goal":[{"reference":"Goal/g1"},{"reference":"Goal/g2"}])" + activity));
  const auto refused = server.operate("/CarePlan/c1/$agree", agreed_by);
  CHECK(refused.status == 422);
  CHECK(holds(refused, "CarePlan.goal"));
  CHECK(server.is(server.ask("GET", "/Goal/g2"), "lifecycleStatus = 'proposed'"));
  server.put(plan("c2", "draft",
                  R"(,"goal":[{"reference":"Goal/g1"},{"reference":"Goal/g1"}])" + activity));
  CHECK(server.is(server.operate("/CarePlan/c2/$agree", agreed_by), "status = 'active'"));
  CHECK(server.is(server.ask("GET", "/Goal/g1"), "lifecycleStatus = 'accepted'"));
}

TEST_CASE("a review changes goals, activities, budget and the next date together, or nothing") {
  Person server;
  server.put(plan("c1", "active", with_both));
  const auto review = [&](const std::string& parts) {
    return server.operate("/CarePlan/c1/$review", parts);
  };
  const auto achieved = goal("g1", "active", "I want to grow something",
                             R"(,"achievementStatus":{"coding":[{"code":"improving"}]})");
  const std::string next = R"({"resourceType":"ServiceRequest","status":"active","intent":"order",)"
                           R"("subject":{"reference":"Patient/p1"},"code":{"text":"advice"}})";
  const std::string budget = R"({"resourceType":"Contract","status":"executed",)"
                             R"("subject":[{"reference":"Patient/p1"}]})";
  const auto before = server.version("CarePlan/c1") + server.version("Goal/g1");
  auto other = next;
  other.replace(other.find("p1"), 2, "p2");
  struct Row {
    std::string parts;
    int status;
  };
  for (const auto& row :
       {Row{resource("goal", achieved), 400},                          // no date
        Row{R"({"name":"reviewDue","valueDate":"2020-01-01"})", 400},  // in the past
        Row{resource("goal", achieved) + "," + resource("activity", other) + "," + due, 422},
        Row{resource("goal", achieved) + "," + resource("activity", budget) + "," + due, 400},
        Row{resource("goal", achieved) + "," +
                resource("goal", R"({"resourceType":"Goal","lifecycleStatus":"colourful"})") + "," +
                due,
            422}}) {
    CAPTURE(row.parts);
    CHECK(review(row.parts).status == row.status);
    CHECK(server.version("CarePlan/c1") + server.version("Goal/g1") == before);
    CHECK(server.is(server.ask("GET", "/ServiceRequest"), "total = 1 or entry.count() = 1"));
  }
  const auto done = review(
      resource("goal", achieved) + "," + resource("goal", goal("g9", "active", "I want to cook")) +
      "," + resource("activity", next) + "," + resource("budget", budget) + "," + due);
  INFO(done.body);
  CHECK(server.is(
      done,
      "goal.count() = 2 and activity.count() = 2 and supportingInfo.count() = 1 "
      "and extension.where(url.endsWith('/review-due')).value.toString() = '2999-01-01'"));
  CHECK(server.is(server.ask("GET", "/Goal/g1"), "achievementStatus.coding.code = 'improving'"));
  CHECK(server.ask("GET", "/" + server.of(done.body, "activity[1].reference.reference")).status ==
        200);
  CHECK(server.is(server.ask("GET", "/CarePlan/c1/_history/1"), "goal.count() = 1"));
}

TEST_CASE("a plan is not agreed over its budget, unless who gives it has signed (OM-23)") {
  const auto budget = [](const std::string& agreed, const std::string& more = "") {
    const auto item = [](const std::string& code, const std::string& amount) {
      return R"({"entityCodeableConcept":{"coding":[{"system":)"
             R"("https://fingerpost.example/CodeSystem/budget","code":")" +
             code + R"("}]},"net":{"value":)" + amount + R"(,"currency":"GBP"}})";
    };
    return R"({"resourceType":"Contract","id":"b1","status":"executed","type":{"coding":[{)"
           R"("system":"https://fingerpost.example/CodeSystem/budget",)"
           R"("code":"personal-health-budget"}]},"subject":[{"reference":"Patient/p1"}],)"
           R"("authority":[{"reference":"Organization/practice"}],"term":[{"offer":{"text":"x"},)"
           R"("asset":[{"valuedItem":[)" +
           item("allocation", "600.00") + "," + item("agreed", agreed) + "]}]}]" + more + "}";
  };
  const std::string signer =
      R"(,"signer":[{"type":{"system":)"
      R"("http://terminology.hl7.org/CodeSystem/contractsignertypecodes","code":"GRANTOR"},)"
      R"("party":{"reference":"Organization/practice"},"signature":[{"type":[{"code":"1"}],)"
      R"("when":"2026-01-01T00:00:00Z","who":{"reference":"Organization/practice"}}]}])";
  struct Row {
    std::string budget;
    int status;
  };
  const auto row = GENERATE_COPY(Row{budget("600.00"), 200}, Row{budget("600.01"), 422},
                                 Row{budget("600.01", signer), 200});
  CAPTURE(row.budget);
  Person server;
  server.put(row.budget);
  server.put(plan("c1", "draft", with_both + R"(,"supportingInfo":[{"reference":"Contract/b1"}])"));
  CHECK(server.operate("/CarePlan/c1/$agree", agreed_by).status == row.status);
  server.put(plan("c2", "active", with_both));
  CHECK(server.operate("/CarePlan/c2/$review", resource("budget", row.budget) + "," + due).status ==
        row.status);
}

TEST_CASE("a review of a goal that has changed since it was read is a conflict") {
  Person server;
  server.put(plan("c1", "active", with_both));
  const auto read = server.ask("GET", "/Goal/g1").body;
  server.put(goal("g1", "active", "I want to grow something else"));
  const auto refused = server.operate("/CarePlan/c1/$review", resource("goal", read) + "," + due);
  CHECK(refused.status == 409);
  CHECK(server.is(server.ask("GET", "/CarePlan/c1"), "extension.empty()"));
}

TEST_CASE("what is another person's is not taken over by a review, nor told as an outcome") {
  Person server;
  server.put(plan("c1", "active", with_both));
  const auto observation = [](const std::string& person, const std::string& id) {
    return R"({"resourceType":"Observation",)" + id +
           R"("status":"final","code":{"text":"score"},"subject":{"reference":"Patient/)" + person +
           R"("}})";
  };
  server.put(observation("p2", R"("id":"o2",)"));
  const auto taken =
      server.operate("/CarePlan/c1/$review",
                     resource("observation", observation("p1", R"("id":"o2",)")) + "," + due);
  CHECK(taken.status == 422);
  CHECK(server.is(server.ask("GET", "/Observation/o2"), "subject.reference = 'Patient/p2'"));
  // Nor does a person who is named by a number alone make two of them one.
  server.put(R"({"resourceType":"CarePlan","id":"c2","status":"active","intent":"plan",)"
             R"("subject":{"identifier":{"system":"urn:n","value":"A"}}})");
  auto numbered = observation("p1", "");
  const std::string by_reference = R"({"reference":"Patient/p1"})";
  numbered.replace(numbered.find(by_reference), by_reference.size(),
                   R"({"identifier":{"system":"urn:n","value":"B"}})");
  for (const auto* of : {"c1", "c2"})
    CHECK(server
              .operate("/CarePlan/" + std::string(of) + "/$review",
                       resource("observation", numbered) + "," + due)
              .status == 422);
  server.put(R"({"resourceType":"Task","id":"t1","status":"accepted","intent":"order","focus":)"
             R"({"reference":"ServiceRequest/r1"},"for":{"reference":"Patient/p1"}})");
  for (const auto& outcome :
       {resource("outcome", observation("p2", "")), resource("outcome", numbered),
        reference("outcome", "Observation/o2"), reference("outcome", "Observation/none"),
        reference("outcome", server.fhir.context->base_url + "/Observation/o2")}) {
    CAPTURE(outcome);
    const auto told = server.operate("/Task/t1/$complete", outcome);
    CHECK(told.status == 422);
    CHECK(server.is(told, "issue.expression = 'Task.output'"));
  }
  for (const auto* value : {R"("valueBoolean":true)", R"("valueInteger":3)"}) {
    CAPTURE(value);
    const auto told =
        server.operate("/Task/t1/$complete", R"({"name":"outcome",)" + std::string(value) + "}");
    CHECK(told.status == 400);
    CHECK(server.is(told, "issue.expression = 'http.outcome'"));
  }
}

TEST_CASE("a request that is asked for again of the same service is two in the plan") {
  Person server;
  for (const std::string month : {"05", "09"})
    server.put(
        R"({"resourceType":"Task","id":"t)" + month +
        R"(","status":"rejected","intent":"order","focus":{"reference":"ServiceRequest/r1"},)"
        R"("for":{"reference":"Patient/p1"},"authoredOn":"2026-)" +
        month + R"(-01T09:00:00Z","statusReason":{"text":"full"}})");
  // Nor is what was revoked the same as what stands.
  server.put(R"({"resourceType":"ServiceRequest","id":"r2","status":"revoked","intent":"order",)"
             R"("subject":{"reference":"Patient/p1"},"code":{"text":"garden"}})");
  CHECK(server.is(server.ask("GET", "/Patient/p1/$care-plan"),
                  "entry.resource.ofType(Task).count() = 2 and "
                  "entry.resource.ofType(ServiceRequest).count() = 2"));
}

TEST_CASE("the plans of all sources are one, what is the same is folded, and has its timeline") {
  Person server;
  server.put(goal("g2", "proposed", "I WANT to grow something"));
  server.put(goal("g3", "active", "Walk every day", R"(,"startDate":"2026-03-01")"));
  server.put(plan("c1", "active", with_both + R"(,"created":"2026-01-05")"));
  server.put(
      plan("c2", "completed", R"(,"goal":[{"reference":"Goal/g3"}],"created":"2025-01-05")"));
  server.put(R"({"resourceType":"Goal","id":"g4","lifecycleStatus":"active","description":)"
             R"({"text":"another's"},"subject":{"reference":"Patient/p2"}})");
  const auto merged = server.ask("GET", "/Patient/p1/$care-plan");
  INFO(merged.body);
  REQUIRE(merged.status == 200);
  CHECK(server.is(merged,
                  "type = 'collection' and entry[0].resource.ofType(CarePlan).exists() and "
                  "entry[0].resource.status = 'active' and "
                  "entry[0].resource.goal.count() = 2 and "
                  "entry[0].resource.activity.count() = 1 and "
                  "entry[0].resource.supportingInfo.count() = 2"));
  // The one that stands for both, and the other.
  CHECK(server.is(merged,
                  "entry.resource.ofType(Linkage).item.count() = 2 and "
                  "entry.resource.ofType(Goal).count() = 2"));
  CHECK(server.is(merged,
                  "entry.resource.ofType(List).entry.count() = 3 and "
                  "entry.resource.ofType(List).entry[0].date.toString() = '2025-01-05' and "
                  "entry.resource.ofType(List).entry[2].item.reference = 'Goal/g3'"));
  CHECK_FALSE(holds(merged, "another's"));
  CHECK(server.ask("GET", "/Patient/none/$care-plan").status == 404);
}

TEST_CASE("a cohort has who meets the criteria now, with who joined, who left, and why") {
  Person server;
  server.put(R"({"resourceType":"Patient","id":"p3","birthDate":"1930-01-01"})");
  server.put(R"({"resourceType":"Patient","id":"p4","birthDate":"1930-01-01",)"
             R"("deceasedBoolean":true})");
  const auto query = [](const std::string& search, const std::string& more) {
    return R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expression",)"
           R"("valueExpression":{"language":"application/x-fhir-query","expression":")" +
           search + R"("}}],"valueBoolean":true,)" + more + "}";
  };
  const auto criteria = [&](const std::string& years) {
    return R"({"resourceType":"Group","id":"k","type":"person","actual":false,"name":"Over 65",)"
           R"("characteristic":[)" +
           query("Patient?birthdate=le{{today() - " + years + " years}}",
                 R"("code":{"text":"age"},"exclude":false)") +
           "," +
           query(
               "Communication?status=completed",
               R"("code":{"coding":[{"system":"https://fingerpost.example/CodeSystem/cohort-change",)"
               R"("code":"already-invited"}]},"exclude":true)") +
           "]}";
  };
  server.put(criteria("65"));
  const auto evaluate = [&] { return server.operate("/Group/k/$evaluate-cohort"); };
  const auto first = evaluate();
  INFO(first.body);
  CHECK(server.is(first,
                  "actual = true and quantity = 2 and member.count() = 2 and "
                  "member.entity.reference.combine('Patient/p1').isDistinct().not() and "
                  "member.all(extension.value = 'criteria-met' and inactive = false)"));
  const auto tag = first.field("ETag");
  CHECK(evaluate().field("ETag") == tag);  // nobody joined or left
  server.put(R"({"resourceType":"Communication","id":"i1","status":"completed",)"
             R"("subject":{"reference":"Patient/p3"}})");
  const auto second = evaluate();
  INFO(second.body);
  CHECK(server.is(second,
                  "quantity = 1 and member.count() = 2 and "
                  "member.where(inactive = true).entity.reference = 'Patient/p3' and "
                  "member.where(inactive = true).extension.value = 'already-invited' and "
                  "member.where(inactive = true).period.end.exists()"));
  server.put(criteria("30"));
  CHECK(server.is(evaluate(),
                  "quantity = 2 and member.where(entity.reference = 'Patient/p2')"
                  ".extension.value = 'criteria-changed'"));
  server.put(R"({"resourceType":"Group","id":"w","type":"person","actual":false,)"
             R"("characteristic":[{"code":{"text":"kind"},"valueBoolean":true,"exclude":false}]})");
  CHECK(server.operate("/Group/w/$evaluate-cohort").status == 422);
}

TEST_CASE("a criterion finds whom its resources are about, however they say it") {
  Person server;
  server.put(R"({"resourceType":"Patient","id":"p3"})");
  const auto condition = [](const std::string& id, const std::string& more) {
    return R"({"resourceType":"Condition","id":")" + id + R"(","code":{"text":"x"},)" + more + "}";
  };
  struct Row {
    std::string more;
    const char* about;  // "": nobody
  };
  for (const auto& row :
       {Row{R"("subject":{"reference":"Patient/p1"})", "Patient/p1"},
        Row{R"("subject":{"type":"Patient","reference":"Patient/p2"})", "Patient/p2"},
        Row{R"("subject":{"reference":"Patient/p2/_history/1"})", "Patient/p2"},
        Row{R"("contained":[{"resourceType":"Observation","id":"o","status":"final","code":)"
            R"({"text":"x"},"subject":{"reference":"Patient/p3"}}],"evidence":[{"detail":)"
            R"([{"reference":"#o"}]}],"subject":{"reference":"Patient/p1"})",
            "Patient/p1"},
        Row{R"("subject":{"display":"\"subject\":{\"reference\":\"Patient/p1\"}"})", ""}}) {
    CAPTURE(row.more);
    server.put(condition("k1", row.more));
    server.put(
        R"({"resourceType":"Group","id":"k","type":"person","actual":false,"characteristic":[)"
        R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/cqf-expression",)"
        R"("valueExpression":{"language":"application/x-fhir-query","expression":)"
        R"("Condition?_id=k1"}}],"code":{"text":"has one"},"valueBoolean":true,"exclude":false}]})");
    const auto found = server.operate("/Group/k/$evaluate-cohort");
    INFO(found.body);
    REQUIRE(found.status < 300);
    CHECK(server.of(found.body, "member.where(inactive = false).entity.reference") == row.about);
  }
}

TEST_CASE("a directory's services are stored, and stay the same when it comes again") {
  Server server;
  const auto import = [&](const std::string& json) {
    return server.operate("/HealthcareService/$import-directory",
                          R"({"name":"feed","valueUrl":"https://directory.example/services"},)"
                          R"({"name":"content","resource":{"resourceType":"Binary","contentType":)"
                          R"("application/json","data":")" +
                              to_base64(json, Base64::plain) + R"("}})");
  };
  const std::string garden =
      R"({"id":"s1","name":"Gardening","status":"active","organization":{"id":"o1","name":"Trust"}})";
  const auto first = import("[" + garden + R"(,{"name":"nameless"}])");
  INFO(first.body);
  CHECK(first.status == 200);
  CHECK(server.is(first, "issue.where(severity = 'warning').exists()"));
  auto renamed = garden;
  renamed.replace(renamed.find("Gardening"), 9, "Growing");
  CHECK(import(renamed).status == 200);
  const auto found = server.ask("GET", "/HealthcareService?_total=accurate");
  CHECK(server.is(found,
                  "total = 1 and entry.resource.name = 'Growing' and "
                  "entry.resource.meta.versionId = '2'"));
  CHECK(server.is(server.ask("GET", "/Organization?_total=accurate"),
                  "total = 1 and entry.resource.meta.versionId = '1'"));
  CHECK(import("7").status == 400);
  CHECK(server.operate("/HealthcareService/$import-directory").status == 400);
}
