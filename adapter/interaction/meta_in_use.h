// The profiles, tags and security labels in use, of a type or of everything.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"

#include <string>
#include <string_view>

namespace fingerpost::interaction {

// A Meta, JSON; `type` "": of all types. Kind::too_costly: more resources have any than the limit
// everything allows.
Result<std::string> meta_in_use(const Session& session, std::string_view type);

}  // namespace fingerpost::interaction
