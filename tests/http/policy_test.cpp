// Rules about rows as a client meets them: what it does not see is not there.

#include "search/belonging.h"
#include "support/closed_server.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

std::string to(const std::string& reference) {
  return R"({"reference":")" + reference + "\"}";
}
std::string plan(const std::string& id, const std::string& patient, const std::string& more = "") {
  return R"({"resourceType":"CarePlan","id":")" + id +
         R"(","status":"active","intent":"plan","subject":)" + to("Patient/" + patient) + more +
         "}";
}

// The practice has patient mine, the charity patient theirs and a referral of mine2; both clients
// may do what their scopes say, which is everything.
class Served : public ClosedServer {
 public:
  Served()
      : ClosedServer("", {{"practice", "A81001"},
                          {"charity", "B81002"},
                          {"archive", "A81001", search::restricted}}) {
    const auto ods = [](const std::string& id, const std::string& code) {
      return R"({"resourceType":"Organization","id":")" + id +
             R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
             code + "\"}]}";
    };
    const auto patient = [](const std::string& id, const std::string& of) {
      return R"({"resourceType":"Patient","id":")" + id + R"(","managingOrganization":)" +
             to("Organization/" + of) + "}";
    };
    put("Organization/surgery", ods("surgery", "A81001"));
    put("Organization/garden", ods("garden", "B81002"));
    put("Patient/mine", patient("mine", "surgery"));
    put("Patient/mine2", patient("mine2", "surgery"));
    put("Patient/theirs", patient("theirs", "garden"));
    put("CarePlan/mine", plan("mine", "mine"));
    put("CarePlan/theirs", plan("theirs", "theirs"));
    put("ServiceRequest/r",
        R"({"resourceType":"ServiceRequest","id":"r","status":"active","intent":"order","subject":)" +
            to("Patient/mine2") + R"(,"performer":[)" + to("Organization/garden") + "]}");
  }

  void put(const std::string& url, const std::string& json) {
    const auto answer = ask("PUT", "/" + url, all_, json);
    INFO(answer.body);
    REQUIRE(answer.status < 300);
  }
  RawResponse everybody(const std::string& method, const std::string& url,
                        const std::string& body) {
    return ask(method, url, all_, body);
  }
  RawResponse practice(const std::string& method, const std::string& url,
                       const std::string& body = "", const std::string& fields = "") {
    return ask(method, url, practice_ + fields, body);
  }
  // Of the practice, too, with an eye for what is restricted.
  RawResponse archive(const std::string& method, const std::string& url,
                      const std::string& body = "") {
    return ask(method, url, archive_, body);
  }
  RawResponse charity(const std::string& method, const std::string& url,
                      const std::string& body = "", const std::string& fields = "") {
    return ask(method, url, charity_ + fields, body);
  }

 private:
  std::string all_ = as("system/*.cruds"), practice_ = as("system/*.cruds", "practice"),
              charity_ = as("system/*.cruds", "charity"),
              archive_ = as("system/*.cruds", "archive");
};

