#include "exchange/mapping_cases.h"

#include "support/translator.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace fingerpost;

namespace {

exchange::CasesRun run(const std::string& path, const std::string& text) {
  const std::vector<exchange::MappingFile> files = {{path, text},
                                                    {"hl7v2/samples/a.hl7", "MSH|^~\\&|A\r"}};
  return exchange::run_mapping_cases(test::translator(), files);
}

// One case over an answer of a link worker.
exchange::CasesRun run_answer(const std::string& members) {
  return run("hl7v2/x.test.json", R"({"cases":[{"name":"it","partner":"links","source":[
    "MSH|^~\\&|LINKS|RLP99|FINGERPOST|FINGERPOST|20261123101500+0000||RRI^I12^RRI_I12|L1|P|2.5.1",
    "MSA|AA|0123456789abcdef0123",
    "RF1|A|||||5f0c8f6e-2f7a-5b0e-9b55-0a4d3c6a1e01^FINGERPOST",
    "PRD|RT||||||RLP99^ODS"],)" + members +
                                      "}]}");
}

}  // namespace

TEST_CASE("the cases beside the maps hold") {
  const auto folder = GENERATE("gpconnect", "gp2gp", "hl7v2", "emis", "tpp");
  std::vector<exchange::MappingFile> files;
  for (auto& file : test::mapping_files(test::project() / "mappings"))
    if (file.path.starts_with(std::string(folder) + "/")) files.push_back(std::move(file));
  const auto done = exchange::run_mapping_cases(test::translator(), files);
  for (const auto& failed : done.failed) {
    UNSCOPED_INFO(failed.file << ": " << failed.name);
    for (const auto& wrong : failed.wrong) UNSCOPED_INFO("  " << wrong);
  }
  CHECK(done.failed.empty());
  CHECK(done.passed > 0);
}

TEST_CASE("a case that does not hold says what was expected and what was found") {
  struct Row {
    const char* members;
    const char* wrong;
  };
  const auto row = GENERATE(
      Row{R"("checks":["entry.resource.status = 'rejected'"])",
          "is false: entry.resource.status = 'rejected'; found [accepted]"},
      Row{R"("checks":["entry.count() = 2 and true"])", "is false: entry.count() = 2 and true"},
      Row{R"("checks":["entry.count( = 1"])", "is no FHIRPath: entry.count( = 1"},
      Row{R"("checks":["true"],"issues":["value PID-3"])",
          "issues: expected [value PID-3]; found ["},
      Row{R"("checks":["true"],"lost":{"PID-5":1})", "lost: expected [PID-5: 1]; found ["},
      Row{R"("checks":[])", "checks nothing"},
      Row{R"("checks":["true"],"sameIdsAs":"samples/none.hl7")",
          "sameIdsAs: there is no such file at hl7v2/samples/none.hl7"});
  const auto done = run_answer(row.members);
  CHECK(done.passed == 0);
  REQUIRE(done.failed.size() == 1);
  CHECK(done.failed[0].file == "hl7v2/x.test.json");
  CHECK(done.failed[0].name == "it");
  REQUIRE_FALSE(done.failed[0].wrong.empty());
  CHECK(done.failed[0].wrong[0].starts_with(row.wrong));
}

TEST_CASE("a case that holds is counted, and those of a folder that is no format are skipped") {
  const auto held = run_answer(R"("checks":["entry.resource.status = 'accepted'"])");
  CHECK(held.passed == 1);
  CHECK(held.failed.empty());
  const auto other = run("vision/x.test.json", R"({"cases":[{},{}]})");
  CHECK(other.skipped == 2);
  CHECK(other.passed + other.failed.size() == 0);
}

TEST_CASE("the cases of a partner's own tables run as that partner's") {
  const std::string text = R"({"cases":[{"name":"it","source":[
    "MSH|^~\\&|LINKS|RLP99|FINGERPOST|FINGERPOST|20261123101500+0000||RRI^I12^RRI_I12|L1|P|2.5.1",
    "MSA|AA|0123456789abcdef0123",
    "RF1|A|||||5f0c8f6e-2f7a-5b0e-9b55-0a4d3c6a1e01^FINGERPOST",
    "PRD|RT||||||RLP99^ODS"],"checks":["entry.resource.status = 'accepted'"]}]})";
  for (const auto* name : {"partners/links/hl7v2.test.json", "partners/links/hl7v2-own.test.json"})
    CHECK(run(name, text).passed == 1);
  CHECK(run("partners/links/other.test.json", text).skipped == 1);
}

TEST_CASE("a member of a case that nothing reads is told, and so is a file that cannot be read") {
  const auto misspelt = run_answer(R"("checks":["true"],"issus":[])");
  REQUIRE(misspelt.failed.size() == 1);
  CHECK(misspelt.failed[0].wrong[0] == "has a member that nothing reads: issus");
  CHECK(run("hl7v2/x.test.json", R"({"case":[],"cases":[{"name":"a"}]})").failed.size() == 2);
  CHECK(run("vision/x.test.json", "{").failed.size() == 1);
}

TEST_CASE("a file of cases that is none is a failure") {
  const auto text = GENERATE("{", "{}", R"({"cases":[]})");
  const auto done = run("hl7v2/x.test.json", text);
  REQUIRE(done.failed.size() == 1);
  CHECK(done.passed == 0);
}
