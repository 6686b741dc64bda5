// UK Core as published: its snapshots, what its Patient asks for, its examples.

#include "support/package.h"

#include <iostream>
#include <map>
#include <memory>

using namespace fingerpost;

namespace {

namespace fs = std::filesystem;

// The validator with UK Core; null, and said so, when the public data is not there.
std::unique_ptr<profile::Validator> uk_core(terminology::Terminology& codes) {
  const auto data = test::shared_data();
  const auto folder = data / "gp/uk-core";
  if (data.empty() || !fs::is_directory(folder)) {
    WARN("SKIP: no shared/data/gp/uk-core beside the project");
    return nullptr;
  }
  return test::validator_with(
      {folder / "structuredefinitions", folder / "valuesets", folder / "codesystems"}, codes);
}

std::string errors(const profile::Validator& validator, const std::string& text) {
  profile::Options options;
  options.profiles = {"https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"};
  return test::errors_of(validator, text, options);
}

}  // namespace

TEST_CASE("UK Core's Patient slices its identifiers and its extensions") {
  terminology::Terminology codes;
  const auto validator = uk_core(codes);
  if (!validator) return;
  const std::string sex = R"({"url":
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-BirthSex","valueCodeableConcept":
    {"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-BirthSex","code":"1"}]}})";
  const auto patient = [](const std::string& members) {
    return R"({"resourceType":"Patient",)" + members + "}";
  };
  CHECK(errors(*validator, patient(R"("extension":[)" + sex + "]")) == "");
  CHECK(errors(*validator, patient(R"("extension":[)" + sex + "," + sex + "]"))
            .find("Patient.extension:birthSex may be given at most 1") != std::string::npos);
  const std::string number = R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number")";
  CHECK(errors(*validator, patient(number + R"(,"value":"9990000018"}])")) == "");
  CHECK(errors(*validator, patient(number + "}]")).find("Patient.identifier.value") !=
        std::string::npos);
}

TEST_CASE("UK Core's definitions are profiles without a flaw") {
  terminology::Terminology codes;
  const auto validator = uk_core(codes);
  if (!validator) return;
  std::string flaws;
  int count = 0;
  for (const auto& file :
       fs::directory_iterator(test::shared_data() / "gp/uk-core/structuredefinitions")) {
    const auto url = "https://fhir.hl7.org.uk/StructureDefinition/" + file.path().stem().string();
    const auto* profile = validator->registry().profile(url);
    if (profile == nullptr) continue;
    ++count;
    for (const auto& issue : profile->issues)
      flaws += url + " " + issue.expression + ": " + issue.text + "\n";
  }
  CHECK(count > 50);
  CHECK(flaws == "");
}

TEST_CASE("UK Core's own examples are valid, but for those that break it") {
  terminology::Terminology codes;
  const auto validator = uk_core(codes);
  if (!validator) return;
  const std::map<std::string, std::string> wrong{
      // xml.html: elements stand in the order of the definition; here text comes after others.
      {"Extension-UKCore-CodingSCT-IllicitDrugs-Example", "stands after an element"},
      // Extension.value[x] is 0..1; here are two.
      {"Extension-UKCore-ConditionEpisode-Example", "must not be repeated"},
      // references.html#literal: a relative reference is Type/id; the URL of a definition is no id.
      {"UKCore-Provenance-RARecordConsent-Example", "is neither a URL, nor Type/id, nor #id"},
  };
  std::map<std::string, std::string> found;
  for (const auto& file : fs::directory_iterator(test::shared_data() / "gp/uk-core/examples")) {
    auto read = model::read_resource(test::definitions(), test::read_file(file.path()), {});
    REQUIRE(read);
    auto issues = std::move(read->issues);
    for (auto& issue : validator->validate(read->tree, read->tree.root(), {}, {}))
      issues.push_back(std::move(issue));
    for (const auto& issue : issues)
      if (issue.severity <= Severity::error) found.emplace(file.path().stem().string(), issue.text);
  }
  for (const auto& [name, text] : wrong) {
    CAPTURE(name);
    CHECK(found[name].find(text) != std::string::npos);
    found.erase(name);
  }
  std::string others;
  for (const auto& [name, text] : found) others += name + ": " + text + "\n";
  CHECK(others == "");
}
