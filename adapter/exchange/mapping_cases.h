// The cases beside the maps: mappings/<format>/*.test.json, run through the whole translator.
//
//   {"map": url, "cases": [{"name", "sourceFile" or "source", "partner", "checks": [FHIRPath …],
//     "sameIdsAs": file, "issues": ["code place" …], "lost": {place: count}}]}
//
// mappings/README.md says what each member means. Those of a partner's own tables are
// partners/<id>/<format>.test.json, or <format>-<anything>.test.json, and run as that partner's.

#pragma once

#include "exchange/translate.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fingerpost::exchange {

// A case that does not hold, and how: "is false: EXPRESSION", "issues: expected …, found …".
struct FailedCase {
  std::string file;  // "hl7v2/ref.test.json"
  std::string name;
  std::vector<std::string> wrong;
};

struct CasesRun {
  std::size_t passed = 0;
  std::size_t skipped = 0;  // of folders that are no format of this program
  std::vector<FailedCase> failed;
};

// `files` are a mappings folder with its cases and samples. A file that holds no cases is a failure
// too. The texts may hold what the samples do.
CasesRun run_mapping_cases(const Translator& translator, std::span<const MappingFile> files);

}  // namespace fingerpost::exchange
