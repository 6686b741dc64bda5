// One element of a differential laid over the element that it constrains.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "profile/budget.h"

#include <string_view>

namespace fingerpost::profile {

// Changes `target`, an ElementDefinition of `into`: what the differential says replaces what stood
// there; constraints, examples and the like are added. `id` and `path` stay. When the budget is
// over the element is not whole.
void merge_element(const model::Definitions& definitions, const Tree& differential, NodeId from,
                   Tree& into, NodeId target, Budget& budget);

// Sets a primitive child, which stands alone.
void put(const model::Definitions& definitions, Tree& tree, NodeId node, std::string_view name,
         std::string_view text);

// Takes all children of that name away.
void drop(Tree& tree, NodeId node, std::string_view name);

}  // namespace fingerpost::profile
