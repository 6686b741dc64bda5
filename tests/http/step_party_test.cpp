// Each step of a referral is taken by its own party: by whom a client speaks for, on every road.

#include "support/care_server.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace fingerpost;
using test::holds;
using test::RawResponse;
using Base = test::CareServer;

namespace {

constexpr const char* merge_type = "Content-Type: application/merge-patch+json\r\n";

std::string reference(const std::string& name, const std::string& to) {
  return R"({"name":")" + name + R"(","valueReference":{"reference":")" + to + R"("}})";
}

// A practice, the garden that it asks, others, and clients of each.
struct Parties : Base {
  Parties()
      : Base({client("practice", "PRAC1"), client("garden", "GARDEN"), client("advice", "ADVICE"),
              client("hub", "HUB1", {"garden"}), client("stranger", "NOBODY1"),
              client("unnamed", "")}) {
    put(R"({"resourceType":"Patient","id":"p1","name":[{"family":"Testperson"}]})");
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}, {"advice", "ADVICE"}});
    put(R"({"resourceType":"PractitionerRole","id":"worker","organization":)"
        R"({"reference":"Organization/garden"}})");
    put(R"({"resourceType":"HealthcareService","id":"plots","providedBy":)"
        R"({"reference":"Organization/garden"}})");
  }
  RawResponse by(const std::string& who, const std::function<RawResponse()>& asking) {
    base = "/" + who;
    auto answer = asking();
    base = "/fhir";
    return answer;
  }
  RawResponse patch(const std::string& who, const std::string& url, const std::string& body,
                    const std::string& fields = "") {
    return by(who, [&] { return ask("PATCH", url, body, fields + merge_type); });
  }
  void request(const std::string& id, const std::string& more = "") {
    put(R"({"resourceType":"ServiceRequest","id":")" + id +
        R"(","status":"active","intent":"order","subject":{"reference":"Patient/p1"},)"
        R"("requester":{"reference":"Organization/practice"})" +
        more + "}");
  }
  static std::string task(const std::string& id, const std::string& status,
                          const std::string& owner = "Organization/garden",
                          const std::string& requester = "Organization/practice") {
    return R"({"resourceType":"Task","id":")" + id + R"(","status":")" + status +
           R"(","intent":"order","focus":{"reference":"ServiceRequest/r-)" + id +
           R"("},"for":{"reference":"Patient/p1"},"requester":{"reference":")" + requester +
           R"("})" + (owner.empty() ? "" : R"(,"owner":{"reference":")" + owner + R"("})") + "}";
  }
  // A referral that stands so, whoever made it.
  void refer(const std::string& id, const std::string& status,
             const std::string& owner = "Organization/garden", const std::string& more = "") {
    request("r-" + id, more);
    put(task(id, status, owner));
  }
};

// A step as its Task is changed, `members` beside its status; and by an operation where there is
// one.
struct Step {
  const char* name;
  const char* from;
  const char* to;
  const char* members;
  const char* operation;   // "" for none
  const char* parameters;  // of it
  const char* party;       // whose it is
};
constexpr const char* full = R"("statusReason":{"text":"full"})";
constexpr const char* full_parameter = R"({"name":"reason","valueString":"full"})";
const Step steps[] = {
    {"acknowledge", "requested", "received", "", "", "", "owner"},
    {"accept", "requested", "accepted", "", "$accept", "", "owner"},
    {"reject", "requested", "rejected", full, "$reject", full_parameter, "owner"},
    {"start", "accepted", "in-progress", "", "", "", "owner"},
    {"hold", "accepted", "on-hold", full, "", "", "owner"},
    {"complete", "accepted", "completed",
     R"("output":[{"type":{"text":"outcome"},"valueString":"went well"}])", "$complete",
     R"({"name":"outcome","valueString":"went well"})", "owner"},
    {"fail", "accepted", "failed", full, "", "", "owner"},
    {"ask-cancel", "requested", "requested",
     R"("statusReason":{"text":"full"},"businessStatus":{"coding":[{"system":)"
     R"("https://fingerpost.example/CodeSystem/referral-business-status",)"
     R"("code":"cancel-requested"}]})",
     "$cancel", full_parameter, "requester"},
    {"mark-wrong", "requested", "entered-in-error", "", "", "", "requester"},
    {"note", "accepted", "accepted", R"("note":[{"text":"rang twice"}])", "", "", "either"},
};

