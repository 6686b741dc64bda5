// Parts of the operating model as they are played by those who meet in them, each client for its
// own organisation.

#include "support/care_server.h"

#include <string>

using namespace fingerpost;
using test::holds;
using test::RawResponse;
using Base = test::CareServer;

namespace {

const std::string structure = "https://fingerpost.example/StructureDefinition/";
const std::string merge_patch = "Content-Type: application/merge-patch+json\r\n";

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}

// A surgery, the practice of a person, that is told over FHIR; the garden with two link workers;
// and the agencies that refer to it.
struct Town : Base {
  Town()
      : Base({client("practice", "PRAC1"), client("garden", "GARDEN"),
              client("surgery", "ADVICE")}) {
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}, {"surgery", "ADVICE"}});
    put(R"({"resourceType":"Patient","id":"p1","birthDate":"1940-01-01","generalPractitioner":)"
        R"([{"reference":"Organization/surgery"}]})");
    for (const auto* worker : {"ann", "ben"})
      put(std::string(R"({"resourceType":"PractitionerRole","id":")") + worker +
          R"(","active":true,"organization":{"reference":"Organization/garden"}})");
  }
  void request(const std::string& id, const std::string& more,
               const std::string& asked_by = "Organization/practice") {
    put(R"({"resourceType":"ServiceRequest","id":")" + id +
        R"(","status":"active","intent":"order","category":[{"coding":[{"system":)"
        R"("https://fingerpost.example/CodeSystem/referral-category","code":"social-prescribing"}]}],)"
        R"("code":{"coding":[{"system":"urn:needs","code":")" +
        id + R"("}]},"subject":{"reference":"Patient/p1"},"requester":{"reference":")" + asked_by +
        "\"}" + more + "}");
  }
  RawResponse refer(const std::string& who, const std::string& id, const std::string& owner,
                    const std::string& more = "") {
    return as(
        who, "POST", "/ServiceRequest/" + id + "/$refer",
        R"({"resourceType":"Parameters","parameter":[)" + reference("owner", owner) + more + "]}");
  }
  RawResponse as(const std::string& who, const std::string& method, const std::string& url,
                 const std::string& body = "", const std::string& fields = "") {
    base = "/" + who;
    auto answer = ask(method, url, body, fields);
    base = "/fhir";
    return answer;
  }
  RawResponse patch(const std::string& who, const std::string& url, const std::string& body) {
    return as(who, "PATCH", url, body, merge_patch);
  }
  std::string count(const std::string& search) {
    return of(ask("GET", search + "&_summary=count").body, "total.toString()");
  }
};

std::string choice(const std::string& parts) {
  return R"(,"meta":{"profile":[")" + structure +
         R"(social-prescribing-referral"]},"extension":[)" +
         (parts.empty()
              ? R"({"url":"urn:other","valueString":"x"})"
              : R"({"url":")" + structure + R"(choice-offer","extension":[)" + parts + "]}") +
         "]";
}
std::string assured(const std::string& level) {
  return R"(,"extension":[{"url":")" + structure + R"(identity-assurance","valueCode":")" + level +
         R"("}])";
}

}  // namespace

TEST_CASE("OM-16 choice is offered before an order is sent, and who chose whom is kept") {
  Town town;
  town.request("r1", choice(""));
  const auto early = town.refer("practice", "r1", "Organization/garden");
  CHECK(early.status == 422);
  CHECK(holds(early, "choice of providers"));
  // By plain REST it is the same.
  const auto task =
      R"({"resourceType":"Task","id":"t1","status":"requested","intent":"order","focus":)"
      R"({"reference":"ServiceRequest/r1"},"for":{"reference":"Patient/p1"},"requester":)"
      R"({"reference":"Organization/practice"},"owner":{"reference":"Organization/garden"}})";
  CHECK(town.as("practice", "PUT", "/Task/t1", task).status == 422);
  CHECK(town.count("/Task?focus=ServiceRequest/r1") == "0");

  town.request(
      "r1", choice(R"({"url":"offer","valueCode":"offered"},{"url":"by","valueReference":)"
                   R"({"reference":"PractitionerRole/ann"}},{"url":"considered","valueReference":)"
                   R"({"reference":"Organization/garden"}},{"url":"considered","valueReference":)"
                   R"({"reference":"Organization/surgery"}})"));
  const auto sent = town.refer("practice", "r1", "Organization/garden");
  INFO(sent.body);
  CHECK(town.is(sent,
                "status = 'requested' and owner.reference = 'Organization/garden' and "
                "requester.reference = 'Organization/practice'"));
  // Or why it was not.
  town.request("r2", choice(R"({"url":"offer","valueCode":"urgent"})"));
  CHECK(town.refer("practice", "r2", "Organization/garden").status == 201);
}

