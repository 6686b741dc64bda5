// A referral's step as a BaRS message shall tell it.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <string>
#include <string_view>

namespace fingerpost::exchange {

// The Bundle (JSON, its Task first) with tags that mappings/bars/send.map goes by: whom the message
// is for decides whether it is a request or a response, and not the Task's status, which is the
// same when the requester takes back what was accepted. `type` and `event` as exchange/outward.h
// has them: REF asks the owner (I12 new, I13 a change, I14 the end, which is a revoked request),
// RRI tells the requester. Kind::unsupported: BaRS has no message for it.
Result<std::string> tag_bars_step(const std::string& bundle, std::string_view type,
                                  std::string_view event, const Limits& limits);

}  // namespace fingerpost::exchange
