// Nobody becomes a party of what is another's: by its request, its owner, an entry of the
// directory or the person, in one write or in several.

#include "support/care_server.h"

#include <string>
#include <vector>

using namespace fingerpost;
using Base = test::CareServer;

namespace {

constexpr const char* merge_type = "Content-Type: application/merge-patch+json\r\n";
constexpr const char* ods = R"({"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")";

std::string to(const std::string& element, const std::string& place) {
  return "\"" + element + R"(":{"reference":")" + place + "\"}";
}
std::string entry(const std::string& type, const std::string& id, const std::string& more) {
  return R"({"resourceType":")" + type + R"(","id":")" + id + "\"" + (more.empty() ? "" : ",") +
         more + "}";
}
std::string codes(const std::vector<std::string>& all) {
  std::string list;
  for (const auto& code : all) list += (list.empty() ? "" : ",") + (ods + code) + "\"}";
  return R"("identifier":[)" + list + "]";
}
std::string request(const std::string& id, const std::string& more) {
  return entry("ServiceRequest", id,
               R"("status":"active","intent":"order",)" + to("subject", "Patient/p1") +
                   (more.empty() ? "" : ",") + more);
}

// A practice asks the garden; advice has no part in it.
struct Others : Base {
  Others()
      : Base(
            {client("practice", "PRAC1"), client("garden", "GARDEN"), client("advice", "ADVICE")}) {
    put(entry("Patient", "p1", ""));
    put_organizations({{"practice", "PRAC1"}, {"garden", "GARDEN"}, {"advice", "ADVICE"}});
    put(entry("PractitionerRole", "worker", to("organization", "Organization/garden")));
    put(request("r1", to("requester", "Organization/practice")));
  }
  int as(const std::string& who, const std::string& method, const std::string& url,
         const std::string& body = "", const std::string& fields = "") {
    base = "/" + who;
    const auto answer = ask(method, url, body, fields);
    base = "/fhir";
    UNSCOPED_INFO(who << " " << method << " " << url << " " << answer.body);
    return answer.status;
  }
  int store(const std::string& who, const std::string& json) {
    return as(who, "PUT", "/" + type_of(json) + "/" + of(json, "id"), json);
  }
  int patch(const std::string& who, const std::string& url, const std::string& members) {
    return as(who, "PATCH", url, "{" + members + "}", merge_type);
  }
  int accept(const std::string& who) { return patch(who, "/Task/t", R"("status":"accepted")"); }
  int transact(const std::string& who, const std::vector<std::string>& all) {
    std::string list;
    for (const auto& one : all)
      list += (list.empty() ? "" : ",") + (R"({"resource":)" + one) +
              R"(,"request":{"method":"PUT","url":")" + type_of(one) + "/" + of(one, "id") +
              R"("}})";
    return as(who, "POST", "",
              R"({"resourceType":"Bundle","type":"transaction","entry":[)" + list + "]}");
  }
  static std::string task(const std::string& status, const std::string& owner,
                          const std::string& requester = "Organization/practice") {
    return entry("Task", "t",
                 R"("status":")" + status + R"(","intent":"order",)" +
                     to("focus", "ServiceRequest/r1") + "," + to("for", "Patient/p1") + "," +
                     to("requester", requester) + (owner.empty() ? "" : "," + to("owner", owner)) +
                     (status == "rejected" ? R"(,"statusReason":{"text":"full"})" : ""));
  }
};

}  // namespace

TEST_CASE("a request of which nothing is open is whoever's asked, not the next one's") {
  const std::string standing = GENERATE("", "draft", "rejected");
  CAPTURE(standing);
  Others server;
  if (!standing.empty()) server.put(Others::task(standing, "Organization/garden"));
  const auto sent = server.outbox().size();
  const std::string mine = to("requester", "Organization/advice");
  CHECK(server.patch("advice", "/ServiceRequest/r1", mine) == 403);
  CHECK(server.patch("advice", "/ServiceRequest/r1",
                     R"("performer":[{"reference":"Organization/advice"}])") == 403);
  CHECK(server.as("advice", "DELETE", "/ServiceRequest/r1") == 403);
  auto own = Others::task("requested", "Organization/advice", "Organization/advice");
  own.replace(own.find(R"("id":"t")"), 8, R"("id":"u")");
  CHECK(server.store("advice", own) == 403);
  CHECK(server.outbox().size() == sent);
  CHECK(server.patch("practice", "/ServiceRequest/r1", R"("patientInstruction":"rest")") == 200);
  if (standing.empty()) CHECK(server.as("practice", "DELETE", "/ServiceRequest/r1") == 204);
  // A person's request is taken up by whoever helps.
  server.put(request("r2", to("requester", "Patient/p1")));
  CHECK(server.patch("garden", "/ServiceRequest/r2", R"("patientInstruction":"rest")") == 200);
}

