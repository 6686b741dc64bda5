#include "support/terminology.h"
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
      {R"({"id":"Patient.maritalStatus","path":"Patient.maritalStatus",
          "fixedCodeableConcept":{"coding":[{"system":"urn:s","code":"m"}]}})",
       R"("maritalStatus":{"coding":[{"code":"m","system":"urn:s"}]})",
       R"("maritalStatus":{"coding":[{"system":"urn:s","code":"m","display":"M"}]})",
       "Patient.maritalStatus"},
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

TEST_CASE("a profile that is built on itself is said to be") {
  const auto definition = [](const std::string& name, const std::string& base) {
    return R"({"resourceType":"StructureDefinition","url":"http://test.example/)" + name +
           R"(","name":"P","status":"draft","kind":"resource","abstract":false,"type":"Patient",
      "baseDefinition":"http://test.example/)" +
           base + R"(","derivation":"constraint","differential":{"element":[{"id":"Patient",
      "path":"Patient"}]}})";
  };
  struct Row {
    const char* base_of_p;
    const char* base_of_a;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {"p", "p", "the definition is built on itself"},
      {"a", "p", "the definition is built on itself"},
      {"a", "a", "the definition is built on itself"},
      {"a", "nobody", "a base of the base definition is not known"},
      {"nobody", "p", "the base definition is not known"},
  }));
  CAPTURE(row.base_of_p, row.base_of_a);
  const auto own = definition("p", row.base_of_p);
  test::Checked checked({own, definition("a", row.base_of_a)});
  const auto says = [&row](const std::string& all) { return all.find(row.says) != all.npos; };
  CHECK(says(checked.all_by_profile(R"({"resourceType":"Patient"})")));
  const Tree tree = test::read_tree(own);
  std::string of_itself;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {}))
    of_itself += issue.expression + ": " + issue.text + "\n";
  CHECK(says(of_itself));
  CHECK(of_itself.find("StructureDefinition.baseDefinition: ") != std::string::npos);
}

TEST_CASE("what of a profile is wrong or cannot be checked is told, once") {
  struct Row {
    const char* elements;
    const char* more;
    const char* says;
    Severity severity;
  };
  const auto row = GENERATE(values<Row>({
      {R"-({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h",
           "expression":"name.exists("}]})-",
       "", "the invariant x-1 cannot be evaluated", Severity::warning},
      {R"-({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h",
           "expression":"name.foo()"}]})-",
       "", "the invariant x-1 cannot be evaluated", Severity::warning},
      {R"({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h",
           "xpath":"f:name"}]})",
       "", "the invariant x-1 has no expression", Severity::warning},
      {R"-({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h",
           "expression":"maritalStatus.memberOf('http://test.example/none')"}]})-",
       "", "asks for codes not at hand", Severity::information},
      {R"-({"path":"Patient","constraint":[{"key":"x-1","severity":"error","human":"h",
           "expression":"maritalStatus.where(memberOf('http://test.example/none')).exists()"}]})-",
       "", "asks for codes not at hand", Severity::information},
      {R"({"path":"Patient.foo","min":1})", "", "no such element in the base", Severity::error},
      {R"({"path":"Patient.gender","max":"*"})", "", "max * is more than the base's 1",
       Severity::error},
      {R"({"path":"Patient.maritalStatus","binding":{"strength":"preferred",
           "valueSet":"http://test.example/none"}})",
       "", "are not at hand: not checked", Severity::information},
      {R"({"path":"Patient.maritalStatus","binding":{"strength":"example",
           "valueSet":"http://test.example/none"}})",
       "", "are not at hand: not checked", Severity::information},
  }));
  CAPTURE(row.elements);
  test::Checked checked({test::profile_text("Patient", row.elements, row.more)});
  const auto tree = test::read_tree(R"({"resourceType":"Patient",
    "maritalStatus":{"coding":[{"system":"http://snomed.info/sct","code":"1"}]}})");
  profile::Options options;
  options.profiles = {"http://test.example/p"};
  int said = 0;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), options, {})) {
    if (issue.text.find(row.says) == std::string::npos) continue;
    ++said;
    CHECK(issue.severity == row.severity);
  }
  CHECK(said == 1);
}

TEST_CASE("a value set that lists codes answers without their code system") {
  const auto bound = [](const std::string& include, const std::string& coding) {
    const auto codes = test::loaded({R"({"resourceType":"ValueSet","url":"http://test.example/vs",
      "status":"active","compose":{"include":[)" +
                                     include + "]}}"});
    auto all = terminology::core(test::definitions());
    for (const auto& content : codes.contents()) all.add(content);
    profile::Validator validator(test::definitions(), &all);
    validator.registry().add(test::read_tree(test::profile_text(
        "Patient", R"({"path":"Patient.maritalStatus","binding":{"strength":"required",
        "valueSet":"http://test.example/vs"}})")));
    const auto tree = test::read_tree(R"({"resourceType":"Patient","maritalStatus":{"coding":[)" +
                                      coding + "]}}");
    profile::Options options;
    options.profiles = {"http://test.example/p"};
    return has_errors(validator.validate(tree, tree.root(), options, {}));
  };
  // R4's own SNOMED CT is a fragment: it decides nothing about a list.
  const std::string list = R"({"system":"http://snomed.info/sct","concept":[{"code":"2"}]})";
  CHECK_FALSE(bound(list, R"({"system":"http://snomed.info/sct","code":"2"})"));
  CHECK(bound(list, R"({"system":"http://snomed.info/sct","code":"1"})"));
  CHECK_FALSE(bound(R"({"system":"http://snomed.info/sct"})",
                    R"({"system":"http://snomed.info/sct","code":"1"})"));
  // A code without a system is a member of nothing.
  CHECK(bound(list, R"({"code":"2"})"));
  CHECK(bound(R"({"system":"urn:cs","concept":[{"code":"2"}]})", R"({"code":"2"})"));
}

TEST_CASE("references of the wrong kind, and values that are not all of what is fixed") {
  struct Row {
    const char* element;
    const char* good;
    const char* bad;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[
          "http://hl7.org/fhir/StructureDefinition/Organization"],"aggregation":["contained"]}]})",
       R"("contained":[{"resourceType":"Organization","id":"o","name":"n"}],
          "managingOrganization":{"reference":"#o"})",
       R"("managingOrganization":{"reference":"Organization/1"})"},
      {R"({"path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[
          "http://hl7.org/fhir/StructureDefinition/Organization"],"aggregation":["referenced"]}]})",
       R"("managingOrganization":{"reference":"Organization/1"})",
       R"("contained":[{"resourceType":"Organization","id":"o","name":"n"}],
          "managingOrganization":{"reference":"#o"})"},
      {R"({"path":"Patient.maritalStatus","fixedCodeableConcept":{"text":"m"}})",
       R"("maritalStatus":{"text":"m"})",
       R"("maritalStatus":{"text":"m","coding":[{"system":"urn:s","code":"c"}]})"},
  }));
  CAPTURE(row.element);
  test::Checked checked({test::profile_text("Patient", row.element)});
  const auto patient = [](const std::string& members) {
    return R"({"resourceType":"Patient",)" + members + "}";
  };
  CHECK(checked.errors_by_profile(patient(row.good)) == "");
  CHECK(checked.errors_by_profile(patient(row.bad)) != "");
}
