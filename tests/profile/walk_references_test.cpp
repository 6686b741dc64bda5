#include "support/validator.h"

using namespace fingerpost;

namespace {

// A profile whose managing organisation is referred to in some way only.
std::string referring(const std::string& how) {
  return test::profile_text("Patient", R"({"id":"Patient.managingOrganization",
    "path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[
    "http://hl7.org/fhir/StructureDefinition/Organization"],)" +
                                           how + "}]}");
}

}  // namespace

TEST_CASE("a profile says where the target of a reference stands, and whether by its version") {
  struct Row {
    const char* how;
    const char* reference;
    const char* error;  // "" none
  };
  constexpr auto* contained = R"("aggregation":["contained"])";
  constexpr auto* referenced = R"("aggregation":["referenced"])";
  constexpr auto* bundled = R"("aggregation":["bundled"])";
  constexpr auto* specific = R"("versioning":"specific")";
  constexpr auto* independent = R"("versioning":"independent")";
  constexpr auto* kinds = "is not a reference of the kinds that";
  const auto row = GENERATE_COPY(values<Row>({
      {contained, "#o", ""},
      {contained, "Organization/1", kinds},
      {contained, "Organization/9", kinds},
      {referenced, "#o", kinds},
      {referenced, "Organization/1", ""},
      {referenced, "Organization/9", ""},
      {bundled, "#o", kinds},
      {bundled, "Organization/1", ""},
      {bundled, "Organization/9", kinds},
      {specific, "Organization/9/_history/2", ""},
      {specific, "Organization/9", "takes references to a version"},
      {specific, "#o", ""},
      {independent, "Organization/9/_history/2", "takes references to no version"},
      {independent, "Organization/9", ""},
  }));
  CAPTURE(row.how, row.reference);
  test::Checked checked({referring(row.how)});
  const auto own = std::string_view(row.reference) == "#o"
                       ? R"("contained":[{"resourceType":"Organization","id":"o","name":"n"}],)"
                       : "";
  const auto found = checked.errors(
      R"({"resourceType":"Bundle","type":"collection","entry":[
      {"fullUrl":"http://a.test/Organization/1","resource":{"resourceType":"Organization",
       "id":"1","name":"n"}},
      {"fullUrl":"http://a.test/Patient/1","resource":{"resourceType":"Patient","id":"1",
       "meta":{"profile":["http://test.example/p"]},)" +
      std::string(own) + R"("managingOrganization":{"reference":")" + row.reference + R"("}}}]})");
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}

namespace {

// A profile whose managing organisation must be one that is active.
const std::string active_only = R"({"resourceType":"StructureDefinition",
    "url":"http://test.example/active","name":"A","status":"draft","kind":"resource",
    "abstract":false,"type":"Organization","derivation":"constraint","baseDefinition":
    "http://hl7.org/fhir/StructureDefinition/Organization","differential":{"element":[
    {"path":"Organization.active","min":1,"patternBoolean":true}]}})";

std::string to_targets(const std::string& targets) {
  return test::profile_text("Patient", R"({"id":"Patient.managingOrganization",
    "path":"Patient.managingOrganization","type":[{"code":"Reference","targetProfile":[)" +
                                           targets + "]}]}");
}

struct Elsewhere {
  Tree good = test::read_tree(R"({"resourceType":"Organization","id":"good","active":true})");
  Tree bad = test::read_tree(R"({"resourceType":"Organization","id":"bad","active":false})");
  std::vector<std::string> asked;

  // All that is said of a Patient by its reference to an organisation, but of the Patient's own.
  std::string said(const std::string& targets, const std::string& reference, bool resolves = true) {
    test::Checked checked({to_targets(targets), active_only});
    const Tree patient =
        test::read_tree(R"({"resourceType":"Patient","managingOrganization":)" + reference + "}");
    profile::Options options;
    options.profiles = {"http://test.example/p"};
    if (resolves)
      options.resolve = [this](std::string_view text) {
        asked.emplace_back(text);
        if (text == "Organization/good") return NodeRef{&good, good.root()};
        if (text == "Organization/bad") return NodeRef{&bad, bad.root()};
        return NodeRef{};
      };
    std::string found;
    for (const auto& issue : checked.validator().validate(patient, patient.root(), options, {})) {
      if (issue.text.starts_with("dom-6")) continue;
      found += issue.severity <= Severity::error ? "error: " : "lesser: ";
      found += issue.text + "\n";
    }
    return found;
  }
};

}  // namespace

TEST_CASE("a target outside the document is looked at where more is asked of it than its type") {
  const std::string active = R"("http://test.example/active")";
  const std::string any = R"("http://hl7.org/fhir/StructureDefinition/Organization")";
  constexpr auto* unseen = "lesser: its target is not at hand: not checked\n";
  constexpr auto* wrong = "error: does not refer to what Patient.managingOrganization asks for\n";
  struct Row {
    std::string targets;
    const char* reference;
    const char* says;
    std::size_t asked;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {active, R"({"reference":"Organization/good"})", "", 1},
      {active, R"({"reference":"Organization/bad"})", wrong, 1},
      {active, R"({"reference":"Organization/x"})", unseen, 1},
      {active, R"({"reference":"http://b.test/Organization/x"})", unseen, 1},
      {active + "," + active, R"({"reference":"Organization/x"})", unseen, 1},
      {any, R"({"reference":"Organization/bad"})", "", 0},
      {any + "," + active, R"({"reference":"Organization/x"})", "", 0},
      {active, R"({"type":"Organization","identifier":{"system":"urn:a","value":"1"}})", "", 0},
      {active, R"({"display":"somebody"})", "", 0},
  }));
  CAPTURE(row.targets, row.reference);
  Elsewhere elsewhere;
  CHECK(elsewhere.said(row.targets, row.reference) == row.says);
  CHECK(elsewhere.asked.size() == row.asked);
}

TEST_CASE("a target that nobody can look for is said to be unchecked, once") {
  const std::string active = R"("http://test.example/active")";
  Elsewhere elsewhere;
  for (const auto* reference :
       {"Organization/good", "Organization/bad", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}) {
    CAPTURE(reference);
    CHECK(elsewhere.said(active, R"({"reference":")" + std::string(reference) + "\"}", false) ==
          "lesser: its target is not at hand: not checked\n");
  }
  CHECK(elsewhere.asked.empty());
}
