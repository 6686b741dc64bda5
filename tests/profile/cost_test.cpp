// Validation takes work in proportion to what is validated, and ends when it is made to take more.

#include "support/cost.h"

#include "profile/profile.h"
#include "profile/snapshot.h"
#include "support/validator.h"

#include <functional>

using namespace fingerpost;
using test::listed;
using test::repeated;

namespace {

const std::string sliced = test::profile_text(
    "Observation",
    R"({"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[
        {"type":"pattern","path":"$this"}],"rules":"open"}},
      {"id":"Observation.category:a","path":"Observation.category","sliceName":"a",
        "patternCodeableConcept":{"coding":[{"code":"a"}]}},
      {"id":"Observation.category:b","path":"Observation.category","sliceName":"b",
        "patternCodeableConcept":{"coding":[{"code":"b"}]}})");

std::string number(int i) {
  return std::to_string(i);
}

std::string names(int n) {
  return R"({"resourceType":"Patient","name":[)" + repeated(n, R"({"given":["A"]})") + "]}";
}
std::string extensions(int n) {
  return R"({"resourceType":"Patient","extension":[)" +
         repeated(n, R"({"url":"http://test.example/x","valueString":"a"})") + "]}";
}
std::string claims(int n) {
  return R"({"resourceType":"Patient","meta":{"profile":[)" +
         repeated(n, R"("http://test.example/none")") + R"(]},"active":true})";
}
std::string contained(int n) {
  return R"({"resourceType":"Patient","contained":[)" +
         listed(n,
                [](int i) {
                  return R"({"resourceType":"Practitioner","id":"p)" + number(i) +
                         R"(","text":{"status":"generated","div":
                    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"#p0\">a</a></div>"}})";
                }) +
         R"(],"generalPractitioner":[)" +
         listed(n, [](int i) { return R"({"reference":"#p)" + number(i) + "\"}"; }) + "]}";
}
std::string categories(int n) {
  return R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"category":[)" +
         listed(n,
                [](int i) {
                  return std::string(R"({"coding":[{"code":")") + (i % 2 == 0 ? "b" : "c") +
                         "\"}]}";
                }) +
         "]}";
}
std::string questionnaire(int n) {
  return R"({"resourceType":"Questionnaire","status":"active","item":[
    {"linkId":"first","type":"boolean"},)" +
         listed(n,
                [](int i) {
                  return R"({"linkId":"q)" + number(i) + R"(","type":"boolean","enableWhen":[
             {"question":"first","operator":"=","answerBoolean":true}]})";
                }) +
         "]}";
}
std::string response(int n) {
  auto asked = questionnaire(n);
  asked.insert(1, R"("id":"q",)");
  return R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q",
    "contained":[)" +
         asked + R"(],"item":[{"linkId":"first","answer":[{"valueBoolean":true}]},)" +
         listed(n,
                [](int i) {
                  return R"({"linkId":"q)" + number(i) + R"(","answer":[{"valueBoolean":false}]})";
                }) +
         "]}";
}
std::string document(int n) {
  const auto url = [](int i) { return "http://test.example/Patient/p" + number(i); };
  return R"({"resourceType":"Bundle","type":"document","identifier":{"system":"urn:a","value":"1"},
    "timestamp":"2024-01-01T00:00:00Z","entry":[
    {"fullUrl":"http://test.example/Composition/c","resource":{"resourceType":"Composition",
     "id":"c","status":"final","type":{"text":"t"},"date":"2024","title":"t",
     "author":[{"display":"a"}],"section":[{"title":"s","entry":[)" +
         listed(n, [&](int i) { return R"({"reference":")" + url(i) + "\"}"; }) + "]}]}}," +
         listed(n,
                [&](int i) {
                  return R"({"fullUrl":")" + url(i) +
                         R"(","resource":{"resourceType":"Patient","id":"p)" + number(i) + "\"}}";
                }) +
         "]}";
}
std::string codings(int n) {
  return R"({"resourceType":"Condition","subject":{"display":"a"},"clinicalStatus":{"coding":[)" +
         repeated(n, R"({"system":"urn:a","code":"b"})") + "]}}";
}
std::string options(int n) {
  return R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"#q",
    "contained":[{"resourceType":"Questionnaire","id":"q","status":"active","item":[
      {"linkId":"1","type":"choice","answerOption":[)" +
         listed(n, [](int i) { return R"({"valueCoding":{"code":"c)" + number(i) + "\"}}"; }) +
         R"(]}]}],"item":[{"linkId":"1","answer":[{"valueCoding":{"code":"none"}}]}]})";
}

bool enough(const profile::Validator& validator, const Tree& tree, const Limits& limits) {
  profile::Options asked;
  if (validator.registry().definitions().type_name(tree[tree.root()].type) == "Observation")
    asked.profiles = {"http://test.example/p"};
  for (const auto& issue : validator.validate(tree, tree.root(), asked, limits))
    if (issue.code == "too-costly") return false;
  return true;
}

}  // namespace

TEST_CASE("twice as much to validate takes twice the work") {
  struct Row {
    const char* name;
    std::string (*resource)(int n);
  };
  const auto row =
      GENERATE(Row{"names", names}, Row{"extensions", extensions}, Row{"claims", claims},
               Row{"contained", contained}, Row{"slices", categories},
               Row{"enableWhen", questionnaire}, Row{"answers", response},
               Row{"document", document}, Row{"codings", codings}, Row{"options", options});
  CAPTURE(row.name);
  test::Checked checked({sliced});
  const auto cost = [&](std::uint64_t Limits::*limit) {
    return [&, limit](int n) {
      const Tree tree = test::read_tree(row.resource(n));
      return test::least_budget([&](std::uint64_t budget) {
        Limits limits;
        limits.*limit = budget;
        limits.issues = 1'000'000;
        return enough(checked.validator(), tree, limits);
      });
    };
  };
  test::check_linear(cost(&Limits::validation_steps), 100);
  test::check_linear(cost(&Limits::steps), 100);
}

TEST_CASE("what stands deep within a value is counted when it is held against a pattern") {
  const auto extensions = [](int n, const std::string& more) {
    return R"({"coding":[{"extension":[)" + repeated(n, R"({"url":"urn:a","valueCode":"a"})") +
           more + "]}]}";
  };
  const auto pattern = extensions(0, repeated(200, R"({"url":"urn:z"})"));
  test::Checked checked({test::profile_text(
      "Patient", R"({"id":"Patient.maritalStatus","path":"Patient.maritalStatus",
        "patternCodeableConcept":)" +
                     pattern + "}")});
  const Tree tree = test::read_tree(R"({"resourceType":"Patient","maritalStatus":)" +
                                    extensions(1000, R"(,{"url":"urn:z","valueCode":"a"})") + "}");
  profile::Options asked;
  asked.profiles = {"http://test.example/p"};
  const auto over = [&](std::uint64_t steps) {
    Limits limits;
    limits.validation_steps = steps;
    const auto issues = checked.validator().validate(tree, tree.root(), asked, limits);
    return !issues.empty() && issues.back().code == "too-costly";
  };
  CHECK_FALSE(over(1'000'000));
  CHECK(over(200 * 1000));
}

TEST_CASE("validation that takes more work than its limit says so, as an error") {
  test::Checked checked;
  Limits limits;
  limits.validation_steps = 50;
  const Tree tree = test::read_tree(names(100));
  const auto issues = checked.validator().validate(tree, tree.root(), {}, limits);
  REQUIRE_FALSE(issues.empty());
  CHECK(issues.back().severity == Severity::error);
  CHECK(issues.back().code == "too-costly");
}

TEST_CASE("profiles that ask for each other deeper than the limit are an error, not a silence") {
  const auto within = test::profile_text(
      "Patient", R"({"id":"Patient.contained","path":"Patient.contained","min":0})");
  Limits limits;
  limits.depth = 0;
  test::Checked checked({within});
  profile::Options asked;
  asked.profiles = {"http://test.example/p"};
  const Tree tree = test::read_tree(R"({"resourceType":"Patient","active":true})");
  bool told = false;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), asked, limits))
    told |= issue.code == "too-costly" && issue.severity == Severity::error;
  CHECK(told);
}

TEST_CASE("a differential of no sensible size is refused as too costly") {
  const auto elements = listed(20'000, [](int i) {
    return R"({"id":"Patient.identifier:s)" + number(i) +
           R"(","path":"Patient.identifier","sliceName":"s)" + number(i) + "\"}";
  });
  const Tree tree = test::read_tree(test::profile_text("Patient", elements));
  test::Checked checked;
  bool told = false;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {}))
    told |= issue.code == "too-costly";
  CHECK(told);
}

