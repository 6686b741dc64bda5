// Every official R4 example.

#include "support/files.h"
#include "support/validator.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

using namespace fingerpost;

TEST_CASE(
    "official R4 examples are valid with invariants and profiles, but for those that break R4") {
  // The example, and a part of all that is wrong with it. Why R4's own text has it so stands before
  // each kind.
  const std::multimap<std::string, std::string> wrong{
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
      // HTML 4.0 12.2.4: a reference to what cannot be identified is an error. Their narratives
      // link to
      // #NAV where the anchor is v3-NullFlavor-NAV.
      {"Bundle-v3-valuesets", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-ActCode", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-ActReason", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-ActRelationshipType", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-CalendarCycle", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-ContextControl", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-EntityCode", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-EntityNamePartQualifier", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-NullFlavor", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-ObservationInterpretation", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-RoleCode", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-RouteOfAdministration", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-hl7Realm", "a link in the narrative leads nowhere"},
      {"CodeSystem-v3-orderableDrugForm", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-ActCode", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-ActReason", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-ActRelationshipType", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-CalendarCycle", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-ContextControl", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-EntityCode", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-EntityNamePartQualifier", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-NullFlavor", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-ObservationInterpretation", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-RoleCode", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-RouteOfAdministration", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-hl7Realm", "a link in the narrative leads nowhere"},
      {"ValueSet-v3-orderableDrugForm", "a link in the narrative leads nowhere"},
      // StructureDefinition/translation has the contexts string, code and markdown;
      // ValueSet.expansion.contains is none of them. RFC 3986: a uri has no |, and this one has.
      {"Bundle-valueset-expansions", "StructureDefinition/translation may not stand here"},
      {"Bundle-valueset-expansions", "is not a valid URN of its kind"},
      // ImplementationGuide.name and status are 1..1, and what it lists has an id of 67 characters.
      {"ImplementationGuide-fhir", "needs at least 1"},
      {"ImplementationGuide-fhir", "is neither a URL, nor Type/id, nor #id"},
      {"ig-r4", "needs at least 1"},
      {"ig-r4", "is neither a URL, nor Type/id, nor #id"},
  };
  Limits limits;  // of Bundles of all definitions; an error beyond them makes the last issue one
  limits.depth = 128;
  limits.issues = 20'000;
  limits.validation_steps *= 1000;
  test::Checked checked;
  std::set<std::pair<std::string, std::string>> met;
  std::map<std::string, int> others;
  for (const auto& file : test::r4_examples()) {
    const auto name = file.stem().string();
    auto read = model::read_json(test::definitions(), test::read_file(file), limits);
    CAPTURE(name);
    REQUIRE(read);
    auto issues = std::move(read->issues);
    for (auto& issue : checked.validator().validate(read->tree, read->tree.root(), {}, limits))
      issues.push_back(std::move(issue));
    const auto [first, last] = wrong.equal_range(name);
    for (const auto& issue : issues) {
      if (issue.severity > Severity::error) continue;
      const auto known = std::find_if(first, last, [&](const auto& row) {
        return issue.text.find(row.second) != std::string::npos;
      });
      if (known != last)
        met.insert(*known);
      else
        ++others[name + ": " + issue.text];
    }
  }
  CHECK(met == std::set<std::pair<std::string, std::string>>(wrong.begin(), wrong.end()));
  std::string told;
  for (const auto& [text, count] : others) told += text + " (" + std::to_string(count) + ")\n";
  CHECK(told == "");
}
