// UCUM's functional tests: which units are valid, conversions, products and quotients.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// The cases of UcumFunctionalTests.xml by their ids. A number is compared to as many significant
// digits as the case gives. The names of units for people are skipped.
Result<Report> run_ucum(const Setting& setting, const std::filesystem::path& tests);

}  // namespace fingerpost::suite
