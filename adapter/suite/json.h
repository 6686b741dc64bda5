// JSONTestSuite's files: y_ must be accepted, n_ refused, i_ is for us to decide.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// A case for each .json file of the folder, named as the file. A file of y_ that FHIR's stricter
// rules refuse, and what becomes of each i_ file, stands in one table in json.cpp.
Result<Report> run_json(const Setting& setting, const std::filesystem::path& folder);

}  // namespace fingerpost::suite
