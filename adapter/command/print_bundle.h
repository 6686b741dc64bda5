// A Bundle as JSON, entry by entry, so that a large one is never a text in memory.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <iosfwd>

namespace fingerpost::command {

// The tree's root is a Bundle; its entries come last.
void print_bundle(const model::Definitions& definitions, const Tree& tree, std::ostream& out);

}  // namespace fingerpost::command
