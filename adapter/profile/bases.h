// The definitions that a definition is built on.

#pragma once

#include "profile/snapshot.h"

#include <string>

namespace fingerpost::profile {

// Why a definition has no snapshot whose base gives none to build on (make_snapshot's
// Kind::not_found), for a person. `find` gives definitions as they were published.
std::string why_no_base(const Tree& definition, const FindDefinition& find);

}  // namespace fingerpost::profile
