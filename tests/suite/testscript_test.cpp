// The TestScript player against a server that is a table of answers.

#include "suite/testscript.h"

#include "support/program.h"
#include "support/suite.h"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace fingerpost;
using namespace fingerpost::suite;

namespace {

// Scripts and fixtures in a folder that goes when the test ends.
class Scripts {
 public:
  // Plays the actions of one test; the fixture `ann` is at hand.
  Report play(const std::string& actions, const std::string& more = "",
              const std::string& fixture = "Patient/ann") {
    folder_.write(
        "Patient-ann.json",
        R"({"resourceType":"Patient","id":"ann","active":true,"name":[{"family":"Bell"}]})");
    const std::filesystem::path script = folder_.write(
        "one.json",
        R"({"resourceType":"TestScript","url":"http://a.example/one","name":"one","status":"draft",)"
        R"("fixture":[{"id":"ann","autocreate":false,"autodelete":false,"resource":{"reference":)"
        R"(")" +
            fixture +
            R"("}}],"profile":[{"id":"p","reference":)"
            R"("http://hl7.org/fhir/StructureDefinition/Patient"}],)" +
            more + R"("test":[{"name":"t","action":[)" + actions + "]}]}");
    TestScripts with;
    with.servers = {"http://a.example/fhir", "http://b.example/fhir"};
    with.variables = {{"told", "y"}};
    with.exchange = [this](const HttpMessage& request) -> Result<HttpMessage> {
      asked.push_back(request.method + " " + request.url);
      sent.push_back(request.body);
      if (answers.empty()) return Error{Kind::fault, "nobody listens", ""};
      auto answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
    const std::filesystem::path files[] = {script};
    return run_testscripts(test::setting(), files, with).value();
  }

  std::vector<HttpMessage> answers;  // the last one stays
  std::vector<std::string> asked, sent;

 private:
  test::Folder folder_;
};

HttpMessage answer(int status, std::string body = "",
                   std::vector<std::pair<std::string, std::string>> fields = {}) {
  HttpMessage made;
  made.status = status;
  made.body = std::move(body);
  made.fields = std::move(fields);
  return made;
}

const std::string read_ann =
    R"({"operation":{"type":{"code":"read"},"resource":"Patient","params":"/ann","encodeRequestUrl":true}})";
const std::string ann =
    R"({"resourceType":"Patient","id":"7","active":true,"name":[{"family":"Bell","given":["Ann"]},)"
    R"({"family":"Gong"}],"birthDate":"1950-02-03"})";

}  // namespace

