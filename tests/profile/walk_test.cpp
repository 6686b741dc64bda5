#include "profile/view.h"
#include "support/files.h"
#include "support/validator.h"

#include <map>

using namespace fingerpost;

TEST_CASE("what R4 demands of any resource, beside its structure") {
  struct Row {
    const char* text;
    const char* place;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"resourceType":"Patient","contact":[{"gender":"male"}]})", "Patient.contact[0]",
       "pat-1"},
      {R"({"resourceType":"Patient","name":[{"id":"a"}]})", "Patient.name[0]", "ele-1"},
      {R"({"resourceType":"Patient","extension":[{"url":"http://a.example/x"}]})",
       "Patient.extension[0]", "ext-1"},
      {R"({"resourceType":"Patient","extension":[{"url":"x","valueCode":"a"}]})",
       "Patient.extension[0]", "absolute"},
      {R"({"resourceType":"Patient","modifierExtension":[{"url":"http://a.test/x",
          "valueCode":"a"}]})",
       "Patient.modifierExtension[0]", "changes the meaning"},
      {R"({"resourceType":"Patient","name":[{"extension":[{"url":
          "http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"2020"}]}]})",
       "Patient.name[0].extension[0]", "may not stand here"},
      {R"({"resourceType":"Patient","birthDate":"2020","_birthDate":{"extension":[{"url":
          "http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueString":"x"}]}})",
       "Patient.birthDate.extension[0].value", "may not be of type"},
      {R"({"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o",
          "name":"n"}]})",
       "Patient.contained[0]", "dom-3"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"#o"}})",
       "Patient.managingOrganization", "ref-1"},
      {R"({"resourceType":"Patient","text":{"status":"generated","div":
          "<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>"}})",
       "Patient.text.div", "txt-1"},
      {R"({"resourceType":"Patient","text":{"status":"generated","div":
          "<div xmlns=\"http://www.w3.org/1999/xhtml\"> </div>"}})",
       "Patient.text.div", "txt-2"},
      {R"({"resourceType":"Patient","text":{"status":"generated","div":
          "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"#x\">x</a></div>"}})",
       "Patient.text.div", "leads nowhere"},
      {R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":
          {"resourceType":"Patient"}}]})",
       "Bundle.entry[0]", "needs a fullUrl"},
      {R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a.example/Patient/2",
          "resource":{"resourceType":"Patient","id":"1"}}]})",
       "Bundle.entry[0]", "not that of the resource's id"},
      {R"({"resourceType":"Patient","name":[{"id":"a","text":"x"},{"id":"a","text":"y"}]})",
       "Patient.name[1].id", "the same id"},
      {R"({"resourceType":"Patient","name":[{"id":"a b","text":"x"}]})", "Patient.name[0].id",
       "no blanks"},
      {R"({"resourceType":"Patient","generalPractitioner":[{"reference":"#o"}],"contained":[
          {"resourceType":"Organization","id":"o","name":"n"},
          {"resourceType":"Organization","id":"o","name":"m"}]})",
       "Patient.contained[1]", "the same id"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"foo bar"}})",
       "Patient.managingOrganization.reference", "neither a URL"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"Organisation/1"}})",
       "Patient.managingOrganization.reference", "neither a URL"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"Organization/1",
          "type":"Patient"}})",
       "Patient.managingOrganization.type", "is not the type of what is referred to"},
      {R"({"resourceType":"Patient","managingOrganization":{"reference":"#o","type":"Patient"},
          "contained":[{"resourceType":"Organization","id":"o","name":"n"}]})",
       "Patient.managingOrganization.type", "is not the type of what is referred to"},
      {R"({"resourceType":"Patient","identifier":[{"system":"urn:uuid:XYZ","value":"1"}]})",
       "Patient.identifier[0].system", "not a valid URN"},
      {R"({"resourceType":"Patient","identifier":[{"system":"urn:oid:1.02.3","value":"1"}]})",
       "Patient.identifier[0].system", "not a valid URN"},
      {R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":
          {"value":1,"system":"http://unitsofmeasure.org","code":"kgg"}})",
       "Observation.value.code", "is not a code of its system"},
      {R"({"resourceType":"Patient","language":"q!!"})", "Patient.language",
       "is not among the codes of http://hl7.org/fhir/ValueSet/all-languages"},
      {R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/1"},
          "effectiveDateTime":"2020","code":{"coding":[{"system":"http://loinc.org",
          "code":"29463-7"}]},"valueQuantity":{"value":80,"unit":"kg",
          "system":"http://unitsofmeasure.org","code":"kg"}})",
       "Observation.category", "needs at least 1 (http://hl7.org/fhir/StructureDefinition/"},
      {R"({"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,null]}]})",
       "Patient.name[0].given[1]", "ele-1"},
      {R"({"resourceType":"Media","status":"completed","content":{"contentType":"text/plain",
          "data":"YWJj","size":4}})",
       "Media.content", "the size stated"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"group",
          "enableWhen":[{"question":"b","operator":"exists","answerBoolean":true}],
          "item":[{"linkId":"b","type":"boolean"}]}]})",
       "Questionnaire.item[0]", "cannot be enabled"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"integer",
          "initial":[{"valueString":"1"}]}]})",
       "Questionnaire.item[0].initial[0].value", "takes no string"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"group",
          "item":[{"linkId":"b","type":"choice","initial":[{"valueString":"1"}]}]}]})",
       "Questionnaire.item[0].item[0].initial[0].value", "takes no string"},
      {R"({"resourceType":"Patient","text":{"status":"generated","div":"<div>a</div>"}})",
       "Patient.text.div", "namespace"},
      {R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":
          {"reference":"Patient/1"},"instantiatesCanonical":["urn:oid:1.02.3|4"]})",
       "ServiceRequest.instantiatesCanonical[0]", "not a valid URN"},
      {R"({"resourceType":"StructureDefinition","url":"http://a.example/p","name":"P",
          "status":"draft","kind":"resource","abstract":false,"type":"Patient","baseDefinition":
          "http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
          "differential":{"element":[{"id":"Patient.x","path":"Patient.x"}]}})",
       "StructureDefinition", "no such element in the base"},
  }));
  CAPTURE(row.text);
  const auto found = test::Checked().errors(row.text);
  CHECK(found.starts_with(std::string(row.place) + ": "));
  CHECK(found.find(row.says) != std::string::npos);
}

