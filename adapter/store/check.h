// Whether what a store holds agrees with itself.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "store/measures.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
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

// As open_sqlite, and tells of the newest resources where what leads to them was made anew:
// "Patient, row 12: …". Counts its commits in `measures`, which must outlive it; null: nowhere.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Clock& clock,
                                           Random& random, std::vector<std::string>& mended,
                                           StoreMeasures* measures = nullptr);

}  // namespace fingerpost::store
