// The public suites, where they are at hand. What fails must stand, with its reason, in
// conformance/expected-failures; what stands there must fail.

#include "path/syntax.h"
#include "suite/fhirpath.h"
#include "suite/json.h"
#include "suite/mapping.h"
#include "suite/patch.h"
#include "suite/resource.h"
#include "suite/roundtrip.h"
#include "suite/ucum.h"
#include "support/suite.h"
#include "wire/xml.h"

#include <catch2/catch.hpp>

#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace fingerpost;
using File = test::fs::path;

TEST_CASE("the public FHIRPath suite passes but for the listed failures") {
  const auto folder = test::public_suite("conformance/fhirpath");
  if (folder.empty()) return;
  const auto report =
      suite::run_fhirpath(test::setting(), folder / "r4/tests-fhir-r4.xml", folder / "inputs-r4");
  test::judge(report, "fhirpath-r4.txt", 723);
}

TEST_CASE("every expression of the public FHIRPath suite is printed as it is parsed") {
  const auto folder = test::public_suite("conformance/fhirpath");
  if (folder.empty()) return;
  const auto document =
      wire::parse_xml(test::read_file(folder / "r4/tests-fhir-r4.xml"), suite::wide_limits());
  REQUIRE(document);
  int count = 0;
  for (auto group = wire::XmlView(*document).first(); group; group = group.next())
    for (auto one = group.first(); one; one = one.next()) {
      const std::string text(one.child("expression").text());
      const auto parsed = path::parse(text, Limits{});
      if (!parsed) continue;
      CAPTURE(text);
      const auto print = path::print(**parsed);
      const auto again = path::parse(print, Limits{});
      REQUIRE(again);
      CHECK(path::print(**again) == print);
      ++count;
    }
  CHECK(count > 700);
}

TEST_CASE("the public FHIRPath Patch suite passes") {
  const auto folder = test::public_suite("conformance/patch");
  if (folder.empty()) return;
  test::judge(suite::run_patch(test::setting(), folder / "fhir-patch-tests.xml"), "", 22);
}

namespace {

struct Row {
  std::string file, rfc8259, fhir, why;
};

// The rows of conformance/JSON.md.
std::vector<Row> decided_rows() {
  std::vector<Row> rows;
  std::istringstream lines(test::read_file(test::project() / "conformance/JSON.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 2, end = 0; (end = line.find(" |", at)) != std::string::npos;
         at = end + 3)
      cells.push_back(line.substr(at, end - at));
    REQUIRE(cells.size() == 4);
    rows.push_back({cells[0].substr(1, cells[0].size() - 2), cells[1], cells[2], cells[3]});
  }
  return rows;
}

std::string said(bool accepted) {
  return accepted ? "accepted" : "refused";
}

}  // namespace

TEST_CASE("JSONTestSuite passes: y_ accepted and n_ refused, by RFC 8259's rules") {
  const auto folder = test::public_suite("conformance/jsontestsuite/test_parsing");
  if (folder.empty()) return;
  test::judge(suite::run_json(test::setting(), folder), "", 318);
  std::set<std::string> told, there;
  for (const auto& row : decided_rows()) told.insert(row.file);
  for (const auto& file : test::fs::directory_iterator(folder)) {
    const auto name = file.path().stem().string();
    const auto reading = suite::json_reading(name);
    if (name.starts_with("y_")) CHECK(reading.rfc8259);
    if (name.starts_with("n_")) CHECK_FALSE((reading.rfc8259 || reading.fhir));
    if (!reading.why.empty()) there.insert(name);
  }
  CHECK(told == there);
}

TEST_CASE("what is decided of JSON stands in its page") {
  const auto rows = decided_rows();
  CHECK(rows.size() == 39);
  for (const auto& row : rows) {
    CAPTURE(row.file);
    const auto reading = suite::json_reading(row.file);
    CHECK(said(reading.rfc8259) == row.rfc8259);
    CHECK(said(reading.fhir) == row.fhir);
    CHECK(reading.why == row.why);
  }
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
  std::vector<File> files;
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
  const std::vector<File> files{
      folder.write("bad.json", "{"), folder.write("bad.xml", "<a/>"),
      folder.write("lists.json", R"({"resourceType":"Patient","name":[{"given":["A","B"],
      "_given":[{"id":"a"}]}]})")};
  const auto report = suite::run_roundtrip(test::setting(), files);
  REQUIRE(report);
  const auto text = suite::to_text(*report, {});
  CHECK(text.find("not as long as the list beside it at Patient.name[0]") != std::string::npos);
  CHECK(text.ends_with("0 passed, 3 failed, 0 skipped\n"));
}