TEST_CASE("a value set that a profile contains is checked") {
  const auto bound = test::profile_text(
      "Patient",
      R"({"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{
          "strength":"required","valueSet":"#own"}})",
      R"("contained":[{"resourceType":"ValueSet","id":"own","status":"active","compose":{"include":[
          {"system":"urn:c","concept":[{"code":"a"}]}]}}],)");
  test::Checked checked({bound});
  const auto patient = [](const std::string& code) {
    return R"({"resourceType":"Patient","maritalStatus":{"coding":[{"system":"urn:c","code":")" +
           code + "\"}]}}";
  };
  CHECK(checked.errors_by_profile(patient("a")) == "");
  CHECK(checked.errors_by_profile(patient("b")).find("http://test.example/p#own") !=
        std::string::npos);
}

TEST_CASE("a value set that a questionnaire contains is checked") {
  const auto answered = [](const std::string& code) {
    return R"({"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"urn:q",
      "item":[{"linkId":"1","answer":[{"valueCoding":{"system":"urn:c","code":")" +
           code + R"("}}]}]})";
  };
  test::Checked checked({R"({"resourceType":"Questionnaire","url":"urn:q","status":"active",
    "contained":[{"resourceType":"ValueSet","id":"own","status":"active","compose":{"include":[
      {"system":"urn:c","concept":[{"code":"a"}]}]}}],
    "item":[{"linkId":"1","type":"choice","answerValueSet":"#own"}]})"});
  CHECK(checked.errors(answered("a")) == "");
  CHECK(checked.errors(answered("b")).find("is not among the codes of #own") != std::string::npos);
}

