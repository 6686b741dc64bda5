#include "support/validator.h"
#include "wire/json_view.h"

#include <map>
#include <set>

using namespace fingerpost;

namespace {

// All that is said of codes, "severity expression: text", a line each.
std::string said_of(const std::string& text) {
  static test::Checked checked;
  const Tree tree = test::read_tree(text);
  std::string found;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {})) {
    if (issue.code != "code-invalid" && issue.text.find("codes") == std::string::npos) continue;
    constexpr const char* severities[] = {"fatal ", "error ", "warning ", "information "};
    found += severities[static_cast<std::size_t>(issue.severity)] + issue.expression + ": " +
             issue.text + "\n";
  }
  return found;
}

std::string coding(const std::string& system, const std::string& code) {
  return R"({"coding":[{"system":")" + system + R"(","code":")" + code + "\"}]}";
}

constexpr const char* category = "http://terminology.hl7.org/CodeSystem/observation-category";
constexpr const char* clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";

}  // namespace

TEST_CASE("R4's own preferred bindings are looked at") {
  struct Row {
    std::string given;
    const char* says;
  };
  constexpr auto* preferred =
      "information Observation.category[0]: is not among the codes of "
      "http://hl7.org/fhir/ValueSet/observation-category, which are preferred\n";
  const auto row = GENERATE_COPY(values<Row>({
      {coding(category, "vital-signs"), ""},
      {coding("http://a.test/codes", "x"), preferred},
      {R"({"text":"words"})", ""},
  }));
  CAPTURE(row.given);
  CHECK(
      said_of(R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"category":[)" +
              row.given + "]}") == row.says);
}

TEST_CASE("codes of a preferred binding that are not at hand are said to be so once") {
  const auto snomed = coding("http://snomed.info/sct", "74400008");
  CHECK(said_of(R"({"resourceType":"Appointment","status":"booked","participant":[{"status":
      "accepted","actor":{"display":"p"}}],"reasonCode":[)" +
                snomed + "," + snomed + "]}") ==
        "information Appointment.reasonCode[0]: the codes of "
        "http://hl7.org/fhir/ValueSet/encounter-reason are not at hand: not checked\n");
}

TEST_CASE("a language is at most one of BCP 47, wherever R4 has one") {
  struct Row {
    std::string before, after;
  };
  const auto place = GENERATE(values<Row>({
      {R"({"resourceType":"Patient","communication":[{"language":)", "}]}"},
      {R"({"resourceType":"RelatedPerson","patient":{"display":"p"},"communication":[{"language":)",
       "}]}"},
      {R"({"resourceType":"Practitioner","communication":[)", "]}"},
      {R"({"resourceType":"HealthcareService","communication":[)", "]}"},
      {R"({"resourceType":"ClaimResponse","status":"active","type":{"text":"t"},"use":"claim",
          "patient":{"display":"p"},"created":"2020","insurer":{"display":"i"},"outcome":"queued",
          "processNote":[{"text":"t","language":)",
       "}]}"},
  }));
  CAPTURE(place.before);
  const auto said = [&](const std::string& given) {
    return said_of(place.before + given + place.after);
  };
  constexpr auto* most = "is not among the codes of http://hl7.org/fhir/ValueSet/all-languages";
  constexpr auto* system = "urn:ietf:bcp:47";
  CHECK(said(coding(system, "en-GB")).empty());
  CHECK(said(R"({"text":"the one of the valley"})").empty());
  CHECK(said(coding(system, "cy")).starts_with("information "));
  CHECK(said(coding(system, "cy")).find(most) == std::string::npos);
  const auto wrong = said(coding(system, "!!!!"));
  CHECK(wrong.find(most) != std::string::npos);
  CHECK(wrong.find("error ") != std::string::npos);
  CHECK(said(coding("http://a.test/languages", "cy")).find(most) != std::string::npos);
}

TEST_CASE("an age, a duration and a distance are of units of their own") {
  struct Row {
    const char* type;
    const char* code;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {"Age", "a", ""},
      {"Age", "kg",
       "warning Basic.extension[0].value: is not among the codes of "
       "http://hl7.org/fhir/ValueSet/age-units"},
      {"Duration", "ms", ""},
      {"Duration", "cm",
       "warning Basic.extension[0].value: is not among the codes of "
       "http://hl7.org/fhir/ValueSet/duration-units"},
      {"Distance", "km", ""},
      {"Distance", "s",
       "warning Basic.extension[0].value: is not among the codes of "
       "http://hl7.org/fhir/ValueSet/distance-units"},
      {"Quantity", "kg", ""},
  }));
  CAPTURE(row.type, row.code);
  const auto found = said_of(
      R"({"resourceType":"Basic","code":{"text":"c"},"extension":[{"url":"http://a.test/x","value)" +
      std::string(row.type) + R"(":{"value":1,"system":"http://unitsofmeasure.org","code":")" +
      row.code + "\"}}]}");
  CAPTURE(found);
  CHECK(found.starts_with(row.says));
  CHECK(found.empty() == std::string_view(row.says).empty());
}

