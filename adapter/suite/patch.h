// The public FHIRPath Patch suite.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// Each case's `diff` applied to its `input` must give its `output`; with <error/>, it must fail.
Result<Report> run_patch(const Setting& setting, const std::filesystem::path& tests);

}  // namespace fingerpost::suite
