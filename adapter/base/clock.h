// The doors to time and chance: made in main, handed inward, so that a seeded run can be replayed.

#pragma once

#include <cstdint>

namespace fingerpost {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_us() = 0;        // wall clock, µs since 1970-01-01T00:00:00Z
  virtual std::int64_t monotonic_us() = 0;  // for waiting and measuring; never goes back
};

// Any thread may call.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // 64 bits nobody outside can guess
};

}  // namespace fingerpost