TEST_CASE("what looks like a fault and is none") {
  const auto text = GENERATE(values<const char*>({
      R"({"resourceType":"Patient","name":[{"id":"a","text":"x"},{"id":"b","text":"y"}]})",
      R"({"resourceType":"Patient","managingOrganization":{"type":"Organization",
          "reference":"http://a.test/fhir/Organization/1/_history/2"}})",
      R"({"resourceType":"Patient","managingOrganization":{"reference":"Organization/1",
          "type":"http://hl7.org/fhir/StructureDefinition/Organization"}})",
      R"({"resourceType":"Patient","managingOrganization":{"reference":
          "Organization?identifier=urn:x|1"}})",
      R"({"resourceType":"Patient","identifier":[{"value":"1","system":
          "urn:uuid:C757873D-EC9A-4326-A141-556F43239520"},{"system":"urn:oid:1.2.3","value":"1"},
          {"system":"urn:ietf:rfc:3986","value":"urn:uuid:x"}]})",
      R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":
          {"value":1,"system":"http://unitsofmeasure.org","code":"{score}"}})",
      R"({"resourceType":"Patient","language":"en-GB","communication":[{"language":
          {"text":"the one of the valley"}}]})",
      R"({"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,
          {"extension":[{"url":"http://a.test/x","valueCode":"b"}]}]}]})",
      R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":
          {"reference":"Patient/1"},"instantiatesCanonical":["urn:oid:1.2.3|4","urn:oid:1.2.3",
          "urn:uuid:c757873d-ec9a-4326-a141-556f43239520|1#a"]})",
      R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"text",
          "initial":[{"valueString":"1"}]},{"linkId":"b","type":"open-choice",
          "initial":[{"valueString":"1"}]},{"linkId":"c","type":"url",
          "initial":[{"valueUri":"http://a.example"}]}]})",
  }));
  CAPTURE(text);
  CHECK(test::Checked().errors(text) == "");
}

