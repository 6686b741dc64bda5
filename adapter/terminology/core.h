// The code systems and value sets that FHIR R4 itself defines: compiled once into the definitions
// file, and viewed there.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "terminology/content.h"
#include "terminology/terminology.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace fingerpost::terminology {

// From the block of model::compile(), whose sources have the resources.
Result<std::vector<std::byte>> compile_core(std::span<const std::byte> definitions);

// A Terminology of what is in these definitions; empty when nothing is. Nothing is read before it
// is asked for, and the definitions need not outlive it.
Terminology core(const model::Definitions& definitions);

}  // namespace fingerpost::terminology
