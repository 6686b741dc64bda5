// The public suite of the R4 validator, where it is at hand.

#include "suite/validator.h"

#include "support/suite.h"

#include <catch2/catch.hpp>

using namespace fingerpost;

TEST_CASE("our verdicts are those of the reference validator but for the listed cases") {
  const auto folder = test::public_suite("conformance/validator-r4");
  if (folder.empty()) return;
  const auto report = suite::run_validator(test::setting(), folder / "manifest-r4-core-only.json");
  test::judge(report, "validator-r4.txt", 241);
}

TEST_CASE("a suite that cannot be read says so") {
  CHECK(suite::run_validator(test::setting(), "no such file").has_error());
}
