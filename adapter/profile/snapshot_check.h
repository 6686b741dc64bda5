// Whether a differential only restricts what its base allows (R4 profiling.html#limitations).

#pragma once

#include "profile/snapshot.h"
#include "profile/view.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::profile {

// A slice that the differential itself makes has no limits of its own in the base; those of the
// element hold whatever the slice says.
enum class Known : std::uint8_t { in_base, made_here };

// What an element of a differential allows beyond its base's element, or asks against itself: a
// sentence each. `find` knows the profiles that references may lead to.
std::vector<std::string> widenings(const model::Definitions& definitions, View base,
                                   View differential, Known known, const FindDefinition& find);

}  // namespace fingerpost::profile
