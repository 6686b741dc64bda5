// A caller as exchange/ is to take him: for whom he speaks.

#pragma once

#include "access/caller.h"
#include "exchange/speaker.h"

namespace fingerpost::interaction {

exchange::Speaker speaker_of(const access::Caller& caller);

}  // namespace fingerpost::interaction