struct Who {
  const char* client;
  bool requester;
  bool owner;
};
const Who everybody[] = {{"practice", true, false},  {"garden", false, true},
                         {"hub", false, true},       {"advice", false, false},
                         {"stranger", false, false}, {"unnamed", false, false},
                         {"fhir", true, true}};

using Road = RawResponse (*)(Parties&, const Step&, const std::string& who, const std::string& id);

std::string changed(Parties& server, const Step& step, const std::string& id) {
  auto body = server.ask("GET", "/Task/" + id).body;
  const std::string was = std::string(R"("status":")") + step.from + '"';
  const auto at = body.find(was);
  REQUIRE(at != std::string::npos);
  body.replace(at, was.size(), std::string(R"("status":")") + step.to + '"');
  if (*step.members != '\0') body.insert(body.rfind('}'), std::string(",") + step.members);
  return body;
}

RawResponse by_put(Parties& server, const Step& step, const std::string& who,
                   const std::string& id) {
  const auto body = changed(server, step, id);
  return server.by(who, [&] { return server.ask("PUT", "/Task/" + id, body); });
}
RawResponse by_patch(Parties& server, const Step& step, const std::string& who,
                     const std::string& id) {
  const std::string more = *step.members == '\0' ? "" : std::string(",") + step.members;
  return server.patch(who, "/Task/" + id,
                      std::string(R"({"status":")") + step.to + "\"" + more + "}");
}
RawResponse by_transaction(Parties& server, const Step& step, const std::string& who,
                           const std::string& id) {
  const auto body = R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
                    changed(server, step, id) + R"(,"request":{"method":"PUT","url":"Task/)" + id +
                    R"("}}]})";
  return server.by(who, [&] { return server.ask("POST", "", body); });
}
RawResponse by_operation(Parties& server, const Step& step, const std::string& who,
                         const std::string& id) {
  return server.by(
      who, [&] { return server.operate("/Task/" + id + "/" + step.operation, step.parameters); });
}
struct NamedRoad {
  const char* name;
  Road take;
};
const NamedRoad roads[] = {{"put", by_put},
                           {"patch", by_patch},
                           {"transaction", by_transaction},
                           {"operation", by_operation}};

}  // namespace

TEST_CASE("a step of a referral is taken by its own party alone, on every road") {
  Parties server;
  int made = 0;
  for (const auto& step : steps) {
    for (const auto& road : roads) {
      if (road.take == by_operation && *step.operation == '\0') continue;
      for (const auto& who : everybody) {
        const std::string party = step.party;
        const bool may = (who.requester && party != "owner") || (who.owner && party != "requester");
        const auto id = "t" + std::to_string(++made);
        server.refer(id, step.from);
        const auto answer = road.take(server, step, who.client, id);
        INFO(step.name << " by " << who.client << " by " << road.name << ": " << answer.body);
        CHECK(answer.status == (may ? 200 : 403));
        const auto stands = server.ask("GET", "/Task/" + id);
        if (may) continue;
        CHECK(server.is(stands, std::string("status = '") + step.from + "' and note.empty()"));
        CHECK(server.is(answer, "issue.code = 'forbidden'"));
        // Whose it is, and nothing of the person.
        CHECK(holds(answer, party == "either" ? "the requester or the owner" : "the " + party));
        CHECK_FALSE(holds(answer, "Testperson"));
      }
    }
  }
}

