// HL7's and MITRE's public TestScripts, played against the program over loopback.

#include "command/http_exchange.h"
#include "suite/testscript.h"
#include "support/ports.h"
#include "support/program.h"
#include "support/suite.h"

#include <catch2/catch.hpp>

#include <signal.h>

using namespace fingerpost;

namespace {

// Those that need only base R4.
struct Scripts {
  std::string folder;
  std::vector<std::string> names;
  std::string known;  // list of expected failures
  std::size_t cases;
};

const Scripts hl7{
    "hl7-r4-spec-examples",
    {"TestScript-testscript-example", "TestScript-testscript-example-history",
     "TestScript-testscript-example-multisystem", "TestScript-testscript-example-readtest",
     "TestScript-testscript-example-search", "TestScript-testscript-example-update"},
    "testscripts-hl7.txt",
    11};
const Scripts mitre{"testscript-engine/TestScripts",
                    {"general_testscript", "history_testscript", "read_testscript",
                     "search_testscript", "update_testscript"},
                    "testscripts-mitre.txt",
                    11};  // with two setups that fail

suite::HttpMessage asked(std::string method, std::string url, std::string body = "") {
  suite::HttpMessage request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.body = std::move(body);
  if (!request.body.empty()) request.fields = {{"Content-Type", "application/fhir+json"}};
  return request;
}

}  // namespace

TEST_CASE("the public TestScripts that need only R4 pass but for the listed ones") {
  const auto& scripts = GENERATE_REF(hl7, mitre);
  const auto folder = test::public_suite("conformance/testscripts");
  if (folder.empty()) return;
  const test::Folder work;
  const auto server = "http://127.0.0.1:" + std::to_string(test::free_port());
  test::Program program({"serve", "--data", (work / "data").string(), "--http", server.substr(7)},
                        work / "out", work / "error");
  suite::TestScripts with;
  with.servers = {server + "/fhir"};
  with.folders = {test::packages() / "hl7.fhir.r4.examples"};
  with.exchange = command::http_exchange(30);
  with.variables = {{"PatientSearchFamilyName", "Chalmers"}, {"PatientSearchGivenName", "Peter"}};
  REQUIRE(test::eventually([&] {
    const auto ready = with.exchange(asked("GET", server + "/health/ready"));
    return ready && ready->status == 200;
  }));
  // What the scripts take for known.
  const auto example =
      test::read_file(test::packages() / "hl7.fhir.r4.examples" / "Patient-example.json");
  REQUIRE(with.exchange(asked("PUT", server + "/fhir/Patient/example", example))->status == 201);

  std::vector<test::fs::path> files;
  for (const auto& name : scripts.names)
    files.push_back(folder / scripts.folder / (name + ".json"));
  test::judge(suite::run_testscripts(test::setting(), files, with), scripts.known, scripts.cases);
  program.signal(SIGTERM);
  CHECK(program.wait(std::chrono::seconds(60)) == 0);
}
