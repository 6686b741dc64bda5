// Validation takes work in proportion to what is validated, and ends when it is made to take more.

#include "support/cost.h"

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
