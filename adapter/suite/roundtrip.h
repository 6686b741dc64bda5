// Resources that must come back from the other form as they went.

#pragma once

#include "suite/suite.h"

#include <span>

namespace fingerpost::suite {

// Each file, JSON or XML, is written in the other form, read again and written back: the JSON of
// both trees must be the same to the character, but for the order of members.
Result<Report> run_roundtrip(const Setting& setting, std::span<const std::filesystem::path> files);

}  // namespace fingerpost::suite
