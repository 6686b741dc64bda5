// What a store's writer counts of its commits, for whoever watches it.

#pragma once

#include "base/metrics.h"

#include <cstdint>
#include <span>

namespace fingerpost::store {

inline std::span<const std::uint64_t> batch_bounds() {
  static constexpr std::uint64_t bounds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
  return bounds;
}

struct StoreMeasures {
  Histogram batch_units{batch_bounds()};          // units of one transaction
  Histogram commit_us{latency_bounds_us()};       // its COMMIT: the log written and synced
  Histogram transaction_us{latency_bounds_us()};  // from BEGIN to the end of COMMIT
};

}  // namespace fingerpost::store
