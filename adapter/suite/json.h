// JSONTestSuite's files: y_ must be accepted, n_ refused, i_ is for us to decide.

#pragma once

#include "suite/suite.h"

#include <string_view>

namespace fingerpost::suite {

// What becomes of a file: by the rules of RFC 8259 alone, and by FHIR's above them.
struct JsonReading {
  bool rfc8259 = false;
  bool fhir = false;
  std::string_view why;  // of what RFC 8259 leaves open, and where FHIR is stricter
};

// By the file's name, without ".json". conformance/JSON.md has all that were decided.
JsonReading json_reading(std::string_view name);

// A case for each .json file of the folder, named as the file: it is read by both rules.
Result<Report> run_json(const Setting& setting, const std::filesystem::path& folder);

}  // namespace fingerpost::suite
