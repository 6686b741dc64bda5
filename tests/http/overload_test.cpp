#include "http/overload.h"

#include "support/catch.h"

#include <vector>

using fingerpost::http::Overload;

namespace {

struct Came {
  std::int64_t at_ms, waited_ms;
  bool admitted;
};

void play(Overload& overload, const std::vector<Came>& all) {
  for (const auto& one : all) {
    CAPTURE(one.at_ms, one.waited_ms);
    CHECK(overload.admits(one.waited_ms, one.at_ms) == one.admitted);
  }
}

}  // namespace

TEST_CASE("one long request that makes others wait is no overload") {
  Overload overload(100);
  play(overload, {{0, 0, true}, {900, 800, true}, {901, 700, true}, {902, 3, true}});
}

TEST_CASE("when nothing comes in time for a while, what comes late is refused") {
  Overload overload(100);
  play(overload, {{0, 120, true},
                  {300, 150, true},
                  {500, 200, true},
                  {501, 210, false},
                  {510, 100, true},
                  {511, 101, false},
                  {2500, 101, false}});
}

TEST_CASE("an overload ends when all comes in time for a while") {
  Overload overload(100);
  play(overload, {{0, 120, true},
                  {501, 120, false},
                  {502, 10, true},
                  {1500, 10, true},
                  {2600, 200, true},
                  {2700, 200, true},
                  {3101, 200, false}});
}

TEST_CASE("an overload lasts until nothing was refused for a while") {
  Overload overload(100);
  CHECK_FALSE(overload.lasts(0));
  play(overload, {{0, 120, true}, {501, 120, false}, {502, 10, true}});
  CHECK(overload.lasts(2500));
  CHECK_FALSE(overload.lasts(2501));
}

TEST_CASE("without a bound nothing is refused") {
  Overload overload(0);
  for (int at = 0; at < 10; ++at) CHECK(overload.admits(100'000, at * 1000));
}
