// GET /health: how the gateway stands, in counts.

#pragma once

#include "fingerpost/result.h"
#include "store/store.h"

#include <string>

namespace fingerpost::command {

// {"store":"good","inbox":{"refused":0,"quarantined":0},"outbox":{"held":0,"dead":0},
//  "countedTo":10000}; the counts are left out when the store cannot be read.
std::string health_report(store::Health health, const Result<store::QueueCounts>& counts);

}  // namespace fingerpost::command
