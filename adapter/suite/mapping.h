// Public mapping suites: maps, their sources and what they give.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// A manifest is <fml-tests><test name source map output/>…; its files stand beside it, and a case
// is named by its map. A folder has maps/X.map, for each of them input/X_000.json and
// expected/X_000.json, …, and a case is named X_000; its maps may import each other. Maps are text,
// or StructureMaps in JSON or XML; results are compared by content. Of a case whose result is no
// FHIR resource (CDA) the map is parsed, and the rest skipped.
Result<Report> run_mapping(const Setting& setting, const std::filesystem::path& manifest_or_folder);

}  // namespace fingerpost::suite