TEST_CASE("each kind of assert holds, or says what there was instead") {
  struct Row {
    std::string assertion;
    std::string found;  // "": it holds
  };
  const auto row = GENERATE(
      Row{R"~("response":"okay")~", ""}, Row{R"~("response":"created")~", "200"},
      Row{R"~("response":"notFound","operator":"notEquals")~", ""},
      Row{R"~("responseCode":"200,204","operator":"in")~", ""},
      Row{R"~("responseCode":"404")~", "200"}, Row{R"~("resource":"Patient")~", ""},
      Row{R"~("resource":"Goal")~", "Patient"}, Row{R"~("contentType":"json")~", ""},
      Row{R"~("contentType":"xml")~", "application/fhir+json"},
      Row{R"~("direction":"request","contentType":"json")~", ""},
      Row{R"~("headerField":"Last-Modified","operator":"notEmpty")~", "nothing"},
      Row{R"~("headerField":"etag","value":"W/\"3\"")~", ""},
      Row{R"~("expression":"Patient.active")~", ""},
      Row{R"~("expression":"Patient.name.count() > 2")~", "false"},
      Row{R"~("expression":"Patient.name.family","value":"Gong")~", ""},
      Row{R"~("expression":"Patient.name.count()","operator":"greaterThan","value":"1")~", ""},
      Row{R"~("expression":"Patient.name.count()","operator":"lessThan","value":"2")~", "2"},
      Row{R"~("path":"fhir:Patient/fhir:name/fhir:family/@value","value":"Bell")~", ""},
      Row{R"~("path":"fhir:Patient/fhir:name[1]","value":"Bell")~", "another"},
      Row{R"~("expression":"Patient.active","compareToSourceId":"ann","compareToSourceExpression":"Patient.active")~",
          ""},
      Row{R"~("expression":"Patient.name.family","compareToSourceId":"ann","compareToSourceExpression":"Patient.name.family")~",
          "Bell, Gong"},
      Row{R"~("compareToSourceId":"ann","compareToSourceExpression":"Patient.active")~", ""},
      Row{R"~("requestURL":"/Patient/ann","operator":"contains")~", ""},
      Row{R"~("requestMethod":"get")~", ""}, Row{R"~("requestMethod":"put")~", "get"},
      Row{R"~("validateProfileId":"p")~", ""}, Row{R"~("minimumId":"ann")~", ""},
      Row{R"~("navigationLinks":true)~", "false"}, Row{R"~("expression":"Patient.(")~", "*"});
  INFO(row.assertion);
  Scripts scripts;
  scripts.answers = {
      answer(200, ann, {{"Content-Type", "application/fhir+json"}, {"ETag", "W/\"3\""}})};
  const auto report =
      scripts.play(read_ann + R"(,{"assert":{)" + row.assertion + R"(,"warningOnly":false}})");
  REQUIRE(report.size() == 1);
  CHECK(report[0].verdict == (row.found.empty() ? Verdict::passed : Verdict::failed));
  if (row.found != "*" && !row.found.empty()) CHECK(report[0].actual == row.found + " ");
}

TEST_CASE("what is less than the minimum fails, in any order of lists") {
  Scripts scripts;
  const std::string minimum = read_ann + R"(,{"assert":{"minimumId":"ann","warningOnly":false}})";
  scripts.answers = {
      answer(200, R"({"resourceType":"Patient","active":true,"name":[{"family":"A"}]})")};
  CHECK(scripts.play(minimum)[0].actual == "something else, or less, in name ");
  scripts.answers = {answer(
      200,
      R"({"resourceType":"Patient","active":true,"name":[{"family":"A"},{"family":"Bell"}]})")};
  CHECK(scripts.play(minimum)[0].verdict == Verdict::passed);
}

TEST_CASE("a warning never fails, an extension is skipped, a refusal must be wanted") {
  Scripts scripts;
  scripts.answers = {answer(404)};
  CHECK(
      scripts.play(read_ann + R"(,{"assert":{"response":"okay","warningOnly":true}})")[0].verdict ==
      Verdict::passed);
  CHECK(scripts.play(read_ann + R"(,{"assert":{"extension":[{"url":"u"}],"warningOnly":false}})")[0]
            .verdict == Verdict::skipped);
  CHECK(scripts.play(read_ann)[0].actual == "status 404 ");
  CHECK(scripts.play(read_ann + "," + read_ann)[0].expected ==
        "GET http://a.example/fhir/Patient/ann to be answered");
  CHECK(scripts.play(read_ann + R"(,{"assert":{"responseCode":"404","warningOnly":false}})")[0]
            .verdict == Verdict::passed);
}

TEST_CASE("requests are made of resources, parameters, targets, urls and variables") {
  struct Row {
    std::string operation, asked;
  };
  const auto row = GENERATE(
      Row{R"("type":{"code":"search"},"resource":"Patient","params":"?name=a b")",
          "GET http://a.example/fhir/Patient?name=a%20b"},
      Row{R"("type":{"code":"search"},"resource":"Patient","params":"?name=a b","encodeRequestUrl":false)",
          "GET http://a.example/fhir/Patient?name=a b"},
      Row{R"("type":{"code":"read"},"targetId":"ann")", "GET http://a.example/fhir/Patient/ann"},
      Row{R"("type":{"code":"history"},"targetId":"ann")",
          "GET http://a.example/fhir/Patient/ann/_history"},
      Row{R"("type":{"code":"capabilities"})", "GET http://a.example/fhir/metadata"},
      Row{R"("type":{"code":"read"},"resource":"Patient","params":"/${known}")",
          "GET http://a.example/fhir/Patient/ann"},
      Row{R"("type":{"code":"read"},"resource":"Patient","params":"/${given}","destination":2)",
          "GET http://b.example/fhir/Patient/x"},
      Row{R"("type":{"code":"read"},"resource":"Patient","params":"/${told}")",
          "GET http://a.example/fhir/Patient/y"},
      Row{R"("method":"head","url":"http://c.example/Patient")", "HEAD http://c.example/Patient"},
      Row{R"("type":{"code":"update"},"resource":"Patient","params":"/bea","sourceId":"ann")",
          "PUT http://a.example/fhir/Patient/bea"});
  Scripts scripts;
  scripts.answers = {answer(200)};
  const auto report = scripts.play(
      R"({"operation":{)" + row.operation + "}}",
      R"("variable":[{"name":"known","path":"Patient/id","sourceId":"ann"},{"name":"given",)"
      R"("defaultValue":"x"},{"name":"told","defaultValue":"x"}],)");
  CHECK(scripts.asked == std::vector<std::string>{row.asked});
  CHECK(report[0].verdict == Verdict::passed);
  if (row.asked.starts_with("PUT"))
    CHECK(scripts.sent[0].find(R"("id":"bea")") != std::string::npos);
}

TEST_CASE("a setup that fails is a failure, and its tests are skipped") {
  Scripts scripts;
  scripts.answers = {answer(500)};
  const auto report = scripts.play(read_ann, R"("setup":{"action":[)" + read_ann +
                                                 R"(,{"assert":)"
                                                 R"({"response":"okay","warningOnly":false}}]},)");
  REQUIRE(report.size() == 2);
  CHECK(report[0].name == "one/setup");
  CHECK(report[0].verdict == Verdict::failed);
  CHECK(report[1].verdict == Verdict::skipped);
  CHECK(scripts.asked.size() == 1);
}

TEST_CASE("a server that cannot be reached fails the test, and a missing fixture skips it") {
  Scripts scripts;
  CHECK(scripts.play(read_ann)[0].actual == "nobody listens ");
  const auto report = scripts.play(read_ann, "", "Patient/bea");
  CHECK(report[0].verdict == Verdict::skipped);
  CHECK(report[0].reason == "the fixture Patient/bea is not to be had");
}
