// FHIRPath: evaluations, and compilations, of expressions as invariants, maps and search use them.

#include "bench/measure.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "support/definitions.h"

#include <cstdio>
#include <string>

namespace {

using namespace fingerpost;

constexpr const char* patient_json = R"({"resourceType":"Patient","id":"p","active":true,
 "identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"},{"system":"http://example.org/l","value":"17"}],
 "name":[{"use":"official","family":"Example","given":["Ada","Bea"]},{"use":"usual","given":["Ad"]},
         {"use":"maiden","family":"Sample","given":["Ada"],"period":{"end":"2002"}}],
 "telecom":[{"system":"phone","value":"0100","use":"home"},{"system":"email","value":"a@example.org"}],
 "gender":"female","birthDate":"1974-12-25","address":[{"line":["1 Road"],"city":"Town","postalCode":"AA1 1AA"}],
 "managingOrganization":{"reference":"Organization/1"},"generalPractitioner":[{"reference":"Practitioner/2"}]})";

constexpr const char* observation_json = R"({"resourceType":"Observation","id":"o","status":"final",
 "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
 "code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Weight"}]},
 "subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-03-01T10:00:00Z",
 "valueQuantity":{"value":72.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}})";

struct Case {
  const char* expression;
  bool on_patient;
};
constexpr Case cases[] = {
    {"name.given", true},
    {"Patient.name.where(use = 'official').given.first()", true},
    {"name.exists() and birthDate <= today()", true},
    {"telecom.where(system = 'email').value.exists()", true},
    {"identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value", true},
    {"name.all(family.exists() or given.exists())", true},
    {"(name.family | name.given).distinct().count()", true},
    {"generalPractitioner.where(resolve() is Practitioner)", true},
    {"birthDate + 18 years <= today()", true},
    {"name.given.select(upper().substring(0, 1)).join('')", true},
    {"descendants().count()", true},
    {"value.ofType(Quantity).value > 70.0", false},
    {"value > 70 'kg'", false},
    {"category.coding.exists(code in ('vital-signs' | 'laboratory'))", false},
    {"code.coding.code.matches('^[0-9]+-[0-9]$')", false},
    {"hasValue() or (children().count() > id.count())", false}};

Tree read(const char* json) {
  auto made = model::read_json(test::definitions(), json, Limits{});
  if (!made) std::abort();
  return std::move(made->tree);
}

void one(const Case& row, const Tree& patient, const Tree& observation) {
  const auto compiled = path::compile(row.expression, test::definitions());
  if (!compiled) std::abort();
  const Tree& tree = row.on_patient ? patient : observation;
  const path::Value focus = NodeRef{&tree, tree.root()};
  path::Environment environment;
  environment.now = "2026-11-22T09:30:00.000+00:00";
  bench::print(row.expression, bench::measure(20'000, [&] {
                 environment.arena.clear();
                 environment.steps_left = environment.limits.steps;
                 if (!path::evaluate(*compiled, focus, environment)) std::abort();
               }));
}

}  // namespace

int main() {
  const Tree patient = read(patient_json);
  const Tree observation = read(observation_json);
  for (const auto& row : cases) one(row, patient, observation);
  bench::print("compile all of these", bench::measure(200, [&] {
                 for (const auto& row : cases)
                   if (!path::compile(row.expression, test::definitions())) std::abort();
               }));
}
