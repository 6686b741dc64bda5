// The public suites, where they are at hand. What fails must stand, with its reason, in
// conformance/expected-failures; what stands there must fail.

#include "suite/fhirpath.h"
#include "suite/json.h"
#include "suite/mapping.h"
#include "suite/patch.h"
#include "suite/roundtrip.h"
#include "suite/ucum.h"
#include "support/suite.h"

#include <catch2/catch.hpp>

using namespace fingerpost;
using test::fs::path;

TEST_CASE("the public FHIRPath suite passes but for the listed failures") {
  const auto folder = test::public_suite("conformance/fhirpath");
  if (folder.empty()) return;
  const auto report =
      suite::run_fhirpath(test::setting(), folder / "r4/tests-fhir-r4.xml", folder / "inputs-r4");
  test::judge(report, "fhirpath-r4.txt", 723);
}

TEST_CASE("the public FHIRPath Patch suite passes") {
  const auto folder = test::public_suite("conformance/patch");
  if (folder.empty()) return;
  test::judge(suite::run_patch(test::setting(), folder / "fhir-patch-tests.xml"), "", 22);
}

TEST_CASE("JSONTestSuite passes, with what FHIR refuses and what we decide in one table") {
  const auto folder = test::public_suite("conformance/jsontestsuite/test_parsing");
  if (folder.empty()) return;
  test::judge(suite::run_json(test::setting(), folder), "", 318);
}

TEST_CASE("UCUM's functional tests pass, but for the names of units") {
  const auto folder = test::public_suite("conformance/ucum");
  if (folder.empty()) return;
  test::judge(suite::run_ucum(test::setting(), folder / "UcumFunctionalTests.xml"), "", 574);
}

TEST_CASE("the public mapping manifests pass, but for those that need CDA") {
  const auto* const release = GENERATE("r4b", "r5");
  const auto folder =
      test::public_suite("fml/FHIR-fhir-test-cases/" + std::string(release) + "-structure-mapping");
  if (folder.empty()) return;
  const auto report = suite::run_mapping(test::setting(), folder / "manifest.xml");
  test::judge(report, "", 10);
}

TEST_CASE("resources of both forms come back the same") {
  std::vector<path> files;
  for (const auto* name : {"Patient-example.json", "CarePlan-example.json", "Goal-example.json",
                           "ServiceRequest-example.json", "Task-example1.json"})
    files.push_back(test::packages() / "hl7.fhir.r4.examples" / name);
  const test::Folder folder;
  files.emplace_back(folder.write(
      "a.xml",
      "<Goal xmlns='http://hl7.org/fhir'><id value='a'/><lifecycleStatus value='active'/>"
      "<description><text value='Walk'/></description></Goal>"));
  test::judge(suite::run_roundtrip(test::setting(), files), "", 6);
}

TEST_CASE("a file that does not come back the same is told") {
  const test::Folder folder;
  const std::vector<path> files{folder.write("bad.json", "{"), folder.write("bad.xml", "<a/>")};
  const auto report = suite::run_roundtrip(test::setting(), files);
  REQUIRE(report);
  CHECK(suite::to_text(*report, {}).ends_with("0 passed, 2 failed, 0 skipped\n"));
}
