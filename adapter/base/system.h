// The real clock and the real random source, for main alone.

#pragma once

#include "base/clock.h"

namespace fingerpost {

class SystemClock final : public Clock {
 public:
  std::int64_t now_us() override;
  std::int64_t monotonic_us() override;
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace fingerpost
