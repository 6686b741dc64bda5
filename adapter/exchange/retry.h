// When to send again, and when to give up.

#pragma once

#include "base/clock.h"
#include "remote/answer.h"
#include "store/queues.h"

#include <cstdint>

namespace fingerpost::exchange {

struct RetryPolicy {
  std::int64_t first_us = 1'000'000;          // after the first go
  std::int64_t most_us = 3'600'000'000;       // doubling ends here
  int goes = 150;                             // about five days
  std::int64_t unknown_first_us = 5'000'000;  // a peer that fell silent gets a moment
};

// Half of the doubled delay for sure, the other half by chance, so that many rows do not come back
// at once. A peer's own wish stands when it is later. `attempts` counts the goes made.
std::int64_t retry_delay_us(const RetryPolicy& policy, int attempts, const remote::Answer& answer,
                            Random& random);

// What becomes of a row after a go. `row.attempts` counts it already.
store::OutboxUpdate after_go(const RetryPolicy& policy, const store::OutboxRow& row,
                             const remote::Answer& answer, std::int64_t now_us, Random& random);

}  // namespace fingerpost::exchange