TEST_CASE("a referral is written first by the party whose word its status is") {
  struct Row {
    const char* status;
    const char* who;
    bool may;
  };
  const auto row =
      GENERATE(Row{"requested", "practice", true}, Row{"requested", "garden", false},
               Row{"requested", "advice", false}, Row{"draft", "practice", true},
               Row{"draft", "garden", false}, Row{"accepted", "garden", true},
               Row{"accepted", "practice", false}, Row{"accepted", "hub", true},
               Row{"accepted", "stranger", false}, Row{"in-progress", "practice", false},
               Row{"requested", "fhir", true}, Row{"accepted", "fhir", true});
  CAPTURE(row.status, row.who);
  Parties server;
  server.request("r-t", R"(,"performer":[{"reference":"HealthcareService/plots"}])");
  const auto answer = server.by(
      row.who, [&] { return server.ask("PUT", "/Task/t", Parties::task("t", row.status)); });
  INFO(answer.body);
  CHECK(answer.status == (row.may ? 201 : 403));
  if (!row.may) CHECK(server.ask("GET", "/Task/t").status == 404);
}

TEST_CASE("who a party is is what is known here: a role's organisation, a service's, nobody's") {
  struct Row {
    const char* owner;
    int garden, advice;
  };
  const auto row =
      GENERATE(Row{"PractitionerRole/worker", 200, 403}, Row{"HealthcareService/plots", 200, 403},
               Row{"Organization/garden", 200, 403});
  CAPTURE(row.owner);
  Parties server;
  server.refer("t", "requested", row.owner);
  const auto accept = [&](const std::string& who) {
    return server.patch(who, "/Task/t", R"({"status":"accepted"})").status;
  };
  CHECK(accept("advice") == row.advice);
  CHECK(accept("garden") == row.garden);
}

TEST_CASE("a party that leads to nothing known is nobody's") {
  Parties server;
  server.put(R"({"resourceType":"Practitioner","id":"doctor"})");
  server.request("r-t");
  const auto task = Parties::task("t", "requested", "Organization/garden", "Practitioner/doctor");
  for (const auto* who : {"practice", "garden", "advice"})
    CHECK(server.by(who, [&] { return server.ask("PUT", "/Task/t", task); }).status == 403);
  server.put(task);
  CHECK(server.patch("practice", "/Task/t", R"({"status":"entered-in-error"})").status == 403);
  CHECK(server.patch("garden", "/Task/t", R"({"status":"accepted"})").status == 200);
}

TEST_CASE("an entry that is stored is made nobody's own, and a step is not stolen in two writes") {
  Parties server;
  server.refer("t", "requested", "PractitionerRole/worker");
  server.put(R"({"resourceType":"Organization","id":"unknown","name":"Somebody"})");
  const auto organization = [](const std::string& id, const std::string& code) {
    return R"({"resourceType":"Organization","id":")" + id +
           R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
           code + R"("}]})";
  };
  const auto led = [](const std::string& type, const std::string& id, const std::string& element,
                      const std::string& to) {
    return R"({"resourceType":")" + type + R"(","id":")" + id + R"(",")" + element +
           R"(":{"reference":"Organization/)" + to + R"("}})";
  };
  struct Row {
    const char* who;
    std::string entry;
    int status;
  };
  const std::vector<Row> rows = {
      {"advice", organization("garden", "ADVICE"), 403},
      {"advice", organization("unknown", "ADVICE"), 403},
      {"advice", led("PractitionerRole", "worker", "organization", "advice"), 403},
      {"advice", led("HealthcareService", "plots", "providedBy", "advice"), 403},
      {"advice", organization("branch", "ADVICE"), 201},    // a new one is
      {"practice", organization("garden", "GARDEN"), 200},  // as a delivery brings it along
      {"garden", led("PractitionerRole", "worker", "organization", "garden"), 200},
      {"fhir", organization("unknown", "ADVICE"), 200}};
  for (const auto& row : rows) {
    const auto place = "/" + Base::type_of(row.entry) + "/" + Base::of(row.entry, "id");
    const auto answer = server.by(row.who, [&] { return server.ask("PUT", place, row.entry); });
    INFO(row.who << " " << row.entry << " " << answer.body);
    CHECK(answer.status == row.status);
  }
  CHECK(server.patch("advice", "/Task/t", R"({"status":"accepted"})").status == 403);
  CHECK(server.patch("garden", "/Task/t", R"({"status":"accepted"})").status == 200);
}

