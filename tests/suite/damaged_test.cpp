// What a suite makes of files that are missing or damaged: that case fails, and the others are run.

#include "suite/fhirpath.h"
#include "suite/mapping.h"
#include "suite/patch.h"
#include "suite/validator.h"
#include "support/folder.h"
#include "support/suite.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace fingerpost;
using suite::Verdict;

namespace {

// "name passed", "name failed: the first line of what there was", "name skipped".
std::vector<std::string> told(const Result<suite::Report>& report) {
  REQUIRE(report);
  std::vector<std::string> all;
  for (const auto& one : *report)
    all.push_back(one.name + (one.verdict == Verdict::passed ? " passed"
                              : one.verdict == Verdict::skipped
                                  ? " skipped"
                                  : " failed: " + one.actual.substr(0, one.actual.find('\n'))));
  return all;
}

std::string map_text(const std::string& name, const std::string& rule,
                     const std::string& imports = "") {
  return "map 'http://test.example/" + name + "' = '" + name + "'\n" +
         "uses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source\n"
         "uses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as target\n" +
         imports + "group " + name + "(source src : Patient, target tgt : Patient) {\n" + rule +
         "\n}\n";
}
const std::string gender = map_text("gender", "src.gender -> tgt.gender;");
const std::string man = R"({"resourceType":"Patient","gender":"male"})";

}  // namespace

TEST_CASE("a FHIRPath test whose input is missing fails, even one that wants an error") {
  const test::Folder folder;
  const auto file = folder.write(
      "t.xml",
      "<tests><group><test name='a' inputfile='none.xml'><expression>1</expression>"
      "<output type='integer'>1</output></test>"
      "<test name='b' inputfile='none.xml'><expression invalid='true'>1/'a'</expression></test>"
      "<test name='c'><expression>1</expression><output type='integer'>1</output></test>"
      "</group></tests>");
  CHECK(told(suite::run_fhirpath(test::setting(), file, folder / "inputs")) ==
        std::vector<std::string>{"a failed: is no file", "b failed: is no file", "c passed"});
}

TEST_CASE("a patch case that states neither output nor error fails, as does a damaged one") {
  const test::Folder folder;
  const std::string input = "<input><Patient xmlns='http://hl7.org/fhir'/></input>";
  const std::string diff = "<diff><Parameters xmlns='http://hl7.org/fhir'/></diff>";
  const auto output = "<output>" + input.substr(7, input.size() - 15) + "</output>";
  const auto one = [](const char* name, const std::string& parts) {
    return "<case name='" + std::string(name) + "'>" + parts + "</case>";
  };
  const auto file = folder.write(
      "t.xml", "<tests>" + one("neither", input + diff) + one("same", input + diff + output) +
                   one("damaged", input + diff + "<output><What/></output>") +
                   one("no error", input + diff + "<error/>") + "<group name='no case'/></tests>");
  const auto ran = told(suite::run_patch(test::setting(), file));
  REQUIRE(ran.size() == 4);
  CHECK(ran[0] == "neither failed: neither");
  CHECK(ran[1] == "same passed");
  CHECK(ran[2].starts_with("damaged failed: "));
  CHECK(ran[3].starts_with("no error failed: "));
}

TEST_CASE("a validator case whose file is missing fails, whatever its outcome says") {
  const test::Folder folder;
  const auto file = folder.write("m.json", R"({"test-cases":[{"name":"a","file":"none.json",
    "java":{"outcome":{"resourceType":"OperationOutcome","issue":[{"severity":"error"}]}}}]})");
  CHECK(told(suite::run_validator(test::setting(), file)) ==
        std::vector<std::string>{"a failed: is no file"});
}

TEST_CASE("a manifest's maps are text whatever their names end in, and parsed even for CDA") {
  const test::Folder folder;
  folder.write("g.fml", gender);
  folder.write("g.txt", gender);
  folder.write("bad.map", "garbage(");
  folder.write("in.json", man);
  folder.write("cda.xml", "<ClinicalDocument xmlns='urn:hl7-org:v3'/>");
  folder.write("damaged.xml", "<Patient xmlns='http://hl7.org/fhir'><Patient>");
  const auto row = [](const std::string& map, const std::string& output) {
    return "<test source='in.json' map='" + map + "' output='" + output + "'/>";
  };
  const auto manifest = folder.write(
      "manifest.xml", "<fml-tests>" + row("g.fml", "in.json") + row("g.txt", "in.json") +
                          row("g.fml", "cda.xml") + row("bad.map", "cda.xml") +
                          row("g.fml", "none.xml") + row("g.fml", "damaged.xml") + "</fml-tests>");
  const auto ran = told(suite::run_mapping(test::setting(), manifest));
  REQUIRE(ran.size() == 6);
  CHECK(ran[0] == "g.fml passed");
  CHECK(ran[1] == "g.txt passed");
  CHECK(ran[2] == "g.fml#2 skipped");
  CHECK(ran[3].starts_with("bad.map failed: "));
  CHECK(ran[3].find("bad.map:1:") != std::string::npos);
  CHECK(ran[4].starts_with("g.fml#3 failed: "));
  CHECK(ran[5].starts_with("g.fml#4 failed: "));
}

TEST_CASE("a folder of maps, inputs and what is expected of them is a suite") {
  const test::Folder folder;
  for (const auto* name : {"maps", "input", "expected"})
    std::filesystem::create_directory(folder / name);
  folder.write("maps/gender.map", gender);
  folder.write("maps/by_import.fml", map_text("by_import", "src -> tgt then gender(src, tgt) 'r';",
                                              "imports 'http://test.example/gend*'\n"));
  folder.write("maps/alone.map", gender);
  folder.write("maps/broken.map", "garbage(");
  for (const auto* name : {"gender_000", "gender_001", "gender_002", "by_import_000", "lost_000"})
    folder.write("input/" + std::string(name) + ".json", man);
  folder.write("expected/gender_000.json", man);
  folder.write("expected/gender_001.xml",
               "<Patient xmlns='http://hl7.org/fhir'><gender value='female'/></Patient>");
  folder.write("expected/by_import_000.json", man);
  folder.write("expected/gender_003.json", man);
  CHECK(told(suite::run_mapping(test::setting(), folder / "")) ==
        std::vector<std::string>{
            "by_import_000 passed", "gender_000 passed", R"(gender_001 failed: {"gender":"male",)",
            R"(gender_002 failed: {"gender":"male",)", "lost_000 failed: there is none",
            "alone.map skipped",
            "broken.map failed: expected uses, imports, conceptmap or group but found 'garbage' at "
            "broken.map:1:1",
            "gender_003 failed: there is none"});
}