namespace {

// A definition with a snapshot of its own: n slices, each with a part of its own.
std::string with_snapshot(int n) {
  auto text = test::profile_text("Patient", R"({"path":"Patient"})");
  text.insert(1, R"("snapshot":{"element":[{"id":"Patient","path":"Patient"},
      {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[
        {"type":"value","path":"use"}],"rules":"open"}},)" +
                     listed(n,
                            [](int i) {
                              return R"({"path":"Patient.name","sliceName":"s)" + number(i) +
                                     R"("},{"path":"Patient.name","sliceName":"s)" + number(i) +
                                     R"(/a"},{"path":"Patient.name.use","max":"1"})";
                            }) +
                     "]},");
  return text;
}

// One element with n of what is added to the base's.
std::string with_examples(int n) {
  return test::profile_text("Patient",
                            R"({"path":"Patient.active","mapping":[)" + listed(n, [](int i) {
                              return R"({"identity":"m)" + number(i) + R"(","map":"x"})";
                            }) + "]}");
}

std::uint64_t compile_cost(int n) {
  const Tree tree = test::read_tree(with_snapshot(n));
  profile::Budget budget;
  const auto before = budget.steps;
  const auto made = profile::compile_profile(test::definitions(), tree, {}, budget);
  REQUIRE_FALSE(budget.over);
  REQUIRE(made->rules.size() > static_cast<std::size_t>(3 * n));
  return before - budget.steps;
}

}  // namespace

TEST_CASE("a profile is compiled in steps in proportion to its elements") {
  test::check_linear(compile_cost, 200);
}

namespace {

// n slices of names, each with what it asks of its own parts.
std::string with_slices(int n) {
  return test::profile_text(
      "Patient",
      R"({"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[
        {"type":"value","path":"use"}],"rules":"open"}},)" +
          listed(n, [](int i) {
            const auto slice = ":s" + number(i);
            return R"({"id":"Patient.name)" + slice + R"(","path":"Patient.name","sliceName":"s)" +
                   number(i) + R"("},{"id":"Patient.name)" + slice +
                   R"(.use","path":"Patient.name.use","min":1})";
          }));
}

// One slice of extensions a definition, n of them.
std::string with_extensions(int n) {
  return test::profile_text(
      "Patient", listed(n, [](int i) {
        return R"({"id":"Patient.extension:e)" + number(i) +
               R"(","path":"Patient.extension","sliceName":"e)" + number(i) +
               R"(","type":[{"code":"Extension","profile":["http://test.example/e)" + number(i) +
               R"("]}]})";
      }));
}

}  // namespace

namespace {

profile::Budget wide() {
  profile::Budget budget;
  budget.elements = budget.steps = budget.bytes = 1'000'000'000;
  return budget;
}

// The steps of a snapshot of the definition over the base.
std::uint64_t snapshot_cost(const std::string& definition, const Tree* base) {
  const Tree tree = test::read_tree(definition);
  auto budget = wide();
  REQUIRE(profile::make_snapshot(
      test::definitions(), tree, [&](std::string_view) { return base; }, budget));
  return wide().steps - budget.steps;
}

}  // namespace

TEST_CASE("a snapshot takes steps and time in proportion to its base") {
  // One that stands there, and one that does not.
  const auto path = GENERATE(as<std::string>(), "Patient.name", "Patient.active");
  CAPTURE(path);
  const auto derived = test::profile_text("Patient", R"({"path":")" + path + R"(","min":1})");
  const auto steps = [&](int n) {
    const Tree base = test::read_tree(with_snapshot(n));
    return snapshot_cost(derived, &base);
  };
  test::check_linear(steps, 400);
  const auto work = [&](int n) {
    return [&, base = std::make_shared<const Tree>(test::read_tree(with_snapshot(n)))] {
      (void)snapshot_cost(derived, base.get());
    };
  };
  test::check_linear_time(work, 40);
}

