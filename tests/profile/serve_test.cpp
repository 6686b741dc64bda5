// What expressions outside a validation may ask: codes and profiles.

#include "path/fhirpath.h"
#include "support/cost.h"
#include "support/terminology.h"
#include "support/validator.h"

using namespace fingerpost;

namespace {

const char* const patient = R"({"resourceType":"Patient","gender":"male",
  "identifier":[{"system":"urn:nhs","value":"1"},{"system":"urn:other","value":"2"}],
  "maritalStatus":{"coding":[{"system":"urn:cs","code":"below"},{"system":"urn:cs","code":"a"}]}})";

const char* const codes = R"({"resourceType":"CodeSystem","url":"urn:cs","status":"active",
  "content":"complete","concept":[{"code":"a","concept":[{"code":"below"}]},{"code":"b"}]})";

std::string sliced() {
  return test::profile_text("Patient",
                            R"({"id":"Patient.identifier","path":"Patient.identifier","slicing":
         {"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
         {"id":"Patient.identifier:nhs","path":"Patient.identifier","sliceName":"nhs","min":1},
         {"id":"Patient.identifier:nhs.system","path":"Patient.identifier.system","fixedUri":"urn:nhs"})");
}

class Asked {
 public:
  Asked() : codes_(test::loaded({codes})), validator_(test::definitions(), &codes_) {
    const auto core = terminology::core(test::definitions());
    for (const auto& content : core.contents()) codes_.add(content);
    validator_.registry().add(test::read_tree(sliced()));
  }

  std::string operator()(std::string_view text, Limits limits = {}) const {
    const Tree tree = test::read_tree(patient);
    path::Environment world(limits);
    validator_.serve(world, limits);
    const auto expression = path::compile(text, test::definitions());
    REQUIRE(expression);
    const auto found = path::evaluate(*expression, NodeRef{&tree, tree.root()}, world);
    if (!found) return "error: " + found.error().text;
    CHECK(world.steps_left < limits.steps);
    std::string shown;
    for (const auto& value : *found) shown += path::value_text(test::definitions(), value) + " ";
    return shown;
  }

 private:
  terminology::Terminology codes_;
  profile::Validator validator_;
};

}  // namespace

TEST_CASE("an expression outside a validation asks of value sets, code systems and profiles") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true "},
      Row{"'male'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "true "},
      Row{"'blue'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", "false "},
      Row{"gender.memberOf('urn:nobody')", ""},
      Row{"maritalStatus.coding[1].subsumes(maritalStatus.coding[0])", "true "},
      Row{"maritalStatus.coding[0].subsumes(maritalStatus.coding[1])", "false "},
      Row{"maritalStatus.coding[0].subsumedBy(maritalStatus.coding[1])", "true "},
      Row{"maritalStatus.subsumes(maritalStatus.coding[0])", "true "},
      Row{"maritalStatus.coding[0].subsumes(identifier[0])", ""},
      Row{"conformsTo('http://test.example/p')", "true "},
      Row{"conformsTo('http://hl7.org/fhir/StructureDefinition/Practitioner')", "false "},
      Row{"conformsTo('urn:nobody')", "error: conformsTo: the profile is not known"},
      Row{"identifier.slice('http://test.example/p', 'nhs').value", "1 "},
      Row{"name.slice('http://test.example/p', 'nhs').value", ""},
      Row{"identifier.slice('http://test.example/p', 'x')",
          "error: slice: the structure has no slice of this name"},
      Row{"identifier.slice('urn:nobody', 'x')", "error: slice: the structure is not known"});
  CAPTURE(row.expression);
  CHECK(Asked()(row.expression) == row.found);
}

TEST_CASE("a question that takes too much work is an error") {
  Limits limits;
  limits.validation_steps = 3;
  CHECK(Asked()("conformsTo('http://test.example/p')", limits) ==
        "error: conformsTo: the question takes too much work");
  limits.validation_steps = 0;
  const std::string over = "needs more steps than allowed";
  CHECK(Asked()("maritalStatus.subsumes(maritalStatus.coding[0])", limits).find(over) !=
        std::string::npos);
  CHECK(Asked()("gender.memberOf('urn:nobody')", limits).find(over) != std::string::npos);
}

TEST_CASE("the questions of an expression share its steps") {
  const std::string many =
      "(1 | 2 | 3 | 4 | 5 | 6 | 7 | 8).all(%resource.conformsTo("
      "'http://test.example/p'))";
  const auto cost = [&](const std::string& text) {
    return test::least_budget([&](std::uint64_t steps) {
      Limits limits;
      limits.steps = steps;
      return Asked()(text, limits).find("error") == std::string::npos;
    });
  };
  CHECK(cost(many) > 4 * cost("conformsTo('http://test.example/p')"));
}

TEST_CASE("a validation that is out of time ends as too costly") {
  std::string text = R"({"resourceType":"Patient","name":[)";
  for (int i = 0; i < 40'000; ++i) text += R"({"given":["A"]},)";
  text.back() = ']';
  const Tree tree = test::read_tree(text + "}");
  const profile::Validator validator(test::definitions());
  profile::Options options;
  int looked = 0;
  options.out_of_time = [&] { return ++looked == 1; };
  const auto issues = validator.validate(tree, tree.root(), options, {});
  CHECK(looked == 1);
  REQUIRE_FALSE(issues.empty());
  CHECK(issues.back().code == "too-costly");
}
