// Whose a stored resource is: a message about another patient under a known number moves nothing.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <array>
#include <string>
#include <string_view>

namespace fingerpost::exchange {

// By which a resource says whom it is about.
inline constexpr std::array<std::string_view, 4> subject_elements = {"subject", "patient", "for",
                                                                     "beneficiary"};

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

}  // namespace fingerpost::exchange
