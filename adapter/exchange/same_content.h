// Whether a receiver has what was sent to it.

#pragma once

#include "fingerpost/tree.h"

#include <string_view>

namespace fingerpost::exchange {

// Two resources: as we sent one and as the receiver shows it. Leaves out what a server sets itself:
// meta, and the narrative where none was sent. Members in any order, repetitions in theirs; a
// reference below `base` is the local one; everything else to the character.
bool same_content(NodeRef sent, NodeRef found, std::string_view base);

}  // namespace fingerpost::exchange
