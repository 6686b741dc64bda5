// Every official R4 example, but the largest Bundles of definitions, which are checked one by one.

#include "support/files.h"
#include "support/validator.h"

#include <map>

using namespace fingerpost;

TEST_CASE(
    "official R4 examples are valid with invariants and profiles, but for those that break R4") {
  // The example, and a part of what is wrong with it.
  const std::map<std::string, std::string> wrong{
      {"ActivityDefinition-blood-tubes-supply", "txt-2"},
      {"ActivityDefinition-heart-valve-replacement", "txt-2"},
      {"Bundle-10bb101f-a121-4264-a920-67be9cb82c74",
       "the fullUrl is not that of the resource's id"},
      {"Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe",
       "the fullUrl is not that of the resource's id"},
      {"Bundle-lri-example", "the fullUrl is not that of the resource's id"},
      {"DeviceMetric-example", "may not refer to a DeviceDefinition"},
      {"DeviceUseStatement-example", "may not refer to a Procedure"},
      {"EventDefinition-example", "txt-2"},
      {"MedicationRequest-medrx0301", "may not refer to a Practitioner"},
      {"Observation-clinical-gender", "may not refer to a Encounter"},
      {"Questionnaire-qs1", "needs at least 1"},
      {"Questionnaire-zika-virus-exposure-assessment", "txt-2"},
      {"TestScript-testscript-example", "tst-5"},
      {"TestScript-testscript-example-history", "tst-6"},
      {"TestScript-testscript-example-multisystem", "tst-6"},
      {"TestScript-testscript-example-readtest", "tst-6"},
      {"TestScript-testscript-example-search", "tst-6"},
      {"TestScript-testscript-example-update", "tst-6"},
  };
  test::Checked checked;
  std::map<std::string, std::string> found;
  for (const auto& file : test::files_in(test::packages() / "hl7.fhir.r4.examples", ".json")) {
    const auto name = file.stem().string();
    // ValueSets and CodeSystems of HL7 v2 and v3 are all alike; of the others every file.
    if (name.find("-v2-") != std::string::npos || name.find("-v3-") != std::string::npos ||
        name.starts_with("SearchParameter") || name.starts_with("StructureDefinition") ||
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
  CHECK(found == std::map<std::string, std::string>{});
}
