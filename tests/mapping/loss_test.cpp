#include "mapping/loss.h"

#include "support/catch.h"
#include "support/maps.h"

#include <algorithm>

using namespace fingerpost;
using test::run_rules;

namespace {

std::string places(const test::MapRun& run) {
  std::string all;
  for (const auto& lost : run.report.lost)
    all += lost.place + " " + std::to_string(lost.count) + "; ";
  return all;
}

}  // namespace

TEST_CASE("what nothing read is lost, told once at its top") {
  const char* const source =
      R"("id":"x","gender":"male","name":[{"use":"old","family":"A","given":["B","C"]}],
         "maritalStatus":{"coding":[{"system":"s","code":"c"}]})";
  struct Row {
    const char* rules;
    const char* lost;
  };
  const auto row = GENERATE(
      Row{"src as v;", "Patient 8; "},
      Row{"src.id -> tgt.id; src.gender -> tgt.gender; src.name -> tgt.name;",
          "Patient.maritalStatus 2; "},
      Row{"src.id -> tgt.id; src.gender -> tgt.gender; src.maritalStatus -> tgt.maritalStatus;\n"
          "src.name as n then { n.family as f -> tgt.id = f; };",
          "Patient.name[0].use 1; Patient.name[0].given[0] 1; Patient.name[0].given[1] 1; "},
      Row{"src.id as i -> ignore(i); src.gender as g where (g = 'male') -> tgt.id = 'x';\n"
          "src.name as n -> tgt.id = (n.given.first() & n.use);",
          "Patient.name[0].family 1; Patient.name[0].given[1] 1; Patient.maritalStatus 2; "},
      Row{"src.id -> tgt.id; src.gender -> tgt.gender; src.name as n -> ignore(n, 'not ours');\n"
          "src.maritalStatus as m -> tgt.maritalStatus = m;",
          ""});
  CAPTURE(row.rules);
  const auto made = run_rules(row.rules, source);
  CHECK(made.error == "");
  CHECK(places(made) == row.lost);
}

TEST_CASE("the trace says which source, by which rule, made an element") {
  const auto made = run_rules(
      "src.name as n -> tgt.name as m then {\n"
      "  n.family -> m.family;\n"
      "  n.given as g -> m.given = g \"given\"; };",
      R"("name":[{"family":"A","given":["B"]}])");
  REQUIRE(made.report.trace.size() == 2);
  const auto& family = made.report.trace[0];
  CHECK(family.target == "Patient.name[0].family");
  CHECK(family.source == "Patient.name[0].family");
  CHECK(family.rule.line == 6);
  const auto& given = made.report.trace[1];
  CHECK(given.target == "Patient.name[0].given[0]");
  CHECK(given.rule.rule == "given");
  CHECK(given.rule.group == "main");
  CHECK(given.rule.file == "test.map");
}

TEST_CASE("a warning of the map degrades, with its place and code") {
  const auto made = run_rules("src.gender as g -> warn('informational', 'odd') , tgt.gender = g;",
                              R"("gender":"male")");
  REQUIRE(made.report.degraded.size() == 1);
  CHECK(made.report.degraded[0].code == "informational");
  CHECK(made.report.degraded[0].expression == "Patient.gender");
  CHECK(made.json == R"({"resourceType":"Patient","gender":"male"})");
}