TEST_CASE("$refer and the person's plan are their own parties'") {
  Parties server;
  server.request("r1");
  const auto refer = [&](const std::string& who) {
    return server.by(who, [&] {
      return server.operate("/ServiceRequest/r1/$refer", reference("owner", "Organization/garden"));
    });
  };
  for (const auto* who : {"garden", "advice", "unnamed"}) CHECK(refer(who).status == 403);
  const auto referred = refer("practice");
  INFO(referred.body);
  CHECK(referred.status == 201);

  server.put(R"({"resourceType":"Goal","id":"g1","lifecycleStatus":"proposed","description":)"
             R"({"text":"walk"},"subject":{"reference":"Patient/p1"}})");
  server.put(
      R"({"resourceType":"CarePlan","id":"c1","status":"draft","intent":"plan","subject":)"
      R"({"reference":"Patient/p1"},"author":{"reference":"Organization/practice"},"goal":)"
      R"([{"reference":"Goal/g1"}],"activity":[{"reference":{"reference":"ServiceRequest/r1"}}]})");
  const auto agree = [&](const std::string& who) {
    return server.by(
        who, [&] { return server.operate("/CarePlan/c1/$agree", reference("by", "Patient/p1")); });
  };
  for (const auto* who : {"garden", "advice", "unnamed"}) CHECK(agree(who).status == 403);
  CHECK(server.is(server.ask("GET", "/CarePlan/c1"), "status = 'draft'"));
  CHECK(agree("practice").status == 200);
  const auto put_down = R"({"status":"revoked"})";
  CHECK(server.patch("garden", "/CarePlan/c1", put_down).status == 403);
  CHECK(server.patch("practice", "/CarePlan/c1", put_down).status == 200);
}

TEST_CASE("a referral that nobody owns is claimed by whom its request, and it, let") {
  struct Row {
    const char* performer;  // of the request
    const char* task;       // of the Task
    const char* owner;      // of the claim
    const char* who;
    int status;
  };
  constexpr const char* kind =
      R"("performerType":[{"coding":[{"system":"urn:kinds","code":"link-worker"}]}])";
  const auto row =
      GENERATE(Row{"", "", "Organization/garden", "garden", 200},
               Row{"", "", "Organization/advice", "advice", 200},
               Row{"", "", "Organization/garden", "advice", 403},    // for somebody else
               Row{"", "", "Organization/garden", "practice", 403},  // accepts for the service
               Row{"HealthcareService/plots", "", "Organization/garden", "garden", 200},
               Row{"HealthcareService/plots", "", "PractitionerRole/worker", "hub", 200},
               Row{"HealthcareService/plots", "", "Organization/advice", "advice", 403},
               Row{"Patient/p1", "", "Organization/advice", "advice", 200},
               Row{"", R"("restriction":{"recipient":[{"reference":"Organization/garden"}]})",
                   "Organization/advice", "advice", 403},
               Row{"", R"("restriction":{"recipient":[{"reference":"Organization/garden"}]})",
                   "Organization/garden", "garden", 200},
               Row{"", kind, "PractitionerRole/adviser", "advice", 403},
               Row{"", kind, "PractitionerRole/linkworker", "advice", 200},
               Row{"", kind, "Organization/advice", "advice", 200});
  CAPTURE(row.performer, row.task, row.owner, row.who);
  Parties server;
  for (const auto* one : {"adviser", "linkworker"})
    server.put(std::string(R"({"resourceType":"PractitionerRole","id":")") + one +
               R"(","organization":{"reference":"Organization/advice"},"code":[{"coding":[{)" +
               R"("system":"urn:kinds","code":")" +
               (std::string(one) == "adviser" ? "adviser" : "link-worker") + R"("}]}]})");
  server.request("r-t", *row.performer == '\0' ? ""
                                               : std::string(R"(,"performer":[{"reference":")") +
                                                     row.performer + R"("}])");
  auto task = Parties::task("t", "requested", "");
  if (*row.task != '\0') task.insert(task.rfind('}'), std::string(",") + row.task);
  server.put(task);
  const auto claim =
      std::string(R"({"status":"accepted","owner":{"reference":")") + row.owner + R"("}})";
  const auto answer = server.patch(row.who, "/Task/t", claim, "If-Match: W/\"1\"\r\n");
  INFO(answer.body);
  CHECK(answer.status == row.status);
  // By operation it is the same.
  if (row.status == 200) return;
  const auto operated = server.by(
      row.who, [&] { return server.operate("/Task/t/$accept", reference("owner", row.owner)); });
  CHECK(operated.status == row.status);
}

