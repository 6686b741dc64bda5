// The public suite of the R4 validator.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// `manifest` lists resources, which lie in `files/` beside it; what the reference validator said of
// each lies in `files/outcomes/`. A case is judged for the resource alone and, where it names a
// profile, once more against that ("name profile"): both must find an error, or neither.
Result<Report> run_validator(const Setting& setting, const std::filesystem::path& manifest);

}  // namespace fingerpost::suite
