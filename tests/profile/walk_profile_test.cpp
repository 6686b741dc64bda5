#include "support/validator.h"

using namespace fingerpost;

TEST_CASE("a profile asks for more than its type, and what it asks for is told") {
  struct Row {
    const char* element;  // of the differential
    const char* good;
    const char* bad;
    const char* place;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"id":"Patient.birthDate","path":"Patient.birthDate","min":1})", R"("birthDate":"1970")",
       R"("active":true)", "Patient.birthDate"},
      {R"({"id":"Patient.name","path":"Patient.name","max":"1"})", R"("name":[{"text":"a"}])",
       R"("name":[{"text":"a"},{"text":"b"}])", "Patient.name"},
      {R"({"id":"Patient.gender","path":"Patient.gender","fixedCode":"other"})",
       R"("gender":"other")", R"("gender":"male")", "Patient.gender"},
      {R"({"id":"Patient.maritalStatus","path":"Patient.maritalStatus",
          "patternCodeableConcept":{"coding":[{"system":"urn:s","code":"m"}]}})",
       R"("maritalStatus":{"text":"t","coding":[{"system":"urn:x","code":"m"},
          {"system":"urn:s","code":"m","display":"M"}]})",
       R"("maritalStatus":{"coding":[{"system":"urn:s"},{"code":"m"}]})", "Patient.maritalStatus"},
      {R"({"id":"Patient.deceased[x]","path":"Patient.deceased[x]","type":[{"code":"boolean"}]})",
       R"("deceasedBoolean":true)", R"("deceasedDateTime":"2020")", "Patient.deceased"},
      {R"({"id":"Patient.name.family","path":"Patient.name.family","maxLength":3})",
       R"("name":[{"family":"äöü"}])", R"("name":[{"family":"abcd"}])", "Patient.name[0].family"},
      {R"({"id":"Patient.birthDate","path":"Patient.birthDate","minValueDate":"1900-01-01"})",
       R"("birthDate":"1900-01-01")", R"("birthDate":"1899-12-31")", "Patient.birthDate"},
      {R"-({"id":"Patient","path":"Patient","constraint":[{"key":"t-1","severity":"error",
          "human":"named","expression":"name.exists()"}]})-",
       R"("name":[{"text":"a"}])", R"("active":true)", "Patient"},
      {R"({"id":"Patient.managingOrganization.identifier",
          "path":"Patient.managingOrganization.identifier","min":1})",
       R"("managingOrganization":{"identifier":{"value":"1"}})",
       R"("managingOrganization":{"display":"d"})", "Patient.managingOrganization.identifier"},
      {R"({"id":"Patient.deceased[x]:deceasedBoolean","path":"Patient.deceasedBoolean",
          "fixedBoolean":false})",
       R"("deceasedBoolean":false)", R"("deceasedBoolean":true)", "Patient.deceased"},
      {R"({"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","type":[
          {"code":"Reference","targetProfile":[
          "http://hl7.org/fhir/StructureDefinition/Organization"]}]})",
       R"("generalPractitioner":[{"reference":"Organization/1"}])",
       R"("generalPractitioner":[{"reference":"Practitioner/1"}])",
       "Patient.generalPractitioner[0]"},
  }));
  CAPTURE(row.element);
  test::Checked checked({test::profile_text("Patient", row.element)});
  const auto patient = [](const std::string& members) {
    return R"({"resourceType":"Patient",)" + members + "}";
  };
  CHECK(checked.errors_by_profile(patient(row.good)) == "");
  const auto found = checked.errors_by_profile(patient(row.bad));
  CHECK(found.starts_with(std::string(row.place) + ": "));
}

TEST_CASE("a claimed profile counts, and one nobody knows is said to be unchecked") {
  test::Checked checked({test::profile_text(
      "Patient", R"({"id":"Patient.active","path":"Patient.active","min":1})")});
  CHECK(checked.errors(
            R"({"resourceType":"Patient","meta":{"profile":["http://test.example/p"]}})") != "");
  const auto tree = test::read_tree(
      R"({"resourceType":"Patient","meta":{"profile":["http://test.example/other"]}})");
  const auto issues = checked.validator().validate(tree, tree.root(), {}, {});
  REQUIRE(issues.size() == 2);  // and there is no narrative (dom-6)
  CHECK(issues[1].severity == Severity::warning);
  CHECK(issues[1].code == "not-found");
}

TEST_CASE("profiles that refer to each other in a circle are checked once and end") {
  test::Checked checked(
      {test::profile_text("Patient",
                          R"({"id":"Patient.active","path":"Patient.active","min":1},
     {"id":"Patient.link.other","path":"Patient.link.other","type":[{"code":"Reference",
      "targetProfile":["http://test.example/p"]}]})")});
  const auto pair = [](const char* second) {
    return R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"http://a.example/Patient/1","resource":{"resourceType":"Patient","id":"1",
       "meta":{"profile":["http://test.example/p"]},"active":true,"link":[{"type":"refer",
       "other":{"reference":"Patient/2"}}]}},
      {"fullUrl":"http://a.example/Patient/2","resource":{"resourceType":"Patient","id":"2",)" +
           std::string(second) +
           R"("link":[{"type":"refer","other":{"reference":"Patient/1"}}]}}]})";
  };
  CHECK(checked.errors(pair(R"("active":true,)")) == "");
  CHECK(checked.errors(pair("")).find("does not refer to what") != std::string::npos);
}
