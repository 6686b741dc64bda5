#include "profile/validate.h"

#include "model/json.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"

#include <set>

using namespace fingerpost;
using test::definitions;

namespace {

Issues check(const std::string& text) {
  auto read = model::read_json(definitions(), text, {});
  REQUIRE(read);
  REQUIRE(read->issues.empty());
  return profile::validate(definitions(), read->tree, read->tree.root(), {});
}

}  // namespace

TEST_CASE("what the definitions do not allow is an issue with its place") {
  struct Row {
    const char* text;
    const char* place;
    const char* code;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"resourceType":"ServiceRequest","status":"active","intent":"order"})",
       "ServiceRequest.subject", "required"},
      {R"({"resourceType":"Patient","gender":"f"})", "Patient.gender", "code-invalid"},
      {R"({"resourceType":"Patient","birthDate":"1970-13"})", "Patient.birthDate", "value"},
      {R"({"resourceType":"Patient","id":"a_b"})", "Patient.id", "value"},
      {R"({"resourceType":"Patient","link":[{"type":"refer"}]})", "Patient.link[0].other",
       "required"},
      {R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueInteger":1,
          "valueString":"x"})",
       "Observation.value", "structure"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"Patient/1"}})",
       "Patient.managingOrganization.reference", "structure"},
      {R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Task",
          "status":"done","intent":"order"}}]})",
       "Bundle.entry[0].resource.status", "code-invalid"},
      {R"({"resourceType":"Patient","contact":[{"gender":"x"}]})", "Patient.contact[0].gender",
       "code-invalid"},
      {R"({"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"},
          "clinicalStatus":{"coding":[{"system":
          "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"x"}]}})",
       "AllergyIntolerance.clinicalStatus", "code-invalid"},
  }));
  CAPTURE(row.text);
  const auto issues = check(row.text);
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].severity == Severity::error);
  CHECK(issues[0].expression == row.place);
  CHECK(issues[0].code == row.code);
}

TEST_CASE("a good resource has no issues") {
  const auto text = GENERATE(
      as<std::string>(),
      R"({"resourceType":"Patient","gender":"female","birthDate":"1970-03","name":[{"given":
         ["a",null],"_given":[null,{"extension":[{"url":"u","valueCode":"c"}]}]}],
         "managingOrganization":{"reference":"http://x/fhir/Organization/1/_history/2"}})",
      R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":
         {"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}})");
  CAPTURE(text);
  CHECK(check(text).empty());
}

TEST_CASE("codes that cannot be checked are said to be unchecked") {
  const auto issues = check(R"({"resourceType":"Binary","contentType":"text/plain"})");
  REQUIRE(issues.size() == 1);
  CHECK(issues[0].severity == Severity::information);
}

TEST_CASE("the issues of one resource are limited, and the limit says so") {
  std::string text = R"({"resourceType":"Patient","link":[)";
  for (int i = 0; i < 3000; ++i) text += R"({"type":"x"},)";
  text.back() = ']';
  const auto issues = check(text + "}");
  CHECK(issues.size() == Limits{}.issues + 1);
  CHECK(issues.back().text.find("limit") != std::string::npos);
}

TEST_CASE("official R4 examples are valid, but for those that break their own definitions") {
  const std::set<std::string> proven_wrong = {
      "DeviceMetric-example.json",  // parent is a Device; the example names a DeviceDefinition
      "DeviceUseStatement-example.json",   // reasonReference may not be a Procedure
      "ImplementationGuide-fhir.json",     // no name, no status
      "MedicationRequest-medrx0301.json",  // dispenseRequest.performer is an Organization
      "Observation-clinical-gender.json",  // performer may not be an Encounter
      "Questionnaire-qs1.json",            // items without linkId
      "ig-r4.json",                        // no name, no status
      // datatypes.html#id: at most 64 characters
      "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json",
      // no base
      "SearchParameter-codesystem-extensions-CodeSystem-author.json",
      "SearchParameter-codesystem-extensions-CodeSystem-effective.json",
      "SearchParameter-codesystem-extensions-CodeSystem-end.json",
      "SearchParameter-codesystem-extensions-CodeSystem-keyword.json",
      "SearchParameter-codesystem-extensions-CodeSystem-workflow.json",
      "SearchParameter-valueset-extensions-ValueSet-author.json",
      "SearchParameter-valueset-extensions-ValueSet-effective.json",
      "SearchParameter-valueset-extensions-ValueSet-end.json",
      "SearchParameter-valueset-extensions-ValueSet-keyword.json",
      "SearchParameter-valueset-extensions-ValueSet-workflow.json",
  };
  Limits limits;
  limits.depth = 128;
  std::set<std::string> wrong;
  int count = 0;
  for (const auto& file : test::r4_examples()) {
    const auto name = file.filename().string();
    CAPTURE(name);
    const auto read = model::read_json(definitions(), test::read_file(file), limits);
    REQUIRE(read);
    if (has_errors(profile::validate(definitions(), read->tree, read->tree.root(), limits)))
      wrong.insert(name);
    ++count;
  }
  CHECK(count > 5000);
  CHECK(wrong == proven_wrong);
}
