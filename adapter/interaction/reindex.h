// Resources that are indexed by parameters of before are read and indexed again.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "model/definitions.h"
#include "search/search.h"
#include "store/store.h"

#include <cstddef>

namespace fingerpost::interaction {

// All of them, in commits of a few hundred; for a thread that may wait. How many there were.
Result<std::size_t> reindex(const model::Definitions& definitions,
                            const search::Parameters& parameters, store::Store& store,
                            const Limits& limits);

}  // namespace fingerpost::interaction
