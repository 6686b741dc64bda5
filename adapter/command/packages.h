// FHIR packages and single definitions named on the command line.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "profile/registry.h"
#include "terminology/terminology.h"

#include <filesystem>

namespace fingerpost::command {

// Adds the StructureDefinitions, value sets, code systems and questionnaires of a package to those
// at hand: a folder (with all folders in it), a .tgz, or one file. Files that are no resources are
// passed over.
Result<void> add_package(const model::Definitions& definitions, const std::filesystem::path& path,
                         profile::Registry& registry, terminology::Terminology& codes);

}  // namespace fingerpost::command
