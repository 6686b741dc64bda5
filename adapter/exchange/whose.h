// Whose a stored resource is: a message about another patient under a known number moves nothing.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <string>
#include <string_view>

namespace fingerpost::exchange {

struct Subject {
  std::string_view element;  // "subject", "for" …; "" where nobody is named
  std::string_view patient;  // "Patient/1"
};
// The patient that a resource is of, by reference.
Subject subject_of(NodeRef resource);

// Whether two are one person: the one was merged into the other, or they share an identifier and no
// NHS numbers tell them apart. `said` is the Patient of the message, where it brings one.
// Errors are the store's.
Result<bool> same_person(const Parts& parts, store::Reader& reader, NodeRef said,
                         std::string_view said_reference, std::string_view stored_reference);
// Of two that are looked for in `near`: by its trouble() the store's errors.
bool same_person(Neighbourhood& near, std::string_view one, std::string_view other);
// Whether a resource is of the person: it refers to him, or names him by an identifier of his, its
// own contained Patient's too.
bool is_of(Neighbourhood& near, NodeRef resource, std::string_view person);

}  // namespace fingerpost::exchange
