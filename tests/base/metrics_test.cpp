#include "base/metrics.h"

#include <catch2/catch.hpp>

#include <thread>

using namespace fingerpost;

TEST_CASE("what many threads count is all there when they have ended") {
  constexpr int threads = 12, times = 1'000;
  Counter counter;
  Histogram histogram(latency_bounds_us());
  std::vector<std::thread> counting;
  for (int i = 0; i < threads; ++i)
    counting.emplace_back([&] {
      for (std::uint64_t value = 0; value < times; ++value) {
        counter.add(2);
        histogram.add(value);
      }
    });
  for (auto& one : counting) one.join();
  CHECK(counter.value() == 2 * threads * times);
  const auto found = histogram.snapshot();
  CHECK(found.sum == threads * (times - 1) * times / 2);
  CHECK(found.counts[0] == threads * 101);  // at most 100
  CHECK(found.counts[1] == threads * 150);
}

TEST_CASE("a value is counted at the first bound that it is not above") {
  static constexpr std::uint64_t bounds[] = {10, 20};
  struct Row {
    std::uint64_t value;
    std::size_t place;
  };
  const auto row = GENERATE(Row{0, 0}, Row{10, 0}, Row{11, 1}, Row{20, 1}, Row{21, 2});
  CAPTURE(row.value);
  Histogram histogram(bounds);
  histogram.add(row.value);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(histogram.snapshot().counts[i] == (i == row.place ? 1 : 0));
}

TEST_CASE("a page of metrics is Prometheus text") {
  static constexpr std::uint64_t bounds[] = {500'000, 2'000'000};
  Histogram histogram(bounds);
  for (const unsigned value : {100'000u, 500'000u, 1'000'000u, 9'000'000u}) histogram.add(value);
  MetricsText page;
  page.family("depth", MetricsText::Type::gauge, "Rows.");
  page.sample({{"lane", "a\"b\\c\nd"}}, std::int64_t{-3});
  page.sample({}, 0.25);
  page.family("took_seconds", MetricsText::Type::histogram, "Time.");
  page.samples({{"what", "read"}}, histogram, 1e6);
  CHECK(page.text() == R"(# HELP depth Rows.
# TYPE depth gauge
depth{lane="a\"b\\c\nd"} -3
depth 0.25
# HELP took_seconds Time.
# TYPE took_seconds histogram
took_seconds_bucket{what="read",le="0.5"} 2
took_seconds_bucket{what="read",le="2"} 3
took_seconds_bucket{what="read",le="+Inf"} 4
took_seconds_sum{what="read"} 10.6
took_seconds_count{what="read"} 4
)");
}
