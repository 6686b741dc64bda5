// The rows of a resource that is about to be stored.

#pragma once

#include "search/index.h"

namespace fingerpost::search {

// As index(), by those parameters alone that can be evaluated for the resource. Where an expression
// of a client's fails for it, or takes more steps than there are, the rows are of other parameters,
// which lack that one: the store counts the resource as not indexed by it, and searches by it say
// so, as they do during a reindex. What is compared with a plan's keys is made by index().
IndexValues index_to_store(const Parameters& parameters, NodeRef resource);

}  // namespace fingerpost::search