TEST_CASE("who has a referral does not become who asked, by its request") {
  Others server;
  server.put(Others::task("accepted", "Organization/garden"));
  CHECK(server.patch("garden", "/ServiceRequest/r1", to("requester", "Organization/garden")) ==
        403);
  CHECK(server.patch("garden", "/ServiceRequest/r1",
                     R"("performer":[{"reference":"Organization/garden"}])") == 403);
  CHECK(server.patch("garden", "/ServiceRequest/r1", R"("status":"revoked")") == 403);
  CHECK(server.patch("garden", "/ServiceRequest/r1", R"("patientInstruction":"rest")") == 200);
  CHECK(server.patch("practice", "/ServiceRequest/r1",
                     R"("performer":[{"reference":"Organization/garden"}])") == 200);
}

TEST_CASE("an owner does not leave a referral to whoever comes next") {
  const std::string status = GENERATE("requested", "accepted");
  CAPTURE(status);
  Others server;
  server.put(Others::task(status, "Organization/garden"));
  const auto sent = server.outbox().size();
  CHECK(server.patch("garden", "/Task/t", R"("owner":null)") ==
        (status == "requested" ? 403 : 422));
  CHECK(server.patch("advice", "/Task/t", to("owner", "Organization/advice")) == 403);
  CHECK(server.outbox().size() == sent);
  // Who asked may: while nobody works on it, it is to be claimed again.
  CHECK(server.patch("practice", "/Task/t", R"("owner":null)") ==
        (status == "requested" ? 200 : 422));
}

TEST_CASE("what has ended, or was never sent, is not claimed") {
  const std::string status = GENERATE("rejected", "draft", "entered-in-error");
  CAPTURE(status);
  Others server;
  server.put(Others::task(status, ""));
  const auto sent = server.outbox().size();
  CHECK(server.patch("advice", "/Task/t", to("owner", "Organization/advice")) == 403);
  CHECK(server.as("advice", "DELETE", "/Task/t") == 403);
  CHECK(server.outbox().size() == sent);
}

TEST_CASE("an entry that stands for two organisations makes nobody both of them") {
  const std::string role = "PractitionerRole";
  SECTION("an owner does not become the requester") {
    Others server;
    server.put(Others::task("requested", "Organization/garden"));
    server.put(entry("HealthcareService", "g", to("providedBy", "Organization/garden")));
    REQUIRE(server.store(
                "garden",
                entry(role, "x",
                      to("organization", "Organization/practice") +
                          R"(,"healthcareService":[{"reference":"HealthcareService/g"}])")) == 201);
    server.patch("garden", "/Task/t", to("requester", "PractitionerRole/x"));
    CHECK(server.patch("garden", "/Task/t", R"("status":"entered-in-error")") != 200);
  }
  SECTION("by a link that leads somewhere later neither") {
    Others server;
    server.put(Others::task("accepted", "Organization/garden"));
    server.put(entry("HealthcareService", "p", to("providedBy", "Organization/practice")));
    REQUIRE(server.store(
                "garden",
                entry(role, "x",
                      to("organization", "Organization/later") +
                          R"(,"healthcareService":[{"reference":"HealthcareService/p"}])")) == 201);
    CHECK(server.patch("garden", "/Task/t", to("requester", "PractitionerRole/x")) != 200);
  }
  SECTION("a requester does not become the owner") {
    Others server;
    server.put(Others::task("requested", "Organization/garden"));
    server.put(entry("HealthcareService", "p", to("providedBy", "Organization/practice")));
    REQUIRE(server.store(
                "practice",
                entry(role, "x",
                      to("organization", "Organization/garden") +
                          R"(,"healthcareService":[{"reference":"HealthcareService/p"}])")) == 201);
    REQUIRE(server.patch("practice", "/Task/t", to("owner", "PractitionerRole/x")) == 200);
    CHECK(server.accept("practice") == 403);
    CHECK(server.accept("garden") == 200);
  }
  SECTION("a new Task is not written in another's name") {
    Others server;
    REQUIRE(server.store("advice", entry("Organization", "x", codes({"PRAC1", "ADVICE"}))) == 201);
    server.put(request("r1", to("requester", "Patient/p1")));
    CHECK(server.store("advice",
                       Others::task("requested", "Organization/garden", "Organization/x")) == 403);
  }
}

