// The same need asked for again, of the same service (care/onward.h).

#pragma once

#include "interaction/care.h"

#include <string>
#include <string_view>

namespace fingerpost::interaction {

struct Duplicate {
  std::string task;          // "Task/1"; "": there is none
  store::SearchGuard guard;  // of what was looked through
};
// The open referral by another request that asks the same for the same person, of `owner`; of "" it
// is any service.
Result<Duplicate> open_duplicate(const Session& session, const Held& request,
                                 std::string_view owner);

}  // namespace fingerpost::interaction
