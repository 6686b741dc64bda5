// The public FHIRPath suite: groups of tests, each an expression and what it gives.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// `tests` is the suite's XML file; the files its tests name are looked for in `inputs`, as XML or
// JSON. Each expression is checked against its input's type, then evaluated: types, order, and the
// class of an error (semantic or execution) must be the suite's. now() is a moment of UTC+11, as
// in the suite's own runner. A test whose input cannot be read fails, whatever it wants.
Result<Report> run_fhirpath(const Setting& setting, const std::filesystem::path& tests,
                            const std::filesystem::path& inputs);

}  // namespace fingerpost::suite