TEST_CASE("what R4 does not forbid and nobody means is a warning") {
  struct Row {
    const char* text;
    const char* place;  // none: there is no warning
  };
  const auto row = GENERATE(values<Row>({
      {R"({"resourceType":"Patient","identifier":[{"system":"nhs-number","value":"1"}]})",
       "Patient.identifier[0].system"},
      {R"({"resourceType":"Patient","identifier":[{"system":"urn:ietf:rfc:3986","value":"1"}]})",
       ""},
      {R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"CodeSystem/a",
          "code":"b"}]}})",
       "Patient.maritalStatus.coding[0].system"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"integer"},
          {"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":"=",
          "answerString":"1"}]}]})",
       "Questionnaire.item[1].enableWhen[0].answer"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"integer"},
          {"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":">",
          "answerInteger":1}]},{"linkId":"c","type":"string","enableWhen":[{"question":"a",
          "operator":"exists","answerBoolean":true}]}]})",
       ""},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"choice",
          "answerOption":[{"valueString":"x"}]},{"linkId":"b","type":"string","enableWhen":[
          {"question":"a","operator":"=","answerString":"x"}]}]})",
       ""},
  }));
  CAPTURE(row.text);
  const Tree tree = test::read_tree(row.text);
  std::string places;
  for (const auto& issue : test::Checked().validator().validate(tree, tree.root(), {}, {})) {
    CHECK(issue.severity > Severity::error);
    const bool ours = issue.text.find("absolute URI") != std::string::npos ||
                      issue.text.find("takes no") != std::string::npos;
    if (ours && issue.severity == Severity::warning) places += issue.expression;
  }
  CHECK(places == row.place);
}

TEST_CASE("answers are held against their questionnaire") {
  test::Checked checked({R"({"resourceType":"Questionnaire","url":"http://test.example/q",
    "status":"active","item":[{"linkId":"a","type":"boolean","required":true},
    {"linkId":"b","type":"string","enableWhen":[{"question":"a","operator":"=",
     "answerBoolean":true}],"required":true},
    {"linkId":"c","type":"choice","answerOption":[{"valueCoding":{"code":"x"}}]}]})"});
  struct Row {
    const char* items;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"linkId":"a","answer":[{"valueBoolean":false}]})", ""},
      {R"({"linkId":"a","answer":[{"valueBoolean":true}]},
          {"linkId":"b","answer":[{"valueString":"s"}]},
          {"linkId":"c","answer":[{"valueCoding":{"code":"x"}}]})",
       ""},
      {R"({"linkId":"a","answer":[{"valueBoolean":true}]})", "a required question"},
      {R"({"linkId":"a","answer":[{"valueBoolean":false}]},
          {"linkId":"b","answer":[{"valueString":"s"}]})",
       "not enabled"},
      {R"({"linkId":"a","answer":[{"valueString":"yes"}]})", "takes no string"},
      {R"({"linkId":"a","answer":[{"valueBoolean":false},{"valueBoolean":true}]})", "one answer"},
      {R"({"linkId":"a","answer":[{"valueBoolean":false}]},
          {"linkId":"c","answer":[{"valueCoding":{"code":"y"}}]})",
       "none of the questionnaire's options"},
      {R"({"linkId":"z","answer":[{"valueBoolean":false}]})", "no such item"},
  }));
  CAPTURE(row.items);
  const auto found = checked.errors(
      R"({"resourceType":"QuestionnaireResponse","status":"completed",
      "questionnaire":"http://test.example/q","item":[)" +
      std::string(row.items) + "]}");
  CHECK(found.empty() == std::string_view(row.says).empty());
  CHECK(found.find(row.says) != std::string::npos);
}