// Each element of a differential is looked for among those that stand there already.
TEST_CASE("a snapshot takes no more than the square of its differential, and counts it") {
  struct Row {
    const char* name;
    std::string (*definition)(int n);
  };
  const auto row = GENERATE(Row{"slices", with_slices}, Row{"extensions", with_extensions},
                            Row{"mappings", with_examples});
  CAPTURE(row.name);
  const profile::Registry registry(test::definitions());
  const auto* const base =
      registry.with_snapshot("http://hl7.org/fhir/StructureDefinition/Patient");
  REQUIRE(base != nullptr);
  const auto once = snapshot_cost(row.definition(200), base);
  const auto twice = snapshot_cost(row.definition(400), base);
  CAPTURE(once, twice);
  CHECK(static_cast<double>(twice) <= 4.4 * static_cast<double>(once));
}

TEST_CASE("a definition takes no more elements, work and bytes than its budget") {
  const auto slices = test::profile_text("Patient", listed(200, [](int i) {
                                           return R"({"id":"Patient.name:s)" + number(i) +
                                                  R"(","path":"Patient.name","sliceName":"s)" +
                                                  number(i) + "\"}";
                                         }));
  struct Row {
    std::string definition;
    std::size_t elements;
    std::uint64_t steps, bytes;
    bool made;
  };
  const profile::Budget most;
  const auto row = GENERATE_COPY(values<Row>({
      {slices, most.elements, most.steps, most.bytes, true},
      {slices, 100, most.steps, most.bytes, false},
      {slices, most.elements, 1000, most.bytes, false},
      {slices, most.elements, most.steps, 100'000, false},
      {with_examples(10), most.elements, 50'000, most.bytes, true},
      {with_examples(1000), most.elements, 50'000, most.bytes, false},
      {with_examples(20'000), most.elements, most.steps, most.bytes, false},
  }));
  CAPTURE(row.elements, row.steps, row.bytes);
  const profile::Registry registry(test::definitions());
  profile::Budget budget;
  budget.elements = row.elements;
  budget.steps = row.steps;
  budget.bytes = row.bytes;
  const auto made = profile::make_snapshot(
      test::definitions(), test::read_tree(row.definition),
      [&](std::string_view url) { return registry.with_snapshot(url); }, budget);
  REQUIRE(made.has_value() == row.made);
  if (!made) CHECK(made.error().kind == Kind::too_costly);
}

TEST_CASE("a profile that takes more than the budget of all together says so where it is asked") {
  const auto named = [](std::string text, char name) {
    text.replace(text.find("test.example/p") + 13, 1, 1, name);
    return text;
  };
  const auto slices = test::profile_text("Patient", listed(200, [](int i) {
                                           return R"({"id":"Patient.name:s)" + number(i) +
                                                  R"(","path":"Patient.name","sliceName":"s)" +
                                                  number(i) + "\"}";
                                         }));
  const profile::Validator validator(test::definitions());
  profile::Budget together;
  together.steps = 20'000;
  auto registry = profile::Registry::over(validator.registry(), together);
  registry.add(test::read_tree(
      named(test::profile_text("Patient", R"({"path":"Patient.active","min":1})"), 'a')));
  registry.add(test::read_tree(named(slices, 'b')));
  profile::Options options;
  options.registry = &registry;
  options.profiles = {"http://test.example/a", "http://test.example/b"};
  const Tree tree = test::read_tree(R"({"resourceType":"Patient","gender":"male"})");
  bool other_checked = false;
  bool told = false;
  for (const auto& issue : validator.validate(tree, tree.root(), options, {})) {
    other_checked |= issue.text.starts_with("Patient.active needs");
    told |= issue.severity == Severity::error &&
            issue.text == "the profile http://test.example/b cannot be used: not checked";
  }
  CHECK(other_checked);
  CHECK(told);
}

TEST_CASE("what a Bundle says of itself is read once, wherever it stands") {
  const auto bundle = [](const std::string& before, const std::string& after) {
    const auto many = [](int n, const char* item) {
      return test::listed(n, [item](int) { return std::string(item); });
    };
    return R"({"resourceType":"Bundle",)" + before +
           R"("entry":[{"resource":{"resourceType":"Account","status":"active","subject":[)" +
           many(10'000, R"({"reference":"Patient/x"})") + "]}}," + many(60'000, R"({"id":"e"})") +
           "]" + after + "}";
  };
  test::Checked checked({});
  const auto time = [&](const std::string& json) {
    const Tree tree = test::read_tree(json);
    return test::least_time([&] { checked.validator().validate(tree, tree.root(), {}, Limits{}); });
  };
  const auto first = time(bundle(R"("type":"transaction",)", ""));
  const auto last = time(bundle("", R"(,"type":"transaction")"));
  CAPTURE(first, last);
  CHECK(last < 6 * first);  // a look at all of it for each reference is 12 times and more
}
