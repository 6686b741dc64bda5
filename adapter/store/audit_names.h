// Whom an event is about, by name: its text has hashes, which nobody can read back.

#pragma once

#include "store/audit.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fingerpost::store {

// The id of the stored Patient with this reference_hash; "" when there is none.
using PatientId = std::function<std::string(std::uint64_t reference)>;

// "about":["0123456789abcdef"] becomes "about":["0123456789abcdef Patient/p1"] where the id is
// known.
void name_patients(std::string& text, const PatientId& id_of);

// The unit is about these Patients too: what it writes was theirs.
void tell_whose(std::vector<AuditNote>& notes, const std::vector<std::uint64_t>& patients);

}  // namespace fingerpost::store
