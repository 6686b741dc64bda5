// Every official R4 example, but the largest Bundles of definitions, which are checked one by one.

#include "support/files.h"
#include "support/validator.h"

#include <map>

using namespace fingerpost;

TEST_CASE(
    "official R4 examples are valid with invariants and profiles, but for those that break R4") {
  // The example, and a part of what is wrong with it. Why R4's own text has it so stands before
  // each kind; nothing else may be wrong with any of them.
  const std::map<std::string, std::string> wrong{
      // txt-2: the narrative SHALL have some non-whitespace content. These have blanks alone.
      {"ActivityDefinition-blood-tubes-supply", "txt-2"},
      {"ActivityDefinition-heart-valve-replacement", "txt-2"},
      {"EventDefinition-example", "txt-2"},
      {"Questionnaire-zika-virus-exposure-assessment", "txt-2"},
      // bundle.html#bundle-unique: a fullUrl that is a RESTful URL ends in the resource's own id.
      // …/Patient/pat12 holds pat2, …/Observation/lri-gramstain1 holds gramstain1.
      {"Bundle-10bb101f-a121-4264-a920-67be9cb82c74",
       "the fullUrl is not that of the resource's id"},
      {"Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe",
       "the fullUrl is not that of the resource's id"},
      {"Bundle-lri-example", "the fullUrl is not that of the resource's id"},
      // The target is of no type that the element's Reference(…) names: DeviceMetric.parent and
      // source take a Device; DeviceUseStatement.reasonReference no Procedure, MedicationRequest's
      // dispenseRequest.performer an Organization, Observation.performer no Encounter.
      {"DeviceMetric-example", "may not refer to a DeviceDefinition"},
      {"DeviceUseStatement-example", "may not refer to a Procedure"},
      {"MedicationRequest-medrx0301", "may not refer to a Practitioner"},
      {"Observation-clinical-gender", "may not refer to a Encounter"},
      // Questionnaire.item.linkId is 1..1; the items of type display have none.
      {"Questionnaire-qs1", "needs at least 1"},
      // sdf-4: what is not abstract has a baseDefinition. These patterns have none and say
      // abstract: false.
      {"StructureDefinition-Definition", "sdf-4"},
      {"StructureDefinition-Event", "sdf-4"},
      {"StructureDefinition-FiveWs", "sdf-4"},
      {"StructureDefinition-Request", "sdf-4"},
      // SearchParameter.base is 1..*; these have none.
      {"SearchParameter-codesystem-extensions-CodeSystem-author", "needs at least 1"},
      {"SearchParameter-codesystem-extensions-CodeSystem-effective", "needs at least 1"},
      {"SearchParameter-codesystem-extensions-CodeSystem-end", "needs at least 1"},
      {"SearchParameter-codesystem-extensions-CodeSystem-keyword", "needs at least 1"},
      {"SearchParameter-codesystem-extensions-CodeSystem-workflow", "needs at least 1"},
      {"SearchParameter-valueset-extensions-ValueSet-author", "needs at least 1"},
      {"SearchParameter-valueset-extensions-ValueSet-effective", "needs at least 1"},
      {"SearchParameter-valueset-extensions-ValueSet-end", "needs at least 1"},
      {"SearchParameter-valueset-extensions-ValueSet-keyword", "needs at least 1"},
      {"SearchParameter-valueset-extensions-ValueSet-workflow", "needs at least 1"},
      // datatypes.html#id: at most 64 characters.
      {"SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject",
       "is not a valid id"},
      // observation-vitalsigns.html: a body temperature (8310-5) has an effective time.
      {"Observation-f202", "Observation.effective"},
      // A urn:oid: is an OID (datatypes.html#oid), and X.Y.Z is none.
      {"Library-zika-virus-intervention-logic", "is not a valid URN of its kind"},
      // UCUM, which their quantities say they are of, has no units tbl, TAB, drop, ea and month.
      {"Bundle-father", "is not a code of its system"},
      {"Claim-760151", "is not a code of its system"},
      {"Claim-760152", "is not a code of its system"},
      {"MedicationDispense-meddisp0309", "is not a code of its system"},
      {"MedicationDispense-meddisp0313", "is not a code of its system"},
      {"MedicationDispense-meddisp0318", "is not a code of its system"},
      {"MedicationDispense-meddisp0324", "is not a code of its system"},
      {"MedicationDispense-meddisp0327", "is not a code of its system"},
      {"MedicationDispense-meddisp0328", "is not a code of its system"},
      {"MedicationDispense-meddisp0329", "is not a code of its system"},
      {"MedicationRequest-medrx0304", "is not a code of its system"},
      {"MedicationRequest-medrx0314", "is not a code of its system"},
      {"MedicationRequest-medrx0319", "is not a code of its system"},
      {"MedicationRequest-medrx0322", "is not a code of its system"},
      {"MedicationRequest-medrx0325", "is not a code of its system"},
      {"MedicationRequest-medrx0326", "is not a code of its system"},
      {"MedicationRequest-medrx0328", "is not a code of its system"},
      {"MedicationRequest-medrx0329", "is not a code of its system"},
      {"MedicationRequest-medrx0334", "is not a code of its system"},
      {"MedicationRequest-medrx0335", "is not a code of its system"},
      {"VisionPrescription-33124", "is not a code of its system"},
  };
  test::Checked checked;
  std::map<std::string, std::string> found;
  for (const auto& file : test::files_in(test::packages() / "hl7.fhir.r4.examples", ".json")) {
    const auto name = file.stem().string();
    // ValueSets and CodeSystems of HL7 v2 and v3 are all alike; of the others every file.
    if (name.find("-v2-") != std::string::npos || name.find("-v3-") != std::string::npos ||
        name == "package" || name.starts_with('.') || std::filesystem::file_size(file) > 2'000'000)
      continue;
    auto read = model::read_json(test::definitions(), test::read_file(file), {});
    if (!read) continue;  // no resource
    for (const auto& issue : checked.validator().validate(read->tree, read->tree.root(), {}, {}))
      if (issue.severity <= Severity::error) found.emplace(name, issue.text);
  }
  for (const auto& [name, text] : wrong) {
    CAPTURE(name);
    REQUIRE(found.contains(name));
    CHECK(found[name].find(text) != std::string::npos);
    found.erase(name);
  }
  std::string others;
  for (const auto& [name, text] : found) others += name + ": " + text + "\n";
  CHECK(others == "");
}