TEST_CASE("a request is referred by whoever asked, or was asked by name, and is sent to no other") {
  struct Row {
    const char* who;
    const char* organization;  // who it says asks, and who is to have it
    const char* owner;
    const char* performer;
    int status;
  };
  const auto row =
      GENERATE(Row{"advice", "advice", "advice", "", 403},
               Row{"advice", "advice", "garden", "", 403}, Row{"hub", "garden", "garden", "", 403},
               Row{"hub", "garden", "garden", "Organization/garden", 201},
               Row{"practice", "practice", "advice", "Organization/garden", 201});
  CAPTURE(row.who, row.organization, row.owner, row.performer);
  Parties server;
  server.request("r-t", *row.performer == '\0' ? ""
                                               : std::string(R"(,"performer":[{"reference":")") +
                                                     row.performer + R"("}])");
  const std::string of = "Organization/";
  const auto task = Parties::task("t", "requested", of + row.owner, of + row.organization);
  const auto answer = server.by(row.who, [&] { return server.ask("PUT", "/Task/t", task); });
  INFO(answer.body);
  CHECK(answer.status == row.status);
  CHECK(server.outbox().size() == (row.status == 201 ? 1 : 0));
  // By operation it is the same.
  if (row.status == 201) return;
  const auto operated = server.by(row.who, [&] {
    return server.operate(
        "/ServiceRequest/r-t/$refer",
        reference("owner", of + row.owner) + "," + reference("requester", of + row.organization));
  });
  CHECK(operated.status == 403);
  // Nor is it by a draft that was about another one.
  server.put(
      R"({"resourceType":"ServiceRequest","id":"own","status":"active","intent":"order","subject":)"
      R"({"reference":"Patient/p1"},"requester":{"reference":")" +
      of + row.organization + R"("}})");
  auto draft = Parties::task("d", "draft", of + row.owner, of + row.organization);
  draft.replace(draft.find("r-d"), 3, "own");
  REQUIRE(server.by(row.who, [&] { return server.ask("PUT", "/Task/d", draft); }).status == 201);
  CHECK(server
            .patch(row.who, "/Task/d",
                   R"({"status":"requested","focus":{"reference":"ServiceRequest/r-t"}})")
            .status == 403);
}

