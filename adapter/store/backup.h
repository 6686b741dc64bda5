// A copy of a data folder, also while a gateway writes to it.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>

namespace fingerpost::store {

// Copies the database in `directory`, as it stands at one moment, into the folder `to`, which is
// made and must not be there: a data folder that a gateway can be started on. The copy is checked
// whole and is on the disk when this returns; its size. Kind::conflict: `to` is there already.
// Kind::fault: it cannot be read or written, or is damaged; nothing is then left at `to`.
Result<std::uint64_t> back_up(const std::string& directory, const std::string& to);

}  // namespace fingerpost::store