bool holds(const RawResponse& answer, const std::string& text) {
  return answer.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("Z1, Z2, Z4: of a patient that it has nothing to do with a client finds nothing") {
  Served server;
  CHECK(server.practice("GET", "/CarePlan/mine").status == 200);
  for (const std::string more : {"", "/_history/1", "/_history"}) {
    CAPTURE(more);
    const auto theirs = server.practice("GET", "/CarePlan/theirs" + more);
    CHECK(theirs.status == 404);
    CHECK(theirs.body == server.practice("GET", "/CarePlan/none" + more).body);
  }
  for (const std::string url :
       {"/CarePlan?_total=accurate", "/CarePlan?_total=estimate", "/CarePlan?_sort=-_lastUpdated",
        "/CarePlan?patient=theirs", "/CarePlan?patient:Patient.organization=Organization/garden",
        "/CarePlan/_history", "/_history", "/Patient?_revinclude=CarePlan:patient",
        "/Organization?_revinclude=Patient:organization",
        "/Patient?_has:CarePlan:patient:status=active", "/Patient/theirs/CarePlan",
        "/?_type=CarePlan,Patient"}) {
    CAPTURE(url);
    const auto answer = server.practice("GET", url);
    CHECK(answer.status == 200);
    CHECK(!holds(answer, "\"theirs\""));
    if (url.find("_total") != std::string::npos) CHECK(holds(answer, "\"total\":1"));
  }
  CHECK(server.practice("GET", "/Patient/theirs/$everything").status == 404);
  CHECK(holds(server.practice("GET", "/Patient/mine/$everything"), "\"CarePlan\""));
  // Who was asked for help sees whom it is about.
  CHECK(server.charity("GET", "/Patient/mine2").status == 200);
  CHECK(server.charity("GET", "/Patient/mine").status == 404);
}

TEST_CASE("Z7, Z8, Z9: a client changes what it sees, and nobody else's") {
  Served server;
  CHECK(server.practice("PUT", "/CarePlan/theirs", plan("theirs", "mine")).status == 404);
  CHECK(server.practice("DELETE", "/CarePlan?patient=theirs").status == 204);
  CHECK(server.charity("GET", "/CarePlan/theirs").status == 200);
  CHECK(server.practice("PUT", "/CarePlan/mine", plan("mine", "theirs")).status == 404);
  CHECK(server.practice("POST", "/CarePlan", plan("x", "theirs")).status == 404);
  CHECK(server.practice("POST", "/CarePlan", plan("x", "nobody")).status == 404);
  CHECK(server.practice("POST", "/CarePlan", plan("x", "mine")).status == 201);
  CHECK(server.practice("PUT", "/CarePlan/mine", plan("mine", "mine2")).status == 200);
  // What is not seen is not found by a condition either: a new one is made.
  CHECK(server.practice("POST", "/CarePlan", plan("x", "mine"), "If-None-Exist: patient=theirs\r\n")
            .status == 201);
  const auto batch = server.practice(
      "POST", "",
      R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"CarePlan/theirs"}},)"
      R"({"request":{"method":"GET","url":"CarePlan/mine"}}]})");
  CHECK(batch.status == 200);
  CHECK(!holds(batch, "\"theirs\""));
  CHECK(holds(batch, "Patient/mine2"));
  const auto transaction = server.practice(
      "POST", "",
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
          plan("mine", "mine") +
          R"(,"request":{"method":"PUT","url":"CarePlan/mine"}},{"request":{"method":"GET","url":"CarePlan?_total=accurate"}}]})");
  CHECK(transaction.status == 200);
  CHECK(!holds(transaction, "\"theirs\""));
}

TEST_CASE("Z20: what tells of everybody is for clients that see everything") {
  Served server;
  for (const std::string url :
       {"/AuditEvent", "/Patient/mine/AuditEvent", "/CarePlan/$explain?status=active"}) {
    CAPTURE(url);
    CHECK(server.practice("GET", url).status == 403);
  }
}

TEST_CASE("Z17: a Subscription is seen by the client that it is of") {
  Served server;
  const std::string json =
      R"({"resourceType":"Subscription","id":"s","status":"requested","reason":"r","criteria":"CarePlan?status=active",)"
      R"("channel":{"type":"rest-hook","endpoint":"http://127.0.0.1:9/x"}})";
  CHECK(server.practice("PUT", "/Subscription/s", json).status == 201);
  CHECK(server.practice("GET", "/Subscription/s").status == 200);
  CHECK(server.practice("PUT", "/Subscription/s", json).status == 200);
  CHECK(server.charity("GET", "/Subscription/s").status == 404);
  CHECK(server.charity("PUT", "/Subscription/s", json).status == 404);
  CHECK(holds(server.practice("GET", "/Subscription?_total=accurate"), "\"total\":1"));
  CHECK(!holds(server.charity("GET", "/Subscription?_total=accurate"), "\"total\":1"));
}

