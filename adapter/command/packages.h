// FHIR packages and single definitions named on the command line.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "profile/registry.h"
#include "terminology/terminology.h"

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace fingerpost::command {

// Adds the StructureDefinitions, value sets, code systems and questionnaires of a package to those
// at hand: a folder (with all folders in it), a .tgz, or one file. Other resources, and what is
// none, are passed over. Gives what should have been added and could not be read: `where` is the
// file. An error: it cannot be opened, or none of them can be read; Kind::unsupported: it holds
// none.
Result<std::vector<Error>> add_package(const model::Definitions& definitions,
                                       const std::filesystem::path& path,
                                       profile::Registry& registry,
                                       terminology::Terminology& codes);

// Each of them, for a command: what could not be read is a line of what it tells.
Result<void> add_packages(const model::Definitions& definitions, std::span<const std::string> paths,
                          profile::Registry& registry, terminology::Terminology& codes,
                          std::ostream& told);

}  // namespace fingerpost::command
