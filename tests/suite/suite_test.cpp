#include "suite/suite.h"

#include <catch2/catch.hpp>

using namespace fingerpost::suite;

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

TEST_CASE("a failure that is not listed, and a listed case that passes, are surprises") {
  const Report report{judged("a", "1", ""), judged("b", "1", "2"), judged("c", "3", "4"),
                      skipped("d", "no data")};
  const auto found = surprises(report, {{"a", "x"}, {"c", "x"}, {"d", "x"}});
  CHECK(found.failed == std::vector<std::string>{"b"});
  CHECK(found.passed == std::vector<std::string>{"a", "d"});
}
