// What FHIR R4 itself defines, as it stands in the definitions file.

#include "terminology/core.h"

#include "support/terminology.h"

using namespace fingerpost;
using terminology::Membership;

namespace {

const terminology::Terminology& r4() {
  static const auto all = terminology::core(test::definitions());
  return all;
}

}  // namespace

TEST_CASE("R4's own value sets can be expanded") {
  const auto told = test::ask(terminology::expand, r4(),
                              test::uri("url", "http://hl7.org/fhir/ValueSet/request-status"));
  CHECK(test::codes_in(told.json) ==
        "draft active on-hold revoked completed entered-in-error unknown ");
}

TEST_CASE("R4's own codes can be looked up and compared") {
  CHECK(test::ask(terminology::lookup, r4(),
                  test::uri("system", "http://hl7.org/fhir/request-status") + "," +
                      test::code("code", "on-hold"))
            .json.find(R"("valueString":"On Hold")") != std::string::npos);
  CHECK(test::ask(terminology::subsumes, r4(),
                  test::uri("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode") + "," +
                      test::code("codeA", "_ActEncounterCode") + "," + test::code("codeB", "AMB"))
            .json.find(R"("subsumes")") != std::string::npos);
}

TEST_CASE("membership in R4's own value sets is told, or said to be unknown") {
  struct Row {
    const char *set, *system, *code;
    Membership expected;
  };
  const auto row =
      GENERATE(Row{"http://hl7.org/fhir/ValueSet/task-status|4.0.1",
                   "http://hl7.org/fhir/task-status", "requested", Membership::in},
               Row{"http://hl7.org/fhir/ValueSet/task-status", "", "requested", Membership::in},
               Row{"http://hl7.org/fhir/ValueSet/task-status", "", "begun", Membership::not_in},
               Row{"http://terminology.hl7.org/ValueSet/v3-ActEncounterCode",
                   "http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", Membership::in},
               Row{"http://hl7.org/fhir/ValueSet/condition-code", "http://snomed.info/sct",
                   "38341003", Membership::not_known});
  CAPTURE(row.set, row.code);
  CHECK(r4().check(row.set, {row.system, "", row.code, ""}).membership == row.expected);
}

TEST_CASE("every R4 value set is expanded, or says why it cannot be") {
  int expanded = 0;
  for (const auto& content : r4().contents())
    for (const auto& row : content->value_sets) {
      if (row.is_contained) continue;
      const std::string url(content->text(row.url));
      const auto told = test::ask(terminology::expand, r4(), test::uri("url", url));
      CAPTURE(url, told.json.substr(0, 300));
      CHECK(told.failed == told.json.starts_with(R"({"resourceType":"OperationOutcome")"));
      if (!told.failed) ++expanded;
    }
  CHECK(expanded > 1000);
}
