// A clock that stands until it is told to go on, and numbers that are the same every time.

#pragma once

#include "base/clock.h"

#include <atomic>
#include <cstdint>

namespace fingerpost::test {

class SetClock final : public Clock {
 public:
  std::int64_t now_us() override { return now_us_; }
  std::int64_t monotonic_us() override { return monotonic_us_; }

  void pass(std::int64_t seconds) {
    now_us_ += seconds * 1'000'000;
    monotonic_us_ += seconds * 1'000'000;
  }
  // As an operator does: what waits does not notice.
  void set_back(std::int64_t seconds) { now_us_ -= seconds * 1'000'000; }
  std::int64_t now_s() const { return now_us_ / 1'000'000; }

 private:
  std::atomic<std::int64_t> now_us_{1'800'000'000'000'000};
  std::atomic<std::int64_t> monotonic_us_{5'000'000};
};

class CountedRandom final : public Random {
 public:
  std::uint64_t next() override { return (++count_) * 0x9e3779b97f4a7c15u; }

 private:
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace fingerpost::test
