// Whether what a store holds agrees with itself.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::store {

struct Checked {
  std::uint64_t resources = 0;      // looked at, removed ones too
  std::uint64_t compared = 0;       // those whose index rows were made anew from their body
  std::vector<std::string> faults;  // "Patient/1: …", never a value; the first hundred
};

// Reads everything in a data folder, also while it is served, as it stands at one moment: the file,
// each resource's current version, the index rows kept with it against the index tables and, with
// `definitions`, against its body. A resource that is indexed by other parameters than R4's own, a
// client's too, is not compared with its body. Kind::fault: the file cannot be read.
Result<Checked> check_folder(const std::string& directory, const model::Definitions* definitions);

// What is wrong with the newest resources, as far as it is only what leads to them: open_sqlite
// makes that anew. "Patient, row 12: …"; none when there is no folder yet.
Result<std::vector<std::string>> newest_faults(const std::string& directory);

}  // namespace fingerpost::store