TEST_CASE("a person's identifiers make him nobody's organisation") {
  const std::string party = GENERATE("Practitioner/d", "Patient/p1", "RelatedPerson/d");
  const auto type = party.substr(0, party.find('/'));
  CAPTURE(party);
  Others server;
  const bool related = type == "RelatedPerson";
  const auto body = [&](const std::string& more) {
    const auto patient = related ? to("patient", "Patient/p1") : "";
    return entry(type, party.substr(party.find('/') + 1),
                 patient + (related && !more.empty() ? "," : "") + more);
  };
  server.put(body(""));
  server.put(Others::task("requested", "Organization/garden", party));
  CHECK(server.store("advice", body(codes({"ADVICE"}))) == 200);
  CHECK(server.patch("advice", "/Task/t", R"("status":"entered-in-error")") == 403);
  CHECK(server.accept("garden") == 200);
  for (const auto& row : server.outbox()) CHECK(row.lane != "advice");
}

TEST_CASE("an entry that leads to another is neither deleted nor turned, in two writes either") {
  Others server;
  server.put(Others::task("requested", "PractitionerRole/worker"));
  SECTION("deleted and made anew") {
    CHECK(server.as("advice", "DELETE", "/Organization/garden") == 403);
    CHECK(server.as("advice", "DELETE", "/PractitionerRole/worker") != 204);
    CHECK(server.store("advice", entry("Organization", "garden", codes({"ADVICE"}))) == 403);
  }
  SECTION("deleted by those who may, and taken") {
    REQUIRE(server.as("garden", "DELETE", "/Organization/garden") == 204);
    CHECK(server.store("advice", entry("Organization", "garden", codes({"ADVICE"}))) == 403);
    CHECK(server.store("garden", entry("Organization", "garden", codes({"GARDEN"}))) == 201);
  }
  SECTION("turned to what is not there yet") {
    CHECK(server.store("advice", entry("PractitionerRole", "worker",
                                       to("organization", "Organization/none"))) == 403);
  }
  CHECK(server.accept("advice") == 403);
  CHECK(server.accept("garden") == 200);
}

TEST_CASE("who is whose is read as it was before the commit, of an entry that anybody may make") {
  Others server;
  server.put(entry("PractitionerRole", "later", to("organization", "Organization/later")));
  server.put(entry("Task", "t",
                   R"("status":"requested","intent":"order",)" + to("focus", "ServiceRequest/r1") +
                       "," + to("for", "Patient/p1") + "," +
                       to("requester", "PractitionerRole/later")));
  CHECK(server.transact(
            "advice", {entry("Organization", "later", codes({"ADVICE"})),
                       entry("Task", "t",
                             R"("status":"entered-in-error","intent":"order",)" +
                                 to("focus", "ServiceRequest/r1") + "," + to("for", "Patient/p1") +
                                 "," + to("requester", "PractitionerRole/later"))}) == 403);
  CHECK(server.ask("GET", "/Organization/later").status == 404);
}

TEST_CASE("a plan is not taken by making oneself the person's practice") {
  const std::string owner = GENERATE("", "Organization/practice");
  CAPTURE(owner);
  Others server;
  server.put(entry("Patient", "p1", owner.empty() ? "" : to("managingOrganization", owner)));
  const auto plan = [](const std::string& status) {
    return entry("CarePlan", "c1",
                 R"("status":")" + status + R"(","intent":"plan",)" + to("subject", "Patient/p1") +
                     "," + to("author", "Organization/practice"));
  };
  server.put(plan("active"));
  const auto mine = entry("Patient", "p1", to("managingOrganization", "Organization/garden"));
  CHECK(server.transact("garden", {mine, plan("revoked")}) == 403);
  CHECK(server.store("garden", mine) == 403);
  CHECK(server.store("garden", plan("revoked")) == 403);
  // What else is known of the person is anybody's who may write it.
  CHECK(server.patch("garden", "/Patient/p1", R"("birthDate":"1950-01-01")") == 200);
  CHECK(server.store("practice", plan("revoked")) == 200);
}

TEST_CASE("by when an answer is due is the requester's word, and only ever later") {
  Others server;
  const auto until = [](const std::string& end) {
    return R"("restriction":{"period":{"end":")" + end + R"("}})";
  };
  const bool said = GENERATE(false, true);
  CAPTURE(said);
  auto task = Others::task("requested", "Organization/garden");
  if (said) task.insert(task.size() - 1, "," + until("2090-01-01"));
  server.put(task);
  for (const auto* end : {"2099-01-01", "2020-01-01"})
    CHECK(server.patch("garden", "/Task/t", until(end)) == 403);
  CHECK(server.patch("practice", "/Task/t", until("2020-01-01")) == 422);
  if (said) CHECK(server.patch("practice", "/Task/t", R"("restriction":null)") == 422);
  CHECK(server.patch("practice", "/Task/t", until("2099-01-01")) == 200);
  CHECK(server.patch("garden", "/Task/t", R"("status":"received")") == 200);
  CHECK(server.accept("garden") == 200);
}
