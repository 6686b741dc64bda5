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
      {R"({"resourceType":"Media","status":"completed","content":{"contentType":"text/plain",
          "data":"YWJj","size":4}})",
       "Media.content", "the size stated"},
      {R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"a","type":"group",
          "enableWhen":[{"question":"b","operator":"exists","answerBoolean":true}],
          "item":[{"linkId":"b","type":"boolean"}]}]})",
       "Questionnaire.item[0]", "cannot be enabled"},
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
