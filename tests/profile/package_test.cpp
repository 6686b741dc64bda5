// The project's own FHIR package (fhir-profiles/): it loads alone, its examples are what they say,
// and what breaks a rule of it is refused.

#include "support/package.h"

#include "path/fhirpath.h"
#include "wire/json_value.h"

#include <map>
#include <set>

using namespace fingerpost;
using wire::JsonValue;

namespace {

namespace fs = std::filesystem;
const std::string base = "https://fingerpost.example/";
const std::string uk_profiles = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";

fs::path folder() {
  return test::project() / "fhir-profiles";
}

const profile::Validator& validator() {
  static terminology::Terminology codes;
  static const auto made = test::validator_with({folder()}, codes);
  return *made;
}

JsonValue json_of(const std::string& text) {
  auto read = wire::read_json_value(text, {});
  REQUIRE(read);
  return *std::move(read);
}

std::string text_of(const JsonValue& value) {
  std::string text;
  wire::write_json_value(value, text);
  return text;
}

// The value at the end of a path of members, the first item of each array; empty: not there.
std::string at(const JsonValue* value, std::initializer_list<std::string_view> path) {
  for (const auto name : path) {
    if (value != nullptr && value->kind == JsonValue::Kind::array)
      value = value->items.empty() ? nullptr : &value->items.front();
    if (value != nullptr) value = value->member(name);
  }
  return value == nullptr ? "" : value->text;
}

std::string profile_of(const JsonValue& example) {
  const auto* meta = example.member("meta");
  const auto* profiles = meta ? meta->member("profile") : nullptr;
  return profiles ? profiles->items.at(0).text : "";
}

std::map<std::string, JsonValue> read_folder(const fs::path& from) {
  std::map<std::string, JsonValue> read;
  for (const auto& file : test::files_in(from, ".json"))
    if (!file.filename().string().starts_with("package"))
      read.emplace(file.stem().string(), json_of(test::read_file(file)));
  return read;
}

const std::map<std::string, JsonValue>& examples() {
  static const auto all = read_folder(folder() / "examples");
  return all;
}
const std::map<std::string, JsonValue>& package() {
  static const auto all = read_folder(folder());
  return all;
}

template <class Visit>
void each_element(const JsonValue& structure, Visit&& visit) {
  const auto* differential = structure.member("differential");
  REQUIRE(differential != nullptr);
  for (const auto& element : differential->member("element")->items) visit(element);
}

void drop(JsonValue& object, std::string_view name) {
  std::erase_if(object.members, [&](const auto& member) { return member.name == name; });
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every file of the package is a valid resource, and every profile of it compiles") {
  int profiles = 0;
  for (const auto& [name, json] : package()) {
    CAPTURE(name);
    // R5's SubscriptionTopic.status is a modifier, and R4 has no definition of the extension that
    // carries it (R5 versions.html#extensions).
    const bool topic = name.starts_with("Basic-topic-");
    CHECK(test::errors_of(validator(), text_of(json)) ==
          (topic ? "Basic.modifierExtension[0]: a modifier extension that is not known changes the "
                   "meaning\n"
                 : ""));
    CHECK(name == at(&json, {"resourceType"}) + "-" + at(&json, {"id"}));
    if (at(&json, {"resourceType"}) != "StructureDefinition") continue;
    const auto* profile = validator().registry().profile(at(&json, {"url"}));
    REQUIRE(profile != nullptr);
    for (const auto& issue : profile->issues) CHECK(issue.text == "");
    ++profiles;
  }
  CHECK(profiles >= 39);
}

TEST_CASE("every example is valid, and every profile of a resource has one") {
  std::set<std::string> shown;
  for (const auto& [name, json] : examples()) {
    CAPTURE(name);
    // R5's SubscriptionTopic.status is a modifier, and R4 has no definition of the extension that
    // carries it (R5 versions.html#extensions).
    const bool topic = name.starts_with("Basic-topic-");
    CHECK(test::errors_of(validator(), text_of(json)) ==
          (topic ? "Basic.modifierExtension[0]: a modifier extension that is not known changes the "
                   "meaning\n"
                 : ""));
    CHECK(name == at(&json, {"resourceType"}) + "-" + at(&json, {"id"}));
    shown.insert(profile_of(json));
  }
  for (const auto& [name, json] : package()) {
    if (!name.starts_with("StructureDefinition-") || at(&json, {"type"}) == "Extension") continue;
    CAPTURE(name);
    CHECK(shown.contains(at(&json, {"url"})));
  }
}

TEST_CASE("every example is valid by UK Core's profile of its type") {
  const auto uk_core = test::shared_data() / "gp/uk-core";
  if (test::shared_data().empty() || !fs::is_directory(uk_core)) {
    WARN("SKIP: no shared/data/gp/uk-core beside the project");
    return;
  }
  terminology::Terminology codes;
  const auto both = test::validator_with(
      {folder(), uk_core / "structuredefinitions", uk_core / "valuesets"}, codes);
  int checked = 0;
  for (const auto& [name, json] : examples()) {
    profile::Options options;
    options.profiles = {uk_profiles + at(&json, {"resourceType"})};
    if (both->registry().profile(options.profiles[0]) == nullptr) continue;
    CAPTURE(name);
    CHECK(test::errors_of(*both, text_of(json), options) == "");
    ++checked;
  }
  CHECK(checked > 50);
}

TEST_CASE("each search parameter finds its value in an example") {
  struct Row {
    const char* parameter;
    const char* example;
    const char* part;
    const char* found;
  };
  const Row rows[] = {
      // The end alone: a period without a start is before every date.
      {"Task-response-due", "Task-requested", "", "2026-02-24T11:00:00Z"},
      {"Task-status-reason", "Task-waiting-list", ".coding.code", "waiting-list"},
      {"ServiceRequest-order-detail", "ServiceRequest-contact-prohibited", ".coding.code",
       "contacting-subject-prohibited"},
      {"ServiceRequest-choice", "ServiceRequest-referral", "", "offered"},
      {"CarePlan-review-due", "CarePlan-agreed", "", "2026-08-10"},
      {"CarePlan-agreed", "CarePlan-agreed", "", "2026-02-10"},
      {"CarePlan-thread", "CarePlan-agreed", ".value", "thread-1"},
      {"Flag-code", "Flag-tier", ".coding.code", "targeted"},
      {"HealthcareService-capacity", "HealthcareService-garden", ".coding.code", "no-capacity"},
      {"Group-criteria", "Group-cohort", ".reference", "Group/criteria"},
  };
  std::size_t parameters = 0;
  for (const auto& [name, json] : package()) parameters += name.starts_with("SearchParameter-");
  CHECK(parameters == std::size(rows));
  for (const auto& row : rows) {
    CAPTURE(row.parameter);
    const auto& parameter = package().at(std::string("SearchParameter-") + row.parameter);
    const auto expression =
        path::compile(at(&parameter, {"expression"}) + row.part, test::definitions());
    REQUIRE(expression);
    const auto tree = test::read_tree(text_of(examples().at(row.example)));
    path::Environment world;
    const auto found = path::evaluate(*expression, NodeRef{&tree, tree.root()}, world);
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(path::value_text(test::definitions(), found->front()) == row.found);
  }
}

TEST_CASE("the guide lists every file of the package and every example, and nothing else") {
  std::set<std::string> listed, there;
  const auto& guide = package().at("ImplementationGuide-fingerpost.profiles");
  for (const auto& resource : guide.member("definition")->member("resource")->items) {
    auto reference = at(&resource, {"reference", "reference"});
    reference.at(reference.find('/')) = '-';
    CHECK(listed.insert(reference).second);
  }
  for (const auto& [name, json] : package())
    if (!name.starts_with("ImplementationGuide-")) there.insert(name);
  for (const auto& [name, json] : examples()) there.insert(name);
  CHECK(listed == there);
}

TEST_CASE("an example without an element that its profile asks for is refused") {
  int tried = 0;
  for (const auto& [name, json] : examples()) {
    const auto claimed = profile_of(json);
    if (claimed.empty()) continue;
    const auto& structure = package().at("StructureDefinition-" +
                                         claimed.substr((base + "StructureDefinition/").size()));
    each_element(structure, [&, &name = name, &json = json](const JsonValue& element) {
      const auto id = at(&element, {"id"});
      const auto dot = id.find('.');
      const auto min = at(&element, {"min"});
      if (dot == std::string::npos || id.find_first_of(".:", dot + 1) != std::string::npos ||
          min.empty() || min == "0")
        return;
      const auto member = id.substr(dot + 1, id.find('[', dot) - dot - 1);
      auto without = json;
      std::erase_if(without.members, [&](const auto& one) { return one.name.starts_with(member); });
      CAPTURE(name, id);
      REQUIRE(without.members.size() < json.members.size());
      CHECK(holds(test::errors_of(validator(), text_of(without)), member));
      ++tried;
    });
  }
  CHECK(tried > 300);
}

namespace {

// An example with one thing wrong: without a member, or with a text in the place of another.
struct Wrong {
  const char* example;
  const char* without;
  const char* text;
  const char* instead;
  const char* says;
};
constexpr Wrong wrong[] = {
    {"CarePlan-agreed", "goal", "", "", "fp-plan-1"},
    {"CarePlan-agreed", "activity", "", "", "fp-plan-1"},
    {"CarePlan-declined", "period", "", "", "fp-plan-2"},
    {"CarePlan-agreed", "", "\"code\":\"2181441000000107\"", "\"code\":\"734163000\"",
     "CarePlan.category:personalised"},
    {"Goal-garden", "", "\"description\":{\"text\"", "\"description\":{\"id\"",
     "Goal.description.text"},
    {"ServiceRequest-referral", "extension", "", "", "fp-referral-1"},
    {"ServiceRequest-onward", "basedOn", "", "", "fp-referral-2"},
    {"ServiceRequest-option-not-chosen", "extension", "", "", "fp-referral-3"},
    {"ServiceRequest-referral", "", "871731000000106", "871691000000100", "ValueSet/referral-code"},
    {"ServiceRequest-referral", "", "\"offered\"", "\"perhaps\"", "ValueSet/choice-offer"},
    {"ServiceRequest-referral", "", "Id/referral-thread", "Id/another", "requisition"},
    {"Task-completed", "output", "", "", "fp-task-1"},
    {"Task-rejected-at-capacity", "statusReason", "", "", "fp-task-2"},
    {"Task-waiting-list", "statusReason", "", "", "fp-task-2"},
    {"Task-cancel-confirmed", "statusReason", "", "", "fp-task-2"},
    {"Task-did-not-engage", "statusReason", "", "", "fp-task-2"},
    {"Task-rejected-at-capacity", "", "\"text\":\"We have", "\"id\":\"We-have",
     "Task.statusReason.text"},
    {"Task-requested", "", "\"status\":\"requested\"", "\"status\":\"ready\"", "fp-task-3"},
    {"Task-accepted", "owner", "", "", "fp-task-4"},
    {"Task-redirected", "output", "", "", "fp-task-5"},
    {"Task-stage-skipped", "statusReason", "", "", "fp-stage-1"},
    {"Task-stage-prepare", "", "\"prepare\"", "\"perhaps\"", "ValueSet/personalised-care-task"},
    {"Observation-activation-score", "", "47.4", "147.4", "fp-score-1"},
    {"Observation-swemwbs-before", "", "18.59", "6.99", "fp-score-1"},
    {"Observation-activation-level", "", "\"valueInteger\":2", "\"valueInteger\":5", "fp-level-1"},
    {"Observation-ons4-before", "", "\"valueInteger\":7", "\"valueInteger\":11", "fp-ons4-1"},
    {"PractitionerRole-link-worker", "", "R9815", "R9807", "fp-worker-1"},
    {"Contract-budget", "", "\"allocation\"", "\"spent\"", "fp-budget-1"},
    {"Contract-budget", "", "\"agreed\"", "\"spent\"", "fp-budget-2"},
    {"Contract-budget-amended", "", "\"spent\"", "\"agreed\"", "fp-budget-2"},
    {"Contract-budget", "", "\"variance\"", "\"spent\"", "fp-budget-2"},
    {"Contract-budget-over-approved", "signer", "", "", "fp-budget-3"},
    {"Contract-budget-over-approved", "", "GRANTOR", "GRANTEE", "fp-budget-3"},
    {"Contract-budget-over-approved", "", "Organization/commissioner", "Organization/practice",
     "fp-budget-3"},
    {"Contract-budget", "", "\"GBP\"", "\"EUR\"", "fp-budget-5"},
    {"Contract-budget", "", "480.0", "470.0", "fp-budget-4"},
    {"Appointment-double", "slot", "", "", "fp-double-1"},
    {"Flag-tier", "", "\"targeted\"", "\"top\"", "ValueSet/personalised-care-tier"},
    {"Group-cohort", "", "\"criteria-met\"", "\"perhaps\"", "ValueSet/cohort-change"},
};

}  // namespace

TEST_CASE("an example that breaks a rule is refused, and the rule is named") {
  std::string said;
  for (const auto& row : wrong) {
    CAPTURE(row.example, row.says);
    auto json = examples().at(row.example);
    const auto right = text_of(json);
    drop(json, row.without);
    auto text = text_of(json);
    if (const auto found = text.find(row.text); *row.text != 0 && found != std::string::npos)
      text.replace(found, std::string_view(row.text).size(), row.instead);
    REQUIRE(text != right);
    const auto errors = test::errors_of(validator(), text);
    CHECK(holds(errors, row.says));
    said += errors;
  }
  for (const auto& [name, json] : package()) {
    if (!name.starts_with("StructureDefinition-")) continue;
    each_element(json, [&](const JsonValue& element) {
      const auto* rules = element.member("constraint");
      for (const auto& rule : rules ? rules->items : std::vector<JsonValue>{}) {
        const auto key = at(&rule, {"key"});
        CAPTURE(key);
        CHECK(holds(said, key + ":"));
      }
    });
  }
}

TEST_CASE("every reason of a referral has a code of BaRS, or it is said that there is none") {
  std::map<std::string, std::string> mapped;
  const auto& map = package().at("ConceptMap-referral-status-reason-to-bars");
  for (const auto& group : map.member("group")->items)
    for (const auto& element : group.member("element")->items) {
      const auto reason = at(&element, {"code"});
      CAPTURE(reason);
      const auto code = at(&element, {"target", "code"});
      const auto equivalence = at(&element, {"target", "equivalence"});
      CHECK(code.empty() == (equivalence == "unmatched"));
      CHECK((equivalence == "equivalent") == at(&element, {"target", "comment"}).empty());
      CHECK(mapped.emplace(reason, code).second);
    }
  const auto& reasons = package().at("CodeSystem-referral-status-reason");
  for (const auto& concept_ : reasons.member("concept")->items) {
    CAPTURE(at(&concept_, {"code"}));
    CHECK(mapped.contains(at(&concept_, {"code"})));
  }
  // "Service could not be contacted" is never said of the person.
  CHECK(mapped.at("service-not-reached") == "27");
  CHECK(mapped.at("person-not-reached") == "99");
}

TEST_CASE("every way in which a referral goes wrong has an example") {
  struct Row {
    const char* example;
    const char* status;
    const char* reason;
    const char* business;
  };
  const Row rows[] = {
      {"Task-rejected-at-capacity", "rejected", "at-capacity", ""},
      {"Task-patient-declined-before-start", "rejected", "patient-declined", ""},
      {"Task-patient-declined-after-start", "cancelled", "patient-declined",
       "cancelled-by-service"},
      {"Task-accepted-then-declined", "cancelled", "declined-after-acceptance",
       "cancelled-by-service"},
      {"Task-cancel-requested", "in-progress", "cancel-requested", "cancel-requested"},
      {"Task-cancel-confirmed", "cancelled", "withdrawn", "cancelled-by-service"},
      {"Task-cancel-forced", "cancelled", "cancel-not-confirmed", ""},
      {"Task-completed-against-cancel", "completed", "", "cancel-requested"},
      {"Task-no-response", "cancelled", "no-response", "response-overdue"},
      {"Task-referred-onward", "in-progress", "", "referred-onward"},
      {"Task-onward", "accepted", "", ""},
      {"Task-redirected", "rejected", "redirected", "referred-onward"},
      {"Task-third-provider-first", "rejected", "at-capacity", ""},
      {"Task-third-provider-second", "rejected", "not-eligible", ""},
      {"Task-third-provider", "accepted", "", ""},
      {"Task-waiting-list", "on-hold", "waiting-list", "waiting-list"},
      {"Task-did-not-attend", "in-progress", "", "did-not-attend"},
      {"Task-did-not-engage", "failed", "did-not-engage", "contact-failed"},
      {"Task-contact-prohibited", "accepted", "", ""},
      {"Task-contact-mark-not-carried", "cancelled", "cannot-carry-contact-mark", ""},
      {"Task-duplicate", "rejected", "duplicate", ""},
      {"Task-entered-in-error", "entered-in-error", "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.example);
    REQUIRE(examples().contains(row.example));
    const auto& task = examples().at(row.example);
    CHECK(at(&task, {"status"}) == row.status);
    CHECK(at(&task, {"statusReason", "coding", "code"}) == row.reason);
    CHECK(at(&task, {"businessStatus", "coding", "code"}) == row.business);
    const auto request = at(&task, {"focus", "reference"});
    REQUIRE(request.starts_with("ServiceRequest/"));
    // A request outlives every Task that was rejected, cancelled or failed.
    const auto& asked = examples().at("ServiceRequest-" + request.substr(request.find('/') + 1));
    CHECK(at(&asked, {"status"}) == "active");
  }
  const auto of = [](const char* name) { return &examples().at(name); };
  CHECK(at(of("Task-onward"), {"partOf", "reference"}) == "Task/referred-onward");
  CHECK(at(of("ServiceRequest-onward"), {"basedOn", "reference"}) == "ServiceRequest/unhappy");
  CHECK(at(of("ServiceRequest-onward"), {"intent"}) == "filler-order");
  for (const auto name : {"Task-third-provider-first", "Task-third-provider-second"})
    CHECK(at(of(name), {"focus", "reference"}) ==
          at(of("Task-third-provider"), {"focus", "reference"}));
  CHECK(at(of("ServiceRequest-contact-prohibited"), {"orderDetail", "coding", "code"}) ==
        "contacting-subject-prohibited");
  CHECK(at(of("Appointment-no-show"), {"status"}) == "noshow");
}
