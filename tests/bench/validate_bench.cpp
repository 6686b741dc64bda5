// Validation: a resource of some 2 KB against R4, and against a UK Core profile with slices; that
// one only where the shared data is at hand.

#include "bench/measure.h"
#include "model/xml.h"
#include "profile/validate.h"
#include "profile/validator.h"
#include "support/definitions.h"
#include "support/files.h"
#include "terminology/core.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

using namespace fingerpost;

namespace {

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

constexpr const char* patient = R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"3",
"lastUpdated":"2026-11-02T09:30:00Z"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Ann Example, born 1970</p></div>"},
"identifier":[{"use":"official","system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018",
"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
"valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus","code":"number-present-and-verified"}]}}]},
{"system":"https://practice.example/ids","value":"12345","period":{"start":"2015-04-01","end":"2027-03-31"}}],
"active":true,"name":[{"use":"official","family":"Example","given":["Ann","Jane"],"prefix":["Ms"],
"period":{"start":"2001-05-06"}},{"use":"nickname","given":["Annie"]}],
"telecom":[{"system":"phone","value":"0113 496 0000","use":"home"},{"system":"phone","value":"07700 900000",
"use":"mobile","rank":1},{"system":"email","value":"ann@example.org"}],"gender":"female","birthDate":"1970-03-02",
"deceasedBoolean":false,"address":[{"use":"home","type":"both","line":["1 Example Street","Exampleton"],
"city":"Leeds","district":"West Yorkshire","postalCode":"LS1 1AA","country":"GBR","period":{"start":"2010-01-01"}}],
"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M","display":"Married"}]},
"multipleBirthInteger":1,"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0131",
"code":"N","display":"Next-of-Kin"}]}],"name":{"family":"Example","given":["Bob"]},"telecom":[{"system":"phone",
"value":"0113 496 0001"}],"address":{"line":["1 Example Street"],"city":"Leeds"},"gender":"male"}],
"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en-GB"}],"text":"English"},"preferred":true}],
"generalPractitioner":[{"reference":"Organization/o1","display":"Example Surgery"}],
"managingOrganization":{"reference":"Organization/o2"}})";

}  // namespace

int main() {
  const auto& definitions = test::definitions();
  auto codes = terminology::core(definitions);
  std::unique_ptr<profile::Validator> validator;
  std::cout << "a validator is built in " << milliseconds([&] {
    validator = std::make_unique<profile::Validator>(definitions, &codes);
  }) << " ms\n";
  const auto read = model::read_json(definitions, patient, {});
  if (!read) return 1;
  const auto size = static_cast<double>(std::string_view(patient).size());
  const profile::Options base;
  bench::print(
      "structure, 2 KB Patient",
      bench::measure(20'000, [&] { (void)profile::validate(definitions, read->tree, 1, {}); }),
      size);
  bench::print("R4 with invariants, 2 KB Patient",
               bench::measure(20'000, [&] { (void)validator->validate(read->tree, 1, base, {}); }),
               size);
  const auto folder = test::shared_data() / "gp/uk-core";
  if (!std::filesystem::is_directory(folder)) return 0;
  std::size_t files = 0;
  std::cout << "its profiles are read in " << milliseconds([&] {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".xml" && file.path().extension() != ".json") continue;
      auto definition = model::read_resource(definitions, test::read_file(file.path()), {});
      if (!definition) continue;
      validator->registry().add(std::move(definition->tree));
      ++files;
    }
  }) << " ms ("
            << files << " files)\n";
  profile::Options uk;
  uk.profiles = {"https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"};
  std::cout << "the profile is compiled in "
            << milliseconds([&] { (void)validator->validate(read->tree, 1, uk, {}); }) << " ms\n";
  bench::print("UK Core Patient with slices, 2 KB",
               bench::measure(5'000, [&] { (void)validator->validate(read->tree, 1, uk, {}); }),
               size);
}
