#include "suite/suite.h"

#include "support/files.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>

using namespace fingerpost;
using namespace fingerpost::suite;
namespace fs = std::filesystem;

TEST_CASE("a report lists what did not pass, and ends on its counts") {
  Report report{judged("a", "1", ""), judged("b", "1", "2"), judged("b", "3", "4"),
                skipped("c", "no data")};
  number_names(report);
  CHECK(to_text(report, {{"b#2", "the suite is wrong"}}) ==
        "failed b\n  expected: 1\n  actual:   2\n"
        "failed b#2\n  expected: 3\n  actual:   4\n  known:    the suite is wrong\n"
        "skipped c: no data\n"
        "1 passed, 2 failed, 1 skipped\n");
}

TEST_CASE("a list of known failures has a name and a reason on each line") {
  const auto known = read_known("# why\na: b: c\n\nd e: f");
  CHECK(known == Known{{"a", "b: c"}, {"d e", "f"}});
}

// Names are to be taken out as a list gets shorter; never put in, nor another in one's place.
TEST_CASE("a list of known failures only gets shorter") {
  const std::map<std::string, std::set<std::string>> most = {
      {"fhirpath-r4.txt",
       {"LowBoundaryDecimal15", "HighBoundaryDecimal15", "HighBoundaryDecimal16",
        "HighBoundaryDateTimeMillisecond1", "HighBoundaryDateTimeMillisecond3"}},
      {"fml.txt",
       {"step4b.source4.map", "step4b.source4b.map", "step4b.source4.json", "step4b.source4b.json",
        "step4b.source4.xml", "step4b.source4b.xml", "step6b.source6b.map", "step6b.source6b.json",
        "step6b.source6b.xml"}},
      {"testscripts-hl7.txt", {"TestScript-testscript-example-readtest/Sprinkler Read Test R004"}},
      {"testscripts-mitre.txt",
       {"general_testscript/setup", "history_testscript/setup",
        "read_testscript/Sprinkler Read Test R004", "update_testscript/Update Patient"}},
      {"validator-r4.txt",
       {"patient-translated-codes profile", "obs-temp-bad", "res-inv-example-good",
        "res-inv-example-bad", "ext-derived-circle", "aggregation-apart-good4",
        "aggregation-apart-good4 profile"}},
  };
  std::set<std::string> there;
  for (const auto& file :
       fs::directory_iterator(test::project() / "conformance/expected-failures")) {
    const auto list = file.path().filename().string();
    there.insert(list);
    CAPTURE(list);
    REQUIRE(most.contains(list));
    std::set<std::string> names;
    for (const auto& [name, why] : read_known(test::read_file(file.path()))) names.insert(name);
    CHECK(names == most.at(list));
  }
  CHECK(there.size() == most.size());
}

TEST_CASE("a failure that is not listed, and a listed case that passes, are surprises") {
  const Report report{judged("a", "1", ""), judged("b", "1", "2"), judged("c", "3", "4"),
                      skipped("d", "no data")};
  const auto found = surprises(report, {{"a", "x"}, {"c", "x"}, {"d", "x"}});
  CHECK(found.failed == std::vector<std::string>{"b"});
  CHECK(found.passed == std::vector<std::string>{"a", "d"});
  CHECK(found.absent.empty());
  CHECK(found.any());
}

TEST_CASE("a listed name that is no case is a surprise") {
  const Report report{judged("a", "1", "2")};
  const auto found = surprises(report, {{"a", "x"}, {"b", "x"}});
  CHECK(found.absent == std::vector<std::string>{"b"});
  CHECK(found.any());
  CHECK_FALSE(surprises(report, {{"a", "x"}}).any());
}

TEST_CASE("a report of nothing, or of skips alone, judged nothing") {
  CHECK_FALSE(judged_any({}));
  CHECK_FALSE(judged_any({skipped("a", "no data")}));
  CHECK(judged_any({skipped("a", "no data"), judged("b", "1", "2")}));
}
