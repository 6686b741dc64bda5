// Invariants: what gives nothing is broken, but for R4's own that ask nothing of what is not there.

#include "support/validator.h"

#include <algorithm>
#include <string>
#include <tuple>

using namespace fingerpost;

namespace {

std::string with_constraint(const std::string& expression, const std::string& severity) {
  return test::profile_text("Patient", R"({"id":"Patient","path":"Patient","constraint":[{
    "key":"x-1","human":"h","severity":")" +
                                           severity + R"(","expression":")" + expression +
                                           R"("}]})");
}

constexpr const char* example = R"({"resourceType":"Patient","birthDate":"2020-05",
  "_gender":{"extension":[{"url":"http://a.example/x","valueCode":"a"}]},
  "managingOrganization":{"reference":"Organization/1"}})";

}  // namespace

TEST_CASE("an invariant must evaluate to true") {
  struct Row {
    const char* expression;
    bool broken;
  };
  const auto row = GENERATE(values<Row>({
      {"deceased = true", true},
      {"gender = 'male'", true},
      {"birthDate = @2020", true},  // a month and a year neither agree nor differ
      {"{}", true},
      {"name.family", true},
      {"false", true},
      {"deceased.exists() implies deceased = true", false},
      {"deceased.empty()", false},
      {"birthDate", false},
      {"(birthDate as Date) > @2019", false},  // FHIR's type, by FHIRPath's name
      {"birthDate.ofType( Date ) > @2019", false},
      {"(birthDate as System.Date) > @2019", true},
      {"(birthDate as Date) > @2019 // a", false},
      {"(birthDate as Date) > @2021 // a", true},
      {"/* it doesn't */ (birthDate as /* a */ Date) > @2019", false},
      {"'as Date // ' = 'as date // '", true},
      {"(birthDate as String) = 'as String'", true},
      {"('as String' as String) = 'as String'", false},
      {"true", false},
  }));
  CAPTURE(row.expression);
  test::Checked asked({with_constraint(row.expression, "error")});
  const auto found = asked.errors_by_profile(example);
  CHECK(found == (row.broken ? "Patient: x-1: h (http://test.example/p)\n" : ""));
  test::Checked wished({with_constraint(row.expression, "warning")});
  CHECK(wished.errors_by_profile(example) == "");
  CHECK((wished.all_by_profile(example).find("x-1") != std::string::npos) == row.broken);
}

TEST_CASE("an invariant that asks for a target not at hand is not checked, and says so") {
  struct Row {
    const char* expression;
    bool said;
  };
  const auto row = GENERATE(values<Row>({
      {"managingOrganization.resolve().active = true", true},
      {"managingOrganization.resolve().exists()", true},
      {"managingOrganization.resolve().active = true or true", false},
      {"managingOrganization.resolve() is Organization", false},  // its own text says so
  }));
  CAPTURE(row.expression);
  test::Checked asked({with_constraint(row.expression, "error")});
  CHECK(asked.errors_by_profile(example) == "");
  const auto all = asked.all_by_profile(example);
  CHECK((all.find("x-1 asks for a reference's target, which is not at hand: not checked") !=
         std::string::npos) == row.said);
}

namespace {

const std::string flow = R"({"resourceType":"Observation","status":"final","category":[{"coding":[
  {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
  "code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},
  "subject":{"reference":"Patient/1"},"valueQuantity":{"value":60,"unit":"/min",
  "system":"http://unitsofmeasure.org","code":"/min"},)";

const std::string task =
    R"({"resourceType":"Task","status":"requested","intent":"order","authoredOn":"2026-03-04",)";

const std::string dispense = R"({"resourceType":"MedicationDispense","status":"completed",
  "medicationReference":{"reference":"Medication/1"},"whenPrepared":"2026-03-04T10:00:00Z",)";

const std::string risk =
    R"({"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},
  "prediction":[{"outcome":{"text":"a"})";

std::string patient_since(const std::string& start, const std::string& end) {
  return R"({"resourceType":"Patient","name":[{"text":"A","period":{"start":")" + start +
         R"(","end":")" + end + R"("}}]})";
}