TEST_CASE("a code of a system that is wholly at hand is one of its codes, however it is bound") {
  struct Row {
    const char* member;  // of a Condition
    const char* place;
  };
  const auto row = GENERATE(values<Row>({
      {"code", "Condition.code"},                      // an example
      {"bodySite", "Condition.bodySite[0]"},           // an example, repeated
      {"severity", "Condition.severity"},              // preferred
      {"clinicalStatus", "Condition.clinicalStatus"},  // required
  }));
  CAPTURE(row.member);
  const auto said = [&](const std::string& given) {
    const bool repeats = std::string_view(row.place).ends_with(']');
    return said_of(R"({"resourceType":"Condition","subject":{"display":"p"},")" +
                   std::string(row.member) + "\":" + (repeats ? "[" : "") + given +
                   (repeats ? "]" : "") + "}");
  };
  const auto wrong =
      "warning " + std::string(row.place) + ".coding[0].code: is not a code of its system\n";
  CHECK(said(coding(clinical, "bogus")).find(wrong) != std::string::npos);
  for (const auto& given :
       {coding(clinical, "active"), coding("http://snomed.info/sct", "404684003"),
        coding("http://a.test/codes", "x"), std::string(R"({"text":"words"})"),
        std::string(R"({"coding":[{"display":"words"}]})")})
    CHECK(said(given).find("is not a code of its system") == std::string::npos);
}

TEST_CASE("the most that R4's bindings take is the same for each value set") {
  constexpr std::string_view extension =
      "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";
  std::map<std::string, std::set<std::string>> most;
  const auto& all = test::definitions();
  for (const auto& source : all.sources()) {
    if (all.names().text(source.kind) != "StructureDefinition") continue;
    const auto document = wire::parse_json(std::string(all.text(source)), {});
    REQUIRE(document);
    const wire::JsonView root(*document);
    if (root["derivation"].text() == "constraint") continue;
    root["snapshot"]["element"].each([&](wire::JsonView element) {
      const auto binding = element["binding"];
      const auto set = binding["valueSet"].text();
      if (set.empty() || binding["strength"].text() == "example") return;
      std::string named;
      binding["extension"].each([&](wire::JsonView one) {
        if (one["url"].text() != extension) return;
        named = one["valueCanonical"].text();
        if (named.empty()) named = one["valueUri"].text();
      });
      most[std::string(set.substr(0, set.find('|')))].insert(named);
    });
  }
  const std::string base = "http://hl7.org/fhir/ValueSet/";
  std::map<std::string, std::set<std::string>> found;
  for (const auto& [set, names] : most)
    if (names != std::set<std::string>{""}) found.emplace(set, names);
  CHECK(found == std::map<std::string, std::set<std::string>>{
                     {base + "languages", {base + "all-languages"}},
                     {base + "expression-language", {"http://www.rfc-editor.org/bcp/bcp13.txt"}},
                     {base + "age-units", {base + "all-time-units"}},
                     {base + "duration-units", {base + "all-time-units"}},
                     {base + "distance-units", {base + "all-distance-units"}}});
}
