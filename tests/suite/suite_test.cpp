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

// To be lowered as a list gets shorter; never raised.
TEST_CASE("a list of known failures only gets shorter") {
  const std::map<std::string, std::size_t> most = {{"fhirpath-r4.txt", 5},
                                                   {"fml.txt", 9},
                                                   {"testscripts-hl7.txt", 1},
                                                   {"testscripts-mitre.txt", 4},
                                                   {"validator-r4.txt", 7}};
  std::set<std::string> there;
  for (const auto& file :
       fs::directory_iterator(test::project() / "conformance/expected-failures")) {
    const auto name = file.path().filename().string();
    CAPTURE(name);
    there.insert(name);
    REQUIRE(most.contains(name));
    CHECK(read_known(test::read_file(file.path())).size() <= most.at(name));
  }
  CHECK(there.size() == most.size());
}

TEST_CASE("a failure that is not listed, and a listed case that passes, are surprises") {
  const Report report{judged("a", "1", ""), judged("b", "1", "2"), judged("c", "3", "4"),
                      skipped("d", "no data")};
  const auto found = surprises(report, {{"a", "x"}, {"c", "x"}, {"d", "x"}});
  CHECK(found.failed == std::vector<std::string>{"b"});
  CHECK(found.passed == std::vector<std::string>{"a", "d"});
}
