// What something costs, and whether that grows as its input does. Counted by its own budget where
// it has one: the least with which it is done. By the thread's processor time where it has none,
// between sizes so far apart that noise is no verdict.

#pragma once

#include "support/catch.h"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>

namespace fingerpost::test {

// To within a fiftieth. `done(budget)` says whether the budget was enough.
template <class Done>
std::uint64_t least_budget(Done&& done) {
  std::uint64_t most = 64;
  while (!done(most)) {
    REQUIRE(most < (std::uint64_t{1} << 40));
    most *= 2;
  }
  std::uint64_t too_few = most / 2;
  while (most - too_few > most / 50 + 1) {
    const auto middle = too_few + (most - too_few) / 2;
    (done(middle) ? most : too_few) = middle;
  }
  return most;
}

// Twice the input costs no more than about twice as much. `cost(n)` is that of an input of size n.
template <class Cost>
void check_linear(Cost&& cost, int n) {
  const auto once = cost(n);
  const auto twice = cost(2 * n);
  CAPTURE(n, once, twice);
  CHECK(static_cast<double>(twice) <= 2.2 * static_cast<double>(once));
}

// Of the quickest of a few runs, in nanoseconds.
template <class Work>
double least_time(Work&& work) {
  const auto now = [] {
    timespec at{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
  };
  auto least = std::numeric_limits<double>::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = now();
    work();
    least = std::min(least, now() - begin);
  }
  return least;
}

// 32 times the input takes 32 times as long, or 1024 times what grows as its square; 160 times is
// neither, and told from both. `work(n)` prepares an input of size n and gives what is timed, which
// should take tens of microseconds for the small one.
struct Grown {
  double small = 0, large = 0;

  bool in_proportion() const { return large <= 160 * small; }
};
template <class Work>
Grown grown(Work&& work, int n) {
  return {least_time(work(n)), least_time(work(32 * n))};
}
template <class Work>
void check_linear_time(Work&& work, int n) {
  const auto [small, large] = grown(work, n);
  CAPTURE(n, small, large, large / small);
  CHECK(Grown{small, large}.in_proportion());
}

// "first,…,last" of what `item(0)` to `item(n - 1)` give.
template <class Item>
std::string listed(int n, Item&& item) {
  std::string made;
  for (int i = 0; i < n; ++i) made += (i == 0 ? "" : ",") + std::string(item(i));
  return made;
}
inline std::string repeated(int n, const std::string& text) {
  return listed(n, [&](int) { return text; });
}

}  // namespace fingerpost::test