TEST_CASE(
    "answers stay within the bounds and the types that their questionnaire's extensions name") {
  test::Checked checked({R"({"resourceType":"Questionnaire","url":"http://test.example/q",
    "status":"active","item":[{"linkId":"n","type":"integer","extension":[
      {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":2},
      {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":5}]},
    {"linkId":"r","type":"reference","extension":[
      {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource",
       "valueCode":"Patient"},
      {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource",
       "valueCode":"Group"}]}]})"});
  struct Row {
    const char* item;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"linkId":"n","answer":[{"valueInteger":2}]})", ""},
      {R"({"linkId":"n","answer":[{"valueInteger":5}]})", ""},
      {R"({"linkId":"n","answer":[{"valueInteger":1}]})", "is less than"},
      {R"({"linkId":"n","answer":[{"valueInteger":9}]})", "is more than"},
      {R"({"linkId":"r","answer":[{"valueReference":{"reference":"Group/1"}}]})", ""},
      {R"({"linkId":"r","answer":[{"valueReference":{"reference":
          "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}}]})",
       ""},
      {R"({"linkId":"r","answer":[{"valueReference":{"reference":"Observation/1"}}]})",
       "what the questionnaire asks for"},
  }));
  CAPTURE(row.item);
  const auto found = checked.errors(
      R"({"resourceType":"QuestionnaireResponse","status":"completed",
      "questionnaire":"http://test.example/q","item":[)" +
      std::string(row.item) + "]}");
  CHECK(found.empty() == std::string_view(row.says).empty());
  CHECK(found.find(row.says) != std::string::npos);
}

TEST_CASE("what is measured with a vital sign may be in a unit that is not common among them") {
  test::Checked checked;
  const std::string flow = R"({"resourceType":"Observation","status":"final","category":[{"coding":[
    {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
    "code":{"coding":[{"system":"http://loinc.org","code":"2708-6"}]},
    "subject":{"reference":"Patient/1"},"effectiveDateTime":"2026-03-04","valueQuantity":{"value":95,
    "unit":"%","system":"http://unitsofmeasure.org","code":"%"},"component":[{"code":{"coding":[
    {"system":"http://loinc.org","code":"3151-8"}]},"valueQuantity":{"value":6,"unit":"L/min",
    "system":"http://unitsofmeasure.org","code":"L/min"}}]})";
  CHECK(checked.errors(flow) == "");
  const Tree tree = test::read_tree(flow);
  bool warned = false;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {}))
    warned |= issue.severity == Severity::warning &&
              issue.text.find("ucum-vitals-common") != std::string::npos;
  CHECK(warned);
}

TEST_CASE("the LOINC code that a vital signs profile of R4 fixes asks for that profile") {
  test::Checked checked;
  const auto* const name = GENERATE("vitalspanel", "resprate", "heartrate", "oxygensat", "bodytemp",
                                    "bodyheight", "headcircum", "bodyweight", "bmi", "bp");
  CAPTURE(name);
  const std::string url = "http://hl7.org/fhir/StructureDefinition/" + std::string(name);
  const Tree* const definition = checked.validator().registry().with_snapshot(url);
  REQUIRE(definition != nullptr);
  std::string code;
  const profile::View root(*definition, definition->root());
  root["snapshot"].each("element", [&](profile::View element) {
    const auto id = element["id"].text();
    if (id.starts_with("Observation.code.coding:") && id.ends_with(".code"))
      code = element["fixed"].text();
  });
  REQUIRE_FALSE(code.empty());
  CHECK(checked
            .errors(R"({"resourceType":"Observation","status":"final","code":{"coding":[{"system":
              "http://loinc.org","code":")" +
                    code + "\"}]}}")
            .find("(" + url + ")") != std::string::npos);
}
