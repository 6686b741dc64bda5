// Bodies that were received whole and refused, kept in the inbox for a person to look at.

#pragma once

#include "interaction/answer.h"
#include "interaction/context.h"

#include <string>
#include <string_view>

namespace fingerpost::interaction {

// `done`, but an answer that refuses the body for what it says (400, 422) is given when the body is
// kept, as a refused row of the inbox, or could not be. The same body again is the same row; none
// is kept that is larger than the limit refused_body_bytes, or that goes with the others over
// refused_bytes_together: the answer then says so. `kind` is the row's.
Done keeping_refused(const Session& session, std::string_view kind, const std::string& body,
                     Done done);

}  // namespace fingerpost::interaction
