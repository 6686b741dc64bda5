#include "support/catch.h"
#include "support/json.h"
#include "support/maps.h"

using namespace fingerpost;

namespace {

const char* const general = R"({"resourceType":"ConceptMap","url":"urn:map","status":"active",
  "group":[{"source":"urn:a","target":"urn:b","element":[
    {"code":"m","target":[{"code":"male","equivalence":"equivalent","display":"Male"}]},
    {"code":"x","target":[{"code":"no","equivalence":"disjoint"}]}]}]})";
const char* const partners = R"({"resourceType":"ConceptMap","url":"urn:map","status":"active",
  "group":[{"source":"urn:a","target":"urn:b","element":[
    {"code":"m","target":[{"code":"other","equivalence":"equivalent"}]},
    {"code":"local","target":[{"code":"female","equivalence":"wider"}]}]}]})";

test::MapRun translate(const std::string& target, const std::string& source,
                       std::string_view partner = "") {
  test::MapSet set;
  test::MapRun made;
  made.error = set.add(
      "map \"urn:test\" = \"test\"\n"
      "conceptmap \"own\" { prefix s = \"urn:a\" prefix t = \"urn:b\" s:m == t:\"in-map\" }\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
      "group main(source src : Patient, target tgt : Patient) {\n" +
      target + "}");
  if (made.error.empty()) made.error = set.add_resource(general);
  if (made.error.empty()) made.error = set.add_resource(partners, "p1");
  if (made.error.empty()) made.error = set.link();
  if (!made.error.empty()) return made;
  mapping::RunOptions options;
  options.partner = partner;
  return set.run("test", "{\"resourceType\":\"Patient\"," + source + "}", options);
}

}  // namespace

TEST_CASE("translate answers by the map, or as its mode says for a code the map does not have") {
  struct Row {
    const char* code;
    const char* partner;
    const char* arguments;
    const char* gender;  // "" for none
    const char* finding;
  };
  const auto row =
      GENERATE(Row{"m", "", "'urn:map', 'code', 'drop'", "male", ""},
               Row{"m", "p1", "'urn:map', 'code', 'drop'", "other", ""},
               Row{"m", "p2", "'urn:map', 'code', 'drop'", "male", ""},
               Row{"local", "p1", "'urn:map', 'code', 'drop'", "female", ""},
               Row{"local", "", "'urn:map', 'code', 'drop'", "", "left out"},
               Row{"x", "", "'urn:map', 'code', 'drop'", "", "left out"},
               Row{"?", "", "'urn:map', 'code', 'provided'", "?", "kept as it is"},
               Row{"?", "", "'urn:map', 'code', 'fixed:unknown'", "unknown", "unknown instead"},
               Row{"m", "", "'urn:map', 'system', 'drop'", "urn:b", ""},
               Row{"m", "", "'urn:map', 'display', 'drop'", "Male", ""},
               Row{"m", "", "'#own', 'code', 'drop'", "in-map", ""});
  CAPTURE(row.code, row.partner, row.arguments);
  const auto made =
      translate("src.gender as g -> tgt.gender = translate(g, " + std::string(row.arguments) + ");",
                "\"gender\":\"" + std::string(row.code) + "\"", row.partner);
  CHECK(made.error == "");
  const std::string gender = row.gender;
  CHECK(made.json == "{\"resourceType\":\"Patient\"" +
                         (gender.empty() ? "" : ",\"gender\":\"" + gender + "\"") + "}");
  CHECK(made.report.degraded.size() == (*row.finding == '\0' ? 0 : 1));
  if (*row.finding != '\0')
    CHECK(made.report.degraded[0].text.find(row.finding) != std::string::npos);
}

TEST_CASE("translate makes Codings and CodeableConcepts of any coded value") {
  struct Row {
    const char* source;
    const char* mode;
    const char* status;  // CodeableConcept
  };
  const auto row =
      GENERATE(Row{R"("maritalStatus":{"coding":[{"system":"urn:z","code":"m"},{"system":"urn:a",
          "code":"m"}]})",
                   "drop", R"({"coding":[{"system":"urn:b","code":"male","display":"Male"}]})"},
               Row{R"("maritalStatus":{"coding":[{"system":"urn:z","code":"q","display":"Q"}]})",
                   "provided", R"({"coding":[{"system":"urn:z","code":"q","display":"Q"}]})"},
               Row{R"("maritalStatus":{"coding":[{"system":"urn:z","code":"q","display":"Q"}]})",
                   "text", R"({"text":"Q"})"},
               Row{R"("maritalStatus":{"coding":[{"system":"urn:z","code":"q"}]})", "fixed:f",
                   R"({"coding":[{"system":"urn:b","code":"f"}]})"});
  CAPTURE(row.source, row.mode);
  const auto made = translate(
      "src.maritalStatus as m -> tgt.maritalStatus = translate(m, 'urn:map', "
      "'CodeableConcept', '" +
          std::string(row.mode) + "');",
      row.source);
  CHECK(made.error == "");
  CHECK(test::sorted_json(made.json) ==
        test::sorted_json(
            "{\"resourceType\":\"Patient\",\"maritalStatus\":" + std::string(row.status) + "}"));
}

TEST_CASE("a code that a map does not have is looked up in the other map that it names") {
  const auto map = [](const std::string& name, const std::string& code, const std::string& other) {
    return R"({"resourceType":"ConceptMap","status":"active","url":"urn:)" + name +
           R"(","group":[{"source":"urn:a","target":"urn:b","element":[{"code":")" + code +
           R"(","target":[{"code":"by-)" + name +
           R"(","equivalence":"equivalent"}]},{"code":"not","target":[{"equivalence":"unmatched"}]}],
           "unmapped":{"mode":"other-map","url":"urn:)" +
           other + "\"}}]}";
  };
  struct Row {
    const char *code, *gender;
  };
  // The third names the first again.
  const auto row =
      GENERATE(Row{"1", "by-x"}, Row{"2", "by-y"}, Row{"3", "by-z"}, Row{"4", ""}, Row{"not", ""});
  CAPTURE(row.code);
  test::MapSet set;
  REQUIRE(
      set.add("map \"urn:test\" = \"test\"\n"
              "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
              "group main(source src : Patient, target tgt : Patient) {\n"
              "src.gender as g -> tgt.gender = translate(g, 'urn:x', 'code', 'drop'); }") == "");
  REQUIRE(set.add_resource(map("x", "1", "y")) == "");
  REQUIRE(set.add_resource(map("y", "2", "z")) == "");
  if (std::string_view(row.code) == "1")
    CHECK(set.link() == "test.map:4:46: no ConceptMap urn:z is loaded");
  REQUIRE(set.add_resource(map("z", "3", "x")) == "");
  const auto made =
      set.run("test", R"({"resourceType":"Patient","gender":")" + std::string(row.code) + "\"}");
  CHECK(made.error == "");
  CHECK(made.report.degraded.size() == (*row.gender == '\0' ? 1 : 0));
  CHECK((made.json.find(row.gender) != std::string::npos));
}

TEST_CASE("the mode error stops, and says no code") {
  const auto made =
      translate("src.gender as g -> tgt.gender = translate(g, 'urn:map', 'code', 'error');",
                R"("gender":"secret")");
  CHECK(made.error.starts_with("Patient.gender: a code is not mapped by urn:map"));
  CHECK(made.error.find("secret") == std::string::npos);
}
