// Counts that many threads add to and one page reads: a relaxed addition to a place that few others
// add to, and no lock.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost {

// Of the calling thread: threads share the places among them in the order they first count.
constexpr std::size_t metric_places = 8;
std::size_t metric_place();

class Counter {
 public:
  void add(std::uint64_t count = 1) {
    places_[metric_place()].value.fetch_add(count, std::memory_order_relaxed);
  }
  std::uint64_t value() const;

 private:
  struct alignas(64) Place {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Place, metric_places> places_;
};

// How often a value was at most each of some bounds.
class Histogram {
 public:
  static constexpr std::size_t most_bounds = 16;

  // At most most_bounds, ascending; they must outlive the histogram.
  explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_(bounds) {}
  void add(std::uint64_t value);

  struct Snapshot {
    std::vector<std::uint64_t> counts;  // by bound, not summed up, and one for what is above
    std::uint64_t sum = 0;
  };
  Snapshot snapshot() const;
  std::span<const std::uint64_t> bounds() const { return bounds_; }

 private:
  struct alignas(64) Place {
    std::array<std::atomic<std::uint64_t>, most_bounds + 1> counts{};
    std::atomic<std::uint64_t> sum{0};
  };
  std::span<const std::uint64_t> bounds_;
  std::array<Place, metric_places> places_;
};

// From a tenth of a millisecond to ten seconds.
std::span<const std::uint64_t> latency_bounds_us();

// The Prometheus text exposition format 0.0.4: for each family HELP, TYPE and its samples.
class MetricsText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  enum class Type { counter, gauge, histogram };

  // What follows is of this family.
  void family(std::string_view name, Type type, std::string_view help);
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, std::int64_t value);
  void sample(Labels labels, double value);
  // The samples of a histogram, each value divided by `unit`: seconds of microseconds by 1e6.
  void samples(Labels labels, const Histogram& histogram, double unit);

  const std::string& text() const { return text_; }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);
  std::string name_;
  std::string text_;
};

}  // namespace fingerpost
