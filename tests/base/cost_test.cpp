// The measure itself: it must see the square.

#include "support/cost.h"

#include <catch2/catch.hpp>

using namespace fingerpost;

namespace {

// Goes over n numbers, as many times as told.
auto passes(int n, int times) {
  return [n, times] {
    volatile int sum = 0;
    for (int time = 0; time < times; ++time)
      for (int i = 0; i < n; ++i) sum = sum + i % 2;
  };
}

}  // namespace

TEST_CASE("what takes the square of its size is told from what is in proportion to it") {
  CHECK(test::grown([](int n) { return passes(n, 100); }, 1000).in_proportion());
  CHECK_FALSE(test::grown([](int n) { return passes(n, n); }, 300).in_proportion());
}