std::string measured(const std::string& low, const std::string& high) {
  return R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueRange":{
    "low":{)" +
         low + R"(},"high":{)" + high + "}}}";
}

using Row =
    std::tuple<std::string, std::string, bool>;  // the key, a resource, whether it breaks it

}  // namespace

TEST_CASE("R4's invariants ask nothing of what need not be there") {
  const auto row = GENERATE_COPY(values<Row>({
      {"bdl-8", R"({"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET",
          "url":"Patient/1"}}]})",
       false},
      {"bdl-8", R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":
          "http://a.example/Patient/1/_history/2","resource":{"resourceType":"Patient","id":"1"}}]})",
       true},
      {"csd-0", R"({"resourceType":"CodeSystem","status":"draft","content":"complete"})", false},
      {"csd-0", R"({"resourceType":"CodeSystem","status":"draft","content":"complete",
          "name":"not a name"})",
       true},
      {"ras-2", risk + "}]}", false},
      {"ras-2", risk + R"(,"probabilityDecimal":100}]})", false},
      {"ras-2", risk + R"(,"probabilityDecimal":101}]})", true},
      {"ras-2", risk + R"(,"probabilityRange":{"low":{"value":1,"code":"%",
          "system":"http://unitsofmeasure.org"}}}]})",
       false},
      {"vs-1", flow + R"("effectiveDateTime":"2026-03-04"})", false},
      {"vs-1", flow + R"("effectiveDateTime":"2026-03"})", true},
      {"vs-1", flow + R"("effectivePeriod":{"start":"2026"}})", false},
      {"per-1", patient_since("2026-03-04T10:00:00Z", "2026-03-04"), false},
      {"per-1", patient_since("2026-03-04", "2026-03-04"), false},
      {"per-1", patient_since("2026-03-05", "2026-03-04"), true},
      {"inv-1", task + R"("lastModified":"2026-03-04T10:00:00Z"})", false},
      {"inv-1", task + R"("lastModified":"2026-03-03T10:00:00Z"})", true},
      {"mdd-1", dispense + R"("whenHandedOver":"2026-03-04"})", false},
      {"mdd-1", dispense + R"("whenHandedOver":"2026-03-03"})", true},
      {"rng-2", measured(R"("value":1,"unit":"tablets")", R"("value":2,"unit":"tablets")"), false},
      {"rng-2", measured(R"("value":3,"unit":"tablets")", R"("value":2,"unit":"tablets")"), true},
      {"rng-2",
       measured(R"("value":1,"system":"http://a.example","code":"tab")",
                R"("value":2,"system":"http://a.example","code":"tab")"),
       false},
      {"rng-2",
       measured(R"("value":1,"system":"http://unitsofmeasure.org","code":"g")",
                R"("value":2,"system":"http://unitsofmeasure.org","code":"kg")"),
       false},
  }));
  const auto& [key, text, broken] = row;
  CAPTURE(key, text);
  test::Checked checked;
  const Tree tree = test::read_tree(text);
  const auto issues = checked.validator().validate(tree, tree.root(), {}, {});
  const bool told = std::any_of(issues.begin(), issues.end(), [&key = key](const Issue& issue) {
    return issue.text.starts_with(key + ":") ||
           issue.text.find(key + " could") != std::string::npos;
  });
  CHECK(told == broken);
}

TEST_CASE("an error beyond the limit of issues is still an error") {
  std::string text = R"({"resourceType":"Patient","contact":[)";
  for (int i = 0; i < 20; ++i)
    text += R"({"name":{"text":"A"},"extension":[{"url":"http://a.example/x","valueCode":"b"}]},)";
  text.back() = ']';
  const auto severity_of = [&](const std::string& more) {
    Limits limits;
    limits.issues = 10;
    const Tree tree = test::read_tree(text + more + "}");
    const auto issues = test::Checked().validator().validate(tree, tree.root(), {}, limits);
    REQUIRE(issues.size() == 11);
    CHECK(issues.back().text.find("limit") != std::string::npos);
    return issues.back().severity;
  };
  CHECK(severity_of("") > Severity::error);
  CHECK(severity_of(R"(,"link":[{"type":"seealso"}])") == Severity::error);
}
