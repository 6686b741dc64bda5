// Whether a thread has more to do than it can: what waited too long for it is refused early, so
// that what is admitted keeps its latency. Internal to http/.

#pragma once

#include <cstdint>

namespace fingerpost::http {

// One thread's. One long request, or many at once, make others wait and are no overload: only when
// for a while nothing came in time is it one, and then until all comes in time for a while.
class Overload {
 public:
  // 0: never.
  explicit Overload(std::int64_t most_waiting_ms) : most_waiting_ms_(most_waiting_ms) {}

  // Of a request that waited so long: false when it is to be refused.
  bool admits(std::int64_t waited_ms, std::int64_t now_ms);

  bool lasts(std::int64_t now_ms) const { return now_ms < until_ms_; }
  std::int64_t most_waiting_ms() const { return most_waiting_ms_; }

 private:
  static constexpr std::int64_t begins_ms = 500;
  static constexpr std::int64_t ends_ms = 2000;
  static constexpr std::int64_t never = -1;

  std::int64_t most_waiting_ms_;
  std::int64_t late_since_ms_ = never;  // since nothing comes in time
  std::int64_t until_ms_ = never;       // the end of the overload
};

// How long the last bytes that came lie there, in the kernel's own coarse time; 0 when it does not
// tell.
std::int64_t waiting_ms(int socket);

}  // namespace fingerpost::http
