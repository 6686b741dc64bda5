// Whose word a message about a referral is.

#pragma once

#include "care/referral.h"
#include "exchange/apply.h"
#include "exchange/neighbourhood.h"

namespace fingerpost::exchange {

// Nobody asks in another's name: a request's Task.requester leads to no other partner than its
// sender, and to no ODS codes alone that are not the sender's, where his are known. A person or a
// role of nobody known is nobody's name; a message whose road says nothing of who sends it is not
// asked. Kind::forbidden.
Result<void> check_requester(const Parts& parts, Neighbourhood& near, const Source& source,
                             NodeRef task);

// What a requester tells of a referral that is not known here is his own word: it is asked for, or
// ended by him. Kind::forbidden for a step of the owner's.
Result<void> check_first_step(const Source& source, care::Status status);

}  // namespace fingerpost::exchange
