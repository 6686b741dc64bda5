// The terminology ecosystem's public suite.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// Every test of test-cases.json in the folder that every server is to pass: its setup's resources
// loaded, the operation answered, the answer compared with the template. The tests of one server's
// own ways (its `mode`) are skipped, and those of a running server's metadata.
Result<Report> run_terminology(const Setting& setting, const std::filesystem::path& folder);

}  // namespace fingerpost::suite
