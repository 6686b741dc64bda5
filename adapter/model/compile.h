// From the JSON files of FHIR packages to the block of bytes that Definitions views.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "model/definitions.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace fingerpost::model {

// One JSON file of a package. Only StructureDefinition, ValueSet, CodeSystem, SearchParameter and
// CompartmentDefinition are looked at; of STU3 only the types.
struct DefinitionFile {
  std::string name;  // for messages
  std::string text;
};

struct PackageFiles {
  Model model = Model::r4;
  std::vector<DefinitionFile> files;
};

struct Compiled {
  std::vector<std::byte> bytes;
  Issues issues;  // files that could not be used, types that were not found
};

// Profiles (derivation "constraint") are passed over. Kind::invalid when the R4 base types are not
// among the files. Pure: the same files give the same bytes.
Result<Compiled> compile(std::span<const PackageFiles> packages);

// What `base` holds, and these models besides: logical models for FML, from snapshot or
// differential.
Result<Compiled> extend(const Definitions& base, std::span<const DefinitionFile> models);

// Puts bytes of another room's making into the block of compile(): Definitions::attached.
void attach(std::vector<std::byte>& block, std::span<const std::byte> bytes);

}  // namespace fingerpost::model
