// What something costs, counted by its own budget and not by a clock: the least budget with which it
// is done. And whether that grows as its input does.

#pragma once

#include "support/catch.h"

#include <cstdint>

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
