#include "terminology/concept_map.h"

#include "model/json.h"
#include "support/catch.h"
#include "support/definitions.h"

using namespace fingerpost;
using terminology::ConceptMap;

namespace {

ConceptMap read(const std::string& json) {
  auto tree = model::read_json(test::definitions(), json, Limits{});
  REQUIRE(tree);
  auto map = terminology::read_concept_map(test::definitions(), tree->tree);
  REQUIRE(map);
  return *std::move(map);
}

std::string answers(const ConceptMap& map, std::string_view system, std::string_view code) {
  std::string all;
  for (const auto& match : map.translate(system, code))
    all += std::string(match.system) + "|" + std::string(match.code) + " ";
  return all;
}

const char* const r4 = R"({"resourceType":"ConceptMap","url":"urn:m","status":"active","group":[
  {"source":"urn:a","target":"urn:x","element":[
     {"code":"1","target":[{"code":"one","equivalence":"equal"},
                           {"code":"uno","equivalence":"wider"},
                           {"code":"zero","equivalence":"unmatched"}]},
     {"code":"2","target":[{"equivalence":"unmatched"}]}]},
  {"source":"urn:b","target":"urn:y","element":[
     {"code":"1","target":[{"code":"eins","equivalence":"equivalent"}]},
     {"code":"3","target":[{"code":"drei","equivalence":"equivalent"}]}],
   "unmapped":{"mode":"fixed","code":"other"}}]})";

}  // namespace

TEST_CASE("a code is translated within its system, or by the first group that has it") {
  struct Row {
    const char *system, *code, *answers;
  };
  const auto row =
      GENERATE(Row{"urn:a", "1", "urn:x|one urn:x|uno "}, Row{"urn:b", "1", "urn:y|eins "},
               Row{"", "1", "urn:x|one urn:x|uno "}, Row{"", "3", "urn:y|drei "},
               Row{"urn:a", "2", ""}, Row{"urn:a", "3", ""}, Row{"urn:c", "1", ""},
               Row{"urn:b", "9", "urn:y|other "}, Row{"", "9", "urn:y|other "});
  CAPTURE(row.system, row.code);
  CHECK(answers(read(r4), row.system, row.code) == row.answers);
}

TEST_CASE("an unmapped code may be provided as it is") {
  const auto map = read(R"({"resourceType":"ConceptMap","url":"urn:m","status":"active","group":[
    {"source":"urn:a","target":"urn:a","unmapped":{"mode":"provided"},
     "element":[{"code":"1","target":[{"code":"2","equivalence":"equal"}]}]}]})");
  CHECK(answers(map, "urn:a", "1") == "urn:a|2 ");
  CHECK(answers(map, "urn:a", "7") == "urn:a|7 ");
  CHECK(answers(map, "urn:b", "7") == "");
}

TEST_CASE("R5's shape is read: relationships, and the url a map had before") {
  const auto map = read(R"({"resourceType":"ConceptMap","url":"urn:new","status":"active",
    "relatedArtifact":[{"type":"predecessor","resource":"urn:old"}],
    "group":[{"source":"urn:a","target":"urn:b","element":[
      {"code":"1","target":[{"code":"2","relationship":"source-is-broader-than-target"}]},
      {"code":"3","noMap":true},
      {"code":"4","target":[{"code":"5","relationship":"not-related-to"}]}]}]})");
  CHECK(map.former_urls() == std::vector<std::string>{"urn:old"});
  CHECK(map.translate("urn:a", "1").at(0).equivalence == terminology::Equivalence::narrower);
  CHECK(answers(map, "urn:a", "3") == "");
  CHECK(answers(map, "urn:a", "4") == "");
}

TEST_CASE("only a ConceptMap with a url is one") {
  const auto json = GENERATE(R"({"resourceType":"ConceptMap","status":"active"})",
                             R"({"resourceType":"Patient"})");
  const auto tree = model::read_json(test::definitions(), json, Limits{});
  REQUIRE(tree);
  CHECK(terminology::read_concept_map(test::definitions(), tree->tree).has_error());
}

TEST_CASE("a target that depends on another element needs its value") {
  const auto map = read(R"({"resourceType":"ConceptMap","url":"urn:m","status":"active","group":[
    {"source":"urn:a","target":"urn:x","element":[{"code":"1","target":[
      {"code":"one","equivalence":"equal","dependsOn":[{"property":"urn:p","system":"urn:s",
        "value":"v"}],"product":[{"property":"urn:q","system":"urn:t","value":"w"}]}]}]}]})");
  using terminology::Dependency;
  const auto count = [&](std::vector<Dependency> known) {
    return map.translate("urn:a", "1", known).size();
  };
  CHECK(count({}) == 0);
  CHECK(count({{"urn:p", "urn:s", "v", ""}}) == 1);
  CHECK(count({{"urn:p", "urn:other", "v", ""}}) == 0);
  CHECK(count({{"urn:other", "urn:s", "v", ""}}) == 0);
  const Dependency known[] = {{"urn:p", "urn:s", "v", ""}};
  const auto match = map.translate("urn:a", "1", known)[0];
  REQUIRE(match.products.size() == 1);
  CHECK(match.products[0].property == "urn:q");
  CHECK(match.products[0].value == "w");
}

TEST_CASE("a map is asked from its targets' side") {
  const auto map = read(r4);
  const auto found = map.reversed("urn:x", "uno");
  REQUIRE(found.size() == 1);
  CHECK(found[0].system == "urn:a");
  CHECK(found[0].code == "1");
  CHECK(found[0].equivalence == terminology::Equivalence::narrower);
  CHECK(map.reversed("urn:y", "uno").empty());
}
