#include "terminology/grammar.h"

#include "support/terminology.h"

using namespace fingerpost;
using terminology::well_formed;

namespace {
constexpr const char* ucum = "http://unitsofmeasure.org";
constexpr const char* languages = "urn:ietf:bcp:47";
constexpr const char* media = "urn:ietf:bcp:13";
}  // namespace

TEST_CASE("a code system that is a grammar takes what its grammar takes") {
  struct Row {
    const char *system, *code;
    bool good;
  };
  const auto row = GENERATE(values<Row>({
      {ucum, "mg/dL", true},
      {ucum, "mm[Hg]", true},
      {ucum, "kgg", false},
      {ucum, "", false},
      {languages, "en", true},
      {languages, "en-GB", true},
      {languages, "zh-Hant-TW", true},
      {languages, "de-1996", true},
      {languages, "sl-rozaj-biske", true},
      {languages, "en-a-bbb-x-a-ccc", true},
      {languages, "x-whatever", true},
      {languages, "i-klingon", true},
      {languages, "q!!", false},
      {languages, "e", false},
      {languages, "en-", false},
      {languages, "en-a", false},
      {media, "text/plain", true},
      {media, "application/fhir+xml; charset=utf-8", true},
      {media, "json", true},
      {media, "not mime", false},
      {media, "text/", false},
  }));
  CAPTURE(row.system, row.code);
  CHECK(well_formed(row.system, row.code) == row.good);
}

TEST_CASE("a system without a grammar here says nothing") {
  CHECK_FALSE(well_formed("http://loinc.org", "1-8").has_value());
}

TEST_CASE("value sets and operations know the codes of a grammar") {
  using terminology::Membership;
  const auto all = test::loaded({R"({"resourceType":"ValueSet","url":"urn:units","status":"active",
    "compose":{"include":[{"system":"http://unitsofmeasure.org"}]}})"});
  CHECK(all.check("urn:units", {ucum, "", "mg", ""}).membership == Membership::in);
  CHECK(all.check("urn:units", {ucum, "", "kgg", ""}).membership == Membership::not_in);
  CHECK(all.check("urn:units", {"", "", "mg", ""}).membership == Membership::in);
  CHECK(all.check_code({ucum, "", "kgg", ""}).membership == Membership::not_in);
  const auto asked = [&](const char* unit) {
    return test::ask(terminology::validate_code_in_system, all,
                     test::uri("url", ucum) + "," + test::code("code", unit))
        .json;
  };
  CHECK(asked("mg/dL").find(R"("valueBoolean":true)") != std::string::npos);
  CHECK(asked("kgg").find(R"("valueBoolean":false)") != std::string::npos);
}
