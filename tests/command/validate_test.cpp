// Profiles and packages on the command line, with the built program.
#include "support/program.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using test::run;

namespace {

constexpr const char* profile = R"({"resourceType":"StructureDefinition",
  "url":"http://test.example/named","name":"Named","status":"draft","kind":"resource",
  "abstract":false,"type":"Patient","derivation":"constraint",
  "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
  "differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}})";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a resource is held against a profile of a package, in JSON and in XML") {
  const test::Folder folder;
  const auto package = folder.write("StructureDefinition-named.json", profile);
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","active":true})");
  const auto xml = folder.write(
      "a.xml", "<Patient xmlns='http://hl7.org/fhir'><name><text value='A'/></name></Patient>");
  const std::string url = "http://test.example/named";
  for (const auto& path : {package, (folder / "").string()}) {
    const auto bad = run({"validate", "--package", path, "--profile", url, json});
    CHECK(bad.status == 1);
    CHECK(holds(bad.out, "Patient.name"));
    CHECK(run({"validate", "--package", path, "--profile", url, xml}).status == 0);
  }
  CHECK(run({"validate", json}).status == 0);
  const auto unknown = run({"validate", "--profile", url, json});
  CHECK(unknown.status == 1);
  CHECK(holds(unknown.out, "is not known"));
  CHECK(run({"validate", "--package", "/nowhere/p.tgz", json}).status == 2);
}

TEST_CASE("snapshot prints the definition with all elements of its base") {
  const test::Folder folder;
  const auto made = run({"snapshot", folder.write("named.json", profile)});
  CHECK(made.status == 0);
  CHECK(holds(made.out, "\"snapshot\""));
  CHECK(holds(made.out, "Patient.birthDate"));
  CHECK(run({"snapshot", folder.write("bad.json", "{")}).status == 2);
}
