// What the codes of one search may cost, and which they are.

#include "interaction/search_codes.h"

#include "support/catch.h"
#include "support/fhir.h"

#include <string>

using namespace fingerpost;

namespace {

using search::Relation;

const char* const system_json =
    R"({"resourceType":"CodeSystem","id":"s","url":"urn:s","status":"active","content":"complete",
  "hierarchyMeaning":"is-a","property":[{"code":"notSelectable","type":"boolean",
  "uri":"http://hl7.org/fhir/concept-properties#notSelectable"}],"concept":[{"code":"top","concept":[
  {"code":"group","property":[{"code":"notSelectable","valueBoolean":true}],
   "concept":[{"code":"leaf"}]}]}]})";

void fill(test::Fhir& fhir) {
  REQUIRE_FALSE(fhir.update({"CodeSystem", "s"}, system_json).failed());
  for (const std::string code : {"top", "group", "leaf"})
    REQUIRE_FALSE(
        fhir.update({"Condition", code},
                    R"({"resourceType":"Condition","subject":{"reference":"Patient/p"},"id":")" +
                        code + R"(","code":{"coding":[{"system":"urn:s","code":")" + code +
                        R"("}]}})")
            .failed());
}

std::size_t found(test::Fhir& fhir, const std::string& name, const std::string& value) {
  const auto answer = fhir.search("Condition", {{name, value}});
  REQUIRE_FALSE(answer.failed());
  const std::string body(answer.content());
  std::size_t count = 0;
  for (auto at = body.find("fullUrl"); at != std::string::npos; at = body.find("fullUrl", at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("what is below and above a code has the codes that are abstract too") {
  test::Fhir fhir;
  fill(fhir);
  CHECK(found(fhir, "code:below", "urn:s|top") == 3);
  CHECK(found(fhir, "code:below", "urn:s|group") == 2);
  CHECK(found(fhir, "code:above", "urn:s|leaf") == 3);
  CHECK(found(fhir, "code:in", "urn:s?fhir_vs") == 2);
}

TEST_CASE("one search names so many sets of codes and no more, and each is asked for once") {
  test::Fhir fhir;
  fill(fhir);
  const auto resolve = interaction::resolve_codes(*fhir.session, {2, 100, 60});
  for (int i = 0; i < 5; ++i) CHECK(resolve(Relation::below, "urn:s|top").value().size() == 4);
  CHECK(resolve(Relation::above, "urn:s|top"));
  const auto over = resolve(Relation::below, "urn:s|leaf");
  REQUIRE(over.has_error());
  CHECK(over.error().kind == Kind::too_costly);
  CHECK_THAT(over.error().text, Catch::Contains("code_sets of 2"));
}

TEST_CASE("one search looks for so many codes and no more, however often it names them") {
  test::Fhir fhir;
  fill(fhir);
  const auto resolve = interaction::resolve_codes(*fhir.session, {9, 9, 60});
  CHECK(resolve(Relation::below, "urn:s|top"));
  CHECK(resolve(Relation::below, "urn:s|top"));
  const auto over = resolve(Relation::below, "urn:s|top");
  REQUIRE(over.has_error());
  CHECK(over.error().kind == Kind::too_costly);
  CHECK_THAT(over.error().text, Catch::Contains("codes of 9"));
}

TEST_CASE("what cannot be told the first time cannot be told the second time") {
  test::Fhir fhir;
  const auto resolve = interaction::resolve_codes(*fhir.session);
  CHECK(resolve(Relation::in, "urn:none").has_error());
  CHECK(resolve(Relation::in, "urn:none").has_error());
}