TEST_CASE("what was asked, and planned, is deleted by those whose it is") {
  Parties server;
  server.refer("t", "rejected");
  server.put(R"({"resourceType":"CarePlan","id":"c1","status":"draft","intent":"plan","subject":)"
             R"({"reference":"Patient/p1"},"author":{"reference":"Organization/practice"}})");
  const auto remove = [&](const std::string& who, const std::string& url) {
    return server.by(who, [&] { return server.ask("DELETE", url); }).status;
  };
  for (const auto* who : {"advice", "stranger", "unnamed"}) CHECK(remove(who, "/Task/t") == 403);
  for (const auto* who : {"advice", "garden", "unnamed"}) CHECK(remove(who, "/CarePlan/c1") == 403);
  CHECK(remove("garden", "/Task/t") == 204);
  CHECK(remove("practice", "/CarePlan/c1") == 204);
}

TEST_CASE("who has a referral gives it to nobody else, and makes it nobody else's") {
  Parties server;
  server.refer("t", "requested");
  const auto to = [](const std::string& element, const std::string& where) {
    return R"({")" + element + R"(":{"reference":")" + where + R"("}})";
  };
  CHECK(server.patch("garden", "/Task/t", to("owner", "Organization/advice")).status == 403);
  CHECK(server.patch("garden", "/Task/t", to("requester", "Organization/garden")).status != 200);
  CHECK(server.patch("garden", "/Task/t", to("owner", "PractitionerRole/worker")).status == 200);
  CHECK(server.patch("advice", "/Task/t", to("owner", "Organization/advice")).status == 403);
  CHECK(server.patch("practice", "/Task/t", to("owner", "Organization/advice")).status == 200);
  CHECK(server.patch("garden", "/Task/t", R"({"status":"accepted"})").status == 403);
  CHECK(server.patch("advice", "/Task/t", R"({"status":"accepted"})").status == 200);
}

TEST_CASE("a client says of nobody's step but its own whose word it is") {
  Parties server;
  server.refer("t", "requested");
  const auto says = [](const std::string& who) {
    return R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-11-22T10:00:00Z",)"
           R"("agent":[{"who":{"reference":"Organization/)" +
           who + "\"}}]}\r\n";
  };
  const std::string accepted = R"({"status":"accepted"})";
  CHECK(server.patch("practice", "/Task/t", accepted, says("garden")).status == 403);
  CHECK(server.patch("garden", "/Task/t", accepted, says("practice")).status == 403);
  CHECK(server.patch("garden", "/Task/t", accepted, says("garden")).status == 200);
}

TEST_CASE("a Task that asks after a referral is closed by whoever asked, and not by the service") {
  Parties server;
  server.refer("t", "accepted");
  server.put(
      R"({"resourceType":"Task","id":"chase","meta":{"profile":[)"
      R"("https://fingerpost.example/StructureDefinition/stage-task"]},"status":"requested",)"
      R"("intent":"order","code":{"coding":[{"system":)"
      R"("https://fingerpost.example/CodeSystem/personalised-care-task","code":"chase-response"}]},)"
      R"("focus":{"reference":"Task/t"},"for":{"reference":"Patient/p1"},"owner":)"
      R"({"reference":"Organization/practice"}})");
  const std::string done = R"({"status":"completed"})";
  for (const auto* who : {"garden", "advice", "hub", "unnamed"})
    CHECK(server.patch(who, "/Task/chase", done).status == 403);
  CHECK(server.is(server.ask("GET", "/Task/chase"), "status = 'requested'"));
  CHECK(server.patch("practice", "/Task/chase", done).status == 200);
}

TEST_CASE("the request of an open referral is changed by whoever asked or has it") {
  Parties server;
  server.refer("t", "accepted");
  const auto patch = [&](const std::string& who, const std::string& body) {
    return server.patch(who, "/ServiceRequest/r-t", body).status;
  };
  const std::string note = R"({"patientInstruction":"come as you are"})";
  const std::string held = R"({"status":"on-hold"})";
  for (const auto* who : {"advice", "stranger", "unnamed"}) {
    CHECK(patch(who, note) == 403);
    CHECK(patch(who, held) == 403);
  }
  CHECK(patch("garden", held) == 403);
  CHECK(patch("garden", note) == 200);
  CHECK(patch("practice", held) == 200);
}
