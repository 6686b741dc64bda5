// The single public maps of matchbox, which come without results: what each must make.

#include "support/maps.h"

#include "profile/validator.h"
#include "support/json.h"
#include "support/suite.h"
#include "terminology/core.h"

using namespace fingerpost;

namespace {

struct Row {
  const char* map;  // its file
  const char* name;
  const char* source;
  const char* result;
};

const char* const sections = R"({"resourceType":"Composition","section":[
  {"title":"lab report 2","section":[
    {"title":"lab result 3","code":{"coding":[{"system":"https://loinc.org","code":"11502-2"}]}},
    {"title":"lab result 4","code":{"coding":[{"system":"https://loinc.org","code":"6298-4"}]}}]},
  {"title":"lab report 5","section":[
    {"code":{"coding":[{"system":"https://loinc.org","code":"41656-0"}]}}]}]})";

const Row rows[] = {
    {"bundle-resolve", "Bundle2Composition", "bundle-resolve.src.json", sections},
    {"bundlets", "bundlets", "qrext.json",
     R"({"resourceType":"Bundle","timestamp":"2023-10-21T00:00:00Z"})"},
    {"cast", "cast", "qrext.json", R"({"resourceType":"Observation","extension":[
      {"url":"urn:implicitstring","valueString":"implicit"},
      {"url":"urn:explicitstring","valueString":"explicit"},
      {"url":"urn:positiveInt","valuePositiveInt":2147483647},
      {"url":"urn:positiveIntString","valueInteger":2147483647}]})"},
    {"conformsto", "conformsto", "pat.json", R"({"resourceType":"Patient","gender":"male"})"},
    {"conformstoneg", "conformstonge", "pat.json", R"({"resourceType":"Patient"})"},
    {"copyaliasingbug", "copyaliasingbug", "copyaliasingbug-source.json",
     R"({"resourceType":"Bundle","entry":[
      {"resource":{"resourceType":"Patient","id":"abc123","active":false}},
      {"resource":{"resourceType":"Patient","id":"abc123","active":true}}]})"},
    {"memberof", "memberof", "pat.json", R"({"resourceType":"Patient","gender":"male"})"},
    {"narrative", "narrative", "pat.json", R"({"resourceType":"Patient","text":
      {"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">text</div>"}})"},
    {"qr2patfordates", "qr2patfordates", "qrext.json",
     R"({"resourceType":"Patient","birthDate":"2023-10-26",
      "deceasedDateTime":"2023-09-20T13:19:13.502Z"})"},
    {"quantity", "qty", "qr.json", R"({"resourceType":"Observation",
      "valueQuantity":{"value":90,"unit":"kg","system":"http://unit.org"}})"},
    {"stringtocoding", "stringtocoding", "qr.json",
     R"({"resourceType":"ExplanationOfBenefit","type":{"coding":[
      {"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"oral"}]}})"},
    {"stringtocodingwithcc", "stringtocodingwithcc", "qr.json",
     R"({"resourceType":"ExplanationOfBenefit","type":{"coding":[
      {"system":"http://terminology.hl7.org/CodeSystem/communication-category","code":"notification"}]}})"},
    {"translatecoding", "translatecoding", "qr.json", R"({"resourceType":"ExplanationOfBenefit",
      "type":{"coding":[{"system":"http://snomed.info/sct","code":"112283007"}]},"item":[
      {"locationCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"112283007"}]}}]})"},
    {"whereclause", "whereclause", "capabilitystatement-example.json",
     R"({"resourceType":"CapabilityStatement","rest":[{"resource":[{"interaction":[{"code":"vread"},
      {"code":"update"},{"code":"history-instance"},{"code":"create"},{"code":"history-type"}]}]}]})"},
};

test::fs::path folder() {
  const auto data = test::public_suite("fml/ahdis-matchbox");
  return data.empty() ? data : data / "matchbox-engine/src/test/resources/mapping-language";
}

}  // namespace

TEST_CASE("the single public maps make what they say") {
  const auto data = folder();
  if (data.empty()) return;
  const auto codes = terminology::core(test::definitions());
  const profile::Validator validator(test::definitions(), &codes);
  mapping::RunOptions options;
  options.world = [&](path::Environment& environment) { validator.serve(environment, Limits{}); };
  for (const auto& row : rows) {
    CAPTURE(row.map);
    test::MapSet set(mapping::Dialect::standard);
    REQUIRE(set.add(test::read_file(data / (std::string(row.map) + ".map"))) == "");
    REQUIRE(set.link() == "");
    const auto run = set.run(row.name, test::read_file(data / row.source), options);
    CHECK(run.error == "");
    CHECK(test::sorted_json(run.json) == test::sorted_json(row.result));
  }
}

TEST_CASE("the public map with an error is refused, in either dialect") {
  const auto data = folder();
  if (data.empty()) return;
  for (const auto dialect : {mapping::Dialect::standard, mapping::Dialect::extended}) {
    test::MapSet set(dialect);
    const auto wrong = set.add(test::read_file(data / "map-with-error.map"));
    CHECK((wrong.empty() ? set.link() : wrong).find("needs a name") != std::string::npos);
  }
}
