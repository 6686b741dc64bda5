// A profile's differential and its base become the whole list of elements (R4 profiling.html).

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "profile/budget.h"

#include <functional>
#include <string_view>

namespace fingerpost::profile {

// A StructureDefinition with a snapshot, by its canonical URL; null when it is not known. The tree
// must live as long as the call that asked.
using FindDefinition = std::function<const Tree*(std::string_view url)>;

struct Snapshot {
  Tree tree;  // the definition, with a snapshot
  Issues
      issues;  // what of the differential does not fit its base; `expression` is in the definition
};

// Elements keep the order of the base; a slice stands after its element's own children and the
// slices before it. Kind::not_found when the base is not known; Kind::invalid for what has no
// meaning: slicing at the root, a definition without a base; Kind::too_costly for a definition of
// more elements or work than the budget has.
Result<Snapshot> make_snapshot(const model::Definitions& definitions, const Tree& definition,
                               const FindDefinition& find, Budget& budget);
inline Result<Snapshot> make_snapshot(const model::Definitions& definitions, const Tree& definition,
                                      const FindDefinition& find) {
  Budget budget;
  return make_snapshot(definitions, definition, find, budget);
}

// Whether the StructureDefinition has snapshot elements already.
bool has_snapshot(const Tree& definition);

}  // namespace fingerpost::profile
