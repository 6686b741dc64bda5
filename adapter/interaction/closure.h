// $closure (R4 conceptmap-operation-closure.html): tables of which codes of a client are above
// which, kept for the client under a name that it chooses.

#pragma once

#include "interaction/operations.h"

#include <cstddef>

namespace fingerpost::interaction {

struct ClosureLimits {
  std::size_t name_bytes = 200;
  std::size_t concepts = 1000;  // of one table
  std::size_t pairs = 100'000;  // the same
};

// With a name alone the table is begun, anew if there is one. With codes these are added, and the
// answer is a ConceptMap of what is new; with a version too, or that alone, of all that was added
// since. Tables are in memory and the least used are let go: 404 says that there is none, and the
// client begins it anew.
void closure(const Session& session, const OperationCall& call, Done done);

}  // namespace fingerpost::interaction