TEST_CASE("Z4: a key of a transaction is its client's own") {
  Served server;
  const std::string key = "Idempotency-Key: k\r\n";
  const auto reads = [](const std::string& what) {
    return R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":")" +
           what + R"("}}]})";
  };
  CHECK(holds(server.practice("POST", "", reads("CarePlan/mine"), key), "\"CarePlan\""));
  // Neither what another's has been answered is told, nor is one's own taken for another's.
  const auto same = server.charity("POST", "", reads("CarePlan/mine"), key);
  CHECK(same.status == 404);
  CHECK(!holds(same, "\"CarePlan\""));
  CHECK(server.charity("POST", "", reads("CarePlan/theirs"), key).status == 200);
  CHECK(server.practice("POST", "", reads("CarePlan/mine2"), key).status == 409);
}

TEST_CASE("Z16: a refusal that would refuse nothing is not taken") {
  Served server;
  struct Row {
    const char* patient;
    const char* status;
    const char* type;
    int answer;
  };
  const auto row = GENERATE(
      Row{R"({"reference":"Patient/mine"})", "active", "deny", 201},
      Row{R"({"identifier":{"value":"9990000018"}})", "active", "deny", 422},
      Row{R"({"reference":"http://other.example/fhir/Patient/mine"})", "active", "deny", 422},
      Row{R"({"identifier":{"value":"9990000018"}})", "inactive", "deny", 201},
      Row{R"({"identifier":{"value":"9990000018"}})", "active", "permit", 201});
  CAPTURE(row.patient, row.status, row.type);
  const auto answer = server.everybody(
      "POST", "/Consent",
      R"({"resourceType":"Consent","status":")" + std::string(row.status) +
          R"(","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"text":"c"}],"patient":)" +
          row.patient + R"(,"policyRule":{"text":"p"},"provision":{"type":")" + row.type + "\"}}");
  INFO(answer.body);
  CHECK(answer.status == row.answer);
  if (row.answer == 422) CHECK(holds(answer, "Consent.patient"));
}

TEST_CASE("Z10, Z11: a client that does not see everything takes no label away, and adds one") {
  Served server;
  const auto labels = [](const std::string& codes) {
    return R"(,"meta":{"security":[)" + codes + "]}";
  };
  const std::string teaching =
      R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"})";
  const std::string research =
      R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HRESCH"})";
  const std::string restricted =
      R"({"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"})";
  server.put("CarePlan/mine", plan("mine", "mine", labels(teaching + "," + restricted)));
  const auto kept = [&] { return server.everybody("GET", "/CarePlan/mine", ""); };
  const auto written = server.archive("PUT", "/CarePlan/mine", plan("mine", "mine"));
  CHECK(written.status == 200);
  CHECK(holds(kept(), "HTEST"));
  CHECK(holds(kept(), "\"R\""));
  CHECK(server.archive("PUT", "/CarePlan/mine", plan("mine", "mine", labels(research))).status ==
        200);
  CHECK(holds(kept(), "HRESCH"));
  CHECK(holds(kept(), "HTEST"));
  const auto taken = server.archive(
      "POST", "/CarePlan/mine/$meta-delete",
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"security":[)" +
          restricted + "]}}]}");
  CHECK(taken.status == 200);
  CHECK(holds(kept(), "\"R\""));
  CHECK(server.practice("GET", "/CarePlan/mine").status == 404);
  CHECK(server.archive("DELETE", "/CarePlan/mine").status == 204);
  const auto again = server.archive("PUT", "/CarePlan/mine", plan("mine", "mine"));
  if (again.status < 300) CHECK(holds(kept(), "\"R\""));  // it may be refused, not forgotten
  CHECK(server.practice("GET", "/CarePlan/mine").status == 404);
  server.put("CarePlan/mine", plan("mine", "mine"));
  CHECK_FALSE(holds(kept(), "HTEST"));
}
