// Whether a differential only restricts what its base allows (R4 profiling.html#limitations).

#pragma once

#include "profile/snapshot.h"
#include "profile/view.h"

#include <string>
#include <vector>

namespace fingerpost::profile {

// What an element of a differential allows beyond its base's element, or asks against itself: a
// sentence each. `find` knows the profiles that references may lead to.
std::vector<std::string> widenings(const model::Definitions& definitions, View base,
                                   View differential, const FindDefinition& find);

}  // namespace fingerpost::profile
