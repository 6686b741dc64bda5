#include "base/system.h"

#include <chrono>
#include <cstdlib>
#include <sys/random.h>

namespace fingerpost {

std::int64_t SystemClock::now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::int64_t SystemClock::monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  // getrandom never gives fewer than 256 bytes short once the kernel's pool is ready; without it
  // nothing here would be safe to go on with.
  if (getrandom(&value, sizeof value, 0) != sizeof value) std::abort();
  return value;
}

}  // namespace fingerpost
