// Resources that an extract tells in parts, a part on one day and the rest on another.

#pragma once

#include "fingerpost/tree.h"

namespace fingerpost::exchange {

// meta.tag SUBSETTED: the source has more of it than it says here.
bool is_partial(NodeRef resource);
// Its status, lifecycleStatus or verificationStatus is entered-in-error.
bool says_error(NodeRef resource);

// What the partial resource does not say, as it is stored: whole elements; of lists the items that
// it has not (notes, identifiers, labels of security); and a code, where its own says no more than
// that there is a referral. It stays partial where the stored one is.
void complete(Tree& partial, const Tree& stored);

}  // namespace fingerpost::exchange
