// The public mapping suite: a manifest of maps, their sources and what they give.

#pragma once

#include "suite/suite.h"

namespace fingerpost::suite {

// `manifest` is <fml-tests><test name source map output/>…; the files stand beside it. A case is
// named by its map. Maps are text or StructureMap JSON or XML; results are compared by content. A
// case whose result is no FHIR resource (CDA) is skipped.
Result<Report> run_mapping(const Setting& setting, const std::filesystem::path& manifest);

}  // namespace fingerpost::suite