TEST_CASE("OM-21 any agency refers, and what it knows of the person decides what the record gets") {
  struct Row {
    const char* level;  // "": nothing is said of it
    bool told;
  };
  const auto row = GENERATE(Row{"", true}, Row{"verified", true}, Row{"professional", false},
                            Row{"self", false}, Row{"unknown", false});
  CAPTURE(row.level);
  Town town;
  const bool said = *row.level != '\0';
  // Who asks is the person; the garden takes it in, since nobody else speaks for her.
  town.request("r1", said ? assured(row.level) : "", "Patient/p1");
  const auto received =
      R"({"resourceType":"Task","id":"t1","status":"received","intent":"order","focus":)"
      R"({"reference":"ServiceRequest/r1"},"for":{"reference":"Patient/p1"},"requester":)"
      R"({"reference":"Patient/p1"},"owner":{"reference":"Organization/garden"}})";
  CHECK(town.as("surgery", "PUT", "/Task/t1", received).status == 403);
  REQUIRE(town.as("garden", "PUT", "/Task/t1", received).status == 201);
  for (const auto* status : {"accepted", "in-progress"})
    REQUIRE(
        town.patch("garden", "/Task/t1", std::string(R"({"status":")") + status + "\"}").status ==
        200);
  const std::string facts = "/Procedure?patient=Patient/p1";
  const auto lane = [&] {
    int rows = 0;
    for (const auto& one : town.outbox()) rows += one.lane == "advice" ? 1 : 0;
    return rows;
  };
  CHECK(town.count(facts) == (row.told ? "1" : "0"));
  CHECK(lane() == (row.told ? 1 : 0));
  // Once she is traced, what is done from then on counts, and no more than once.
  REQUIRE(town.patch("garden", "/ServiceRequest/r1",
                     R"({"extension":[{"url":")" + structure +
                         R"(identity-assurance","valueCode":"verified"}]})")
              .status == 200);
  REQUIRE(town.patch("garden", "/Task/t1",
                     R"({"status":"completed","output":[{"type":{"text":"outcome"},"valueString":)"
                     R"("comes every week"}]})")
              .status == 200);
  CHECK(town.count(facts) == "1");
  CHECK(lane() == 1);
}

TEST_CASE("OM-21 the same need is not asked for twice, whichever agency asks") {
  Town town;
  town.request("r1", "");
  REQUIRE(town.refer("practice", "r1", "Organization/garden").status == 201);
  town.put(R"({"resourceType":"ServiceRequest","id":"r2","status":"active","intent":"order",)"
           R"("code":{"coding":[{"system":"urn:needs","code":"r1"}]},"subject":{"reference":)"
           R"("Patient/p1"},"requester":{"reference":"Organization/surgery"}})");
  const auto again = town.refer("surgery", "r2", "Organization/garden");
  CHECK(again.status == 409);
  CHECK(holds(again, "the same was asked for before"));
}

