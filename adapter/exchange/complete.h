// Resources that an extract tells in parts, a part on one day and the rest on another.

#pragma once

#include "fingerpost/tree.h"

#include <string_view>

namespace fingerpost::exchange {

// meta.tag SUBSETTED: the source has more of it than it says here.
bool is_partial(NodeRef resource);
// meta.tag of the system urn:fingerpost:missing-part: which part of it is told elsewhere. The
// resource is the root of its tree.
bool names_missing_part(NodeRef resource);
// Its status, lifecycleStatus or verificationStatus is entered-in-error.
bool says_error(NodeRef resource);

// What the partial resource does not say, as it is stored: whole elements; of lists the items that
// it has not (notes, identifiers, labels of security); and a code, where its own says no more than
// that there is a referral. It stays partial where the
// stored one is, unless each of them has the part that the other says is missing.
void complete(Tree& partial, const Tree& stored);

// The stored items of a list at its root that the resource has not.
void keep_items(Tree& resource, const Tree& stored, std::string_view list);

// The stored labels of meta.security that the resource has not: a message never takes one away.
void keep_labels(Tree& resource, const Tree& stored);

}  // namespace fingerpost::exchange
