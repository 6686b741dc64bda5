// What is made of stored definitions is weighed by what it has grown to.

#include "interaction/definition_sets.h"

#include "fingerpost/limits.h"
#include "model/json.h"
#include "support/catch.h"
#include "support/definitions.h"

#include <memory>
#include <string>
#include <utility>

using namespace fingerpost;
using interaction::DefinitionSets;

namespace {

const std::string url = "urn:of-a-patient";

std::shared_ptr<const profile::Registry> set_over(const profile::Registry& below) {
  const std::string body =
      R"({"resourceType":"StructureDefinition","url":")" + url +
      R"(","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",)"
      R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",)"
      R"("derivation":"constraint","differential":{"element":[{"id":"Patient.gender",)"
      R"("path":"Patient.gender","min":1}]}})";
  auto read = model::read_json(test::definitions(), body, Limits{});
  REQUIRE(read);
  const auto made = std::make_shared<profile::Registry>(profile::Registry::over(below, {}));
  made->add(std::move(read->tree));
  return made;
}

}  // namespace

TEST_CASE("sets of definitions that grow push out those used longest ago") {
  const profile::Registry below(test::definitions());
  DefinitionSets sets(10'000);
  const auto first = set_over(below);
  sets.keep("first", first, 100);
  sets.keep("second", set_over(below), 100);
  CHECK(sets.find("first") == first);
  CHECK(sets.find("second"));
  CHECK(sets.count() == 2);

  REQUIRE(first->profile(url));
  CHECK(first->bytes_made() > 10'000);
  CHECK(sets.find("second"));
  CHECK(sets.count() == 1);
  CHECK_FALSE(sets.find("first"));
  // The last one is kept, whatever it takes.
  sets.keep("first", first, 100);
  CHECK(sets.find("first") == first);
  CHECK(sets.count() == 1);
}

TEST_CASE("one server has one place for them") {
  interaction::Compiled compiled;
  CHECK(interaction::definition_sets(compiled) == interaction::definition_sets(compiled));
}