TEST_CASE("OM-25 a link worker who is away hands her caseload on, and nobody waits anew") {
  Town town;
  std::vector<std::string> tasks;
  for (const auto* id : {"r1", "r2", "r3"}) {
    town.request(id, "");
    const auto sent = town.refer("practice", id, "PractitionerRole/ann");
    INFO(sent.body);
    REQUIRE(sent.status == 201);
    tasks.push_back(town.of(sent.body, "id"));
  }
  REQUIRE(town.patch("garden", "/Task/" + tasks[2], R"({"status":"accepted"})").status == 200);
  const auto caseload = [&](const std::string& worker) {
    return town.count("/Task?owner=PractitionerRole/" + worker +
                      "&status=requested,received,accepted,in-progress,on-hold");
  };
  CHECK(caseload("ann") == "3");
  const auto hand_on = [&](const std::string& who) {
    std::string entries;
    for (const auto& id : tasks) {
      auto body = town.ask("GET", "/Task/" + id).body;
      const std::string was = "PractitionerRole/ann";
      body.replace(body.find(was), was.size(), "PractitionerRole/ben");
      entries += (entries.empty() ? "" : ",") + std::string(R"({"resource":)") + body +
                 R"(,"request":{"method":"PUT","url":"Task/)" + id + R"("}})";
    }
    return town
        .as(who, "POST", "",
            R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}")
        .status;
  };
  CHECK(hand_on("surgery") == 403);
  CHECK(caseload("ben") == "0");
  CHECK(hand_on("garden") == 200);
  CHECK(caseload("ann") == "0");
  CHECK(caseload("ben") == "3");
  // The longest waiting comes first; how each stands, and that it is accepted, has stayed.
  const auto waiting = town.ask(
      "GET", "/Task?owner=PractitionerRole/ben&status=requested,received&_sort=authored-on");
  CHECK(town.is(waiting,
                "total = 2 and entry[0].resource.authoredOn <= "
                "entry[1].resource.authoredOn"));
  CHECK(town.is(town.ask("GET", "/Task/" + tasks[2]), "status = 'accepted'"));
  const auto where = town.as("practice", "GET", "/ServiceRequest/r1/$where-is-it");
  CHECK(town.is(where,
                "parameter.where(name = 'referral').part.where(name = 'owner').value.reference = "
                "'PractitionerRole/ben' and parameter.where(name = 'referral').part.where(name = "
                "'since').exists()"));
}

TEST_CASE("OM-19 the clinical and the social plan are one, and each is changed by its own") {
  Town town;
  const auto plan = [](const std::string& id, const std::string& author, const std::string& more) {
    return R"({"resourceType":"CarePlan","id":")" + id +
           R"(","status":"active","intent":"plan","title":")" + id +
           R"(","subject":{"reference":"Patient/p1"},"author":{"reference":"Organization/)" +
           author + "\"}" + more + "}";
  };
  const std::string of_whole = R"(,"partOf":[{"reference":"CarePlan/whole"}])";
  town.put(plan("whole", "surgery", ""));
  town.put(plan("clinical", "surgery",
                of_whole + R"(,"activity":[{"detail":{"status":"scheduled","description":)"
                           R"("Blood pressure each week"}}])"));
  town.request("r1", "");
  town.put(plan("social", "garden",
                of_whole + R"(,"activity":[{"reference":{"reference":"ServiceRequest/r1"}}])"));
  for (const auto* who : {"garden", "surgery"}) {
    const auto whole = town.as(who, "GET", "/Patient/p1/$care-plan");
    INFO(whole.body.substr(0, 3'000));
    CHECK(holds(whole, "Blood pressure each week"));
    CHECK(holds(whole, "ServiceRequest/r1"));
  }
  struct Row {
    const char* who;
    const char* plan;
    int status;
  };
  for (const auto& row :
       {Row{"garden", "clinical", 403}, Row{"garden", "whole", 403}, Row{"garden", "social", 200},
        Row{"surgery", "clinical", 200}, Row{"practice", "social", 403}}) {
    INFO(row.who << " " << row.plan);
    CHECK(town.patch(row.who, std::string("/CarePlan/") + row.plan, R"({"description":"seen"})")
              .status == row.status);
  }
}
