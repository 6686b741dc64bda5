// Which criteria make a cohort, and which are refused.

#include "support/care_server.h"
#include "support/files.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::CareServer;

namespace {

std::string criteria(const std::string& search, const std::string& name = "Over 65") {
  return R"({"resourceType":"Group","id":"k","type":"person","actual":false,"name":")" + name +
         R"(","characteristic":[{"extension":[{"url":)"
         R"("http://hl7.org/fhir/StructureDefinition/cqf-expression","valueExpression":)"
         R"({"language":"application/x-fhir-query","expression":")" +
         search + R"("}}],"code":{"text":"who"},"valueBoolean":true,"exclude":false}]})";
}

struct People : Server {
  People() {
    for (const auto* id : {"p1", "p2"})
      put(R"({"resourceType":"Patient","id":")" + std::string(id) +
          R"(","birthDate":"1940-01-01","name":[{"family":"A&B +1"}]})");
  }
  test::RawResponse evaluate(const std::string& parameters = "") {
    return operate("/Group/k/$evaluate-cohort", parameters);
  }
};

}  // namespace

TEST_CASE("a cohort's practice is named by a reference") {
  People server;
  server.put(criteria("Patient?birthdate=le1950"));
  const auto refused =
      server.evaluate(R"({"name":"practice","valueReference":{"identifier":{"system":)"
                      R"("https://fhir.nhs.uk/Id/ods-organization-code","value":"A81001"}}})");
  INFO(refused.body);
  CHECK(refused.status >= 400);
  CHECK(holds(refused, "practice"));
}

TEST_CASE("a cohort is of a practice that is known here") {
  People server;
  server.put(criteria("Patient?birthdate=le1950"));
  for (const auto* practice : {"Organization/nope", "Patient/p1"}) {
    CAPTURE(practice);
    const auto refused = server.evaluate(R"({"name":"practice","valueReference":{"reference":")" +
                                         std::string(practice) + R"("}})");
    CHECK(refused.status == 422);
    CHECK(server.is(refused, "issue.expression = 'http.practice'"));
  }
}

TEST_CASE("the criteria of the package's example are evaluated") {
  People server;
  server.put(test::read_file(test::project() / "fhir-profiles/examples/Group-criteria.json"));
  server.put(R"({"resourceType":"Communication","id":"c","status":"completed","subject":)"
             R"({"reference":"Patient/p1"},"sent":"2999-01-01T09:00:00Z"})");
  const auto found = server.operate("/Group/criteria/$evaluate-cohort");
  INFO(found.body);
  CHECK(server.is(found, "member.entity.reference = 'Patient/p2'"));
}

TEST_CASE("a criterion of what is not about one person is refused") {
  People server;
  server.put(criteria("Appointment?status=booked"));
  const auto refused = server.evaluate();
  INFO(refused.body);
  CHECK(refused.status == 422);
  CHECK(holds(refused, "Appointment"));
}

TEST_CASE("a cohort that was deleted is made again") {
  People server;
  server.put(criteria("Patient?birthdate=le1950"));
  const auto first = server.evaluate();
  REQUIRE(first.status < 300);
  const auto place = "/Group/" + Server::of(first.body, "id");
  REQUIRE(server.ask("DELETE", place).status < 300);
  const auto again = server.evaluate();
  INFO(again.body);
  CHECK(again.status < 300);
  CHECK(server.is(again, "quantity = 2"));
}

TEST_CASE("what an expression comes to is one value of the query, whatever is in it") {
  People server;
  server.put(criteria("Patient?family={{Group.name}}", "A&B +1"));
  const auto found = server.evaluate();
  INFO(found.body);
  CHECK(server.is(found, "quantity = 2"));
  server.put(criteria("Patient?family={{1.5}}"));
  CHECK(server.evaluate().status == 422);
}
