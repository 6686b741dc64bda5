// Profiles and packages on the command line, with the built program.
#include "support/program.h"

#include <catch2/catch.hpp>

#include <filesystem>
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

TEST_CASE("how the unknown is told is chosen on the command line") {
  const test::Folder folder;
  const auto file = folder.write("a.json", R"({"resourceType":"Patient","extension":[
    {"url":"http://test.example/nobodys","valueBoolean":true}]})");
  CHECK(run({"validate", file}).status == 0);
  const auto strict = run({"validate", "--unknown-extension", "error", file});
  CHECK(strict.status == 1);
  CHECK(holds(strict.out, "the extension is not known"));
  CHECK(run({"validate", "--unknown-extension", "loud", file}).status == 2);
}

TEST_CASE("a file of a package that cannot be read is named, and the others are used") {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "package");
  folder.write("package/StructureDefinition-named.json", profile);
  folder.write("package/broken.json", R"({"resourceType":"StructureDefinition",)");
  folder.write("package/package.json", R"({"name":"p","version":"1"})");
  folder.write("package/.index.json", R"({"index-version":1,"files":[
    {"filename":"StructureDefinition-named.json","resourceType":"StructureDefinition"}]})");
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","active":true})");
  const auto checked = run({"validate", "--package", (folder / "package").string(), "--profile",
                            "http://test.example/named", json});
  CHECK(checked.status == 1);
  CHECK(holds(checked.out, "Patient.name"));
  CHECK(holds(checked.error, "broken.json"));
  CHECK_FALSE(holds(checked.error, "index.json"));
  CHECK_FALSE(holds(checked.error, "package.json"));
}

TEST_CASE("a package that holds no definition is status 2, wherever packages are asked for") {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "empty");
  std::filesystem::create_directory(folder / "broken");
  folder.write("broken/a.json", R"({"resourceType":"ValueSet",)");
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","active":true})");
  const auto map = folder.write("m.map",
                                "map 'urn:m' = 'm'\ngroup g(source src : Patient, target tgt : "
                                "Patient) { src.active -> tgt.active; }");
  using Words = std::vector<std::string>;
  const Words commands[] = {{"validate", json},
                            {"snapshot", folder.write("s.json", profile)},
                            {"fhirpath", "active", json},
                            {"transform", "--map", map, json}};
  struct Row {
    std::string package, said;
  };
  const std::string broken = "holds no definition that can be read: ";
  const Row rows[] = {
      {folder.write("bad.tgz", "x"), broken},
      {folder.write("truncated.json", R"({"resourceType":"StructureDefinition",)"), broken},
      {folder.write("plain.json", R"({"name":"p","version":"1"})"), "holds no definition"},
      {json, "holds no definition"},
      {(folder / "empty").string(), "holds no definition"},
      {(folder / "broken").string(), broken}};
  for (const auto& command : commands) {
    CHECK(run(command).status == 0);
    for (const auto& row : rows) {
      CAPTURE(command, row.package);
      auto line = command;
      line.push_back("--package");
      line.push_back(row.package);
      const auto ran = run(line);
      CHECK(ran.status == 2);
      CHECK(ran.out.empty());
      CHECK(holds(ran.error, row.package + ": " + row.said));
    }
  }
}

TEST_CASE("a file of a package that cannot be read is named by every command") {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "package");
  folder.write("package/named.json", profile);
  folder.write("package/broken.json", R"({"resourceType":"ValueSet",)");
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","active":true})");
  const auto ran = run({"fhirpath", "--package", (folder / "package").string(), "active", json});
  CHECK(ran.status == 0);
  CHECK(holds(ran.error, "broken.json"));
}

TEST_CASE("snapshot prints no snapshot of a differential that its base does not allow") {
  const test::Folder folder;
  std::string bad = profile;
  bad.replace(bad.find(R"("min":1)"), 7, R"("max":"0","min":1)");
  const auto made = run({"snapshot", folder.write("bad.json", bad)});
  CHECK(made.status == 1);
  CHECK(made.out.empty());
  CHECK(holds(made.error, "min is more than max"));
}

TEST_CASE("snapshot prints the definition with all elements of its base") {
  const test::Folder folder;
  const auto made = run({"snapshot", folder.write("named.json", profile)});
  CHECK(made.status == 0);
  CHECK(holds(made.out, "\"snapshot\""));
  CHECK(holds(made.out, "Patient.birthDate"));
  CHECK(run({"snapshot", folder.write("bad.json", "{")}).status == 2);
}

TEST_CASE("a profile of a package that cannot work is named when it is read") {
  const test::Folder folder;
  std::string orphan = profile;
  orphan.replace(orphan.find("http://hl7.org/fhir/StructureDefinition/Patient"), 47, "urn:nobody");
  const auto package = folder.write("StructureDefinition-named.json", orphan);
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","active":true})");
  const auto plain = run({"validate", "--package", package, json});
  CHECK(plain.status == 0);
  CHECK(holds(plain.error, "http://test.example/named: baseDefinition"));
  const auto asked =
      run({"validate", "--package", package, "--profile", "http://test.example/named", json});
  CHECK(asked.status == 1);
  CHECK(holds(asked.out, "cannot be used: not checked"));
}

TEST_CASE("what XML cannot carry is not converted, and its place is told") {
  const test::Folder folder;
  const auto json = folder.write(
      "a.json", R"({"resourceType":"Patient","name":[{"family":"A"},{"family":"B\u0001"}]})");
  const auto refused = run({"convert", "--to", "xml", json});
  CHECK(refused.status != 0);
  CHECK(refused.out.empty());
  CHECK(holds(refused.error, "Patient.name[1].family"));
  CHECK(run({"convert", "--to", "json", json}).status == 0);
}

TEST_CASE("a definition that is built on itself has no snapshot, and is told so") {
  const test::Folder folder;
  std::string circle(profile);
  const std::string base = "http://hl7.org/fhir/StructureDefinition/Patient";
  circle.replace(circle.find(base), base.size(), "http://test.example/named");
  const auto made = run({"snapshot", folder.write("a.json", circle)});
  CHECK(made.status == 2);
  CHECK(made.out.empty());
  CHECK(holds(made.error, "baseDefinition: the definition is built on itself"));
}
