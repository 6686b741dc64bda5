// Latencies counted in buckets whose width grows with the value (the HDR way): every percentile is
// known to 3 % or better, however long the tail, in a few KB.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace fingerpost::bench {

class Histogram {
 public:
  void add(std::uint64_t value) {
    ++counts_[bucket(value)];
    ++count_;
    largest_ = std::max(largest_, value);
  }
  void add(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    largest_ = std::max(largest_, other.largest_);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t largest() const { return largest_; }
  // The value that this part of all values, 0 to 1, does not exceed; 0 when there are none.
  std::uint64_t at(double part) const {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return std::min(top(i), largest_);
    }
    return largest_;
  }

 private:
  // Values below 64 have a bucket each; above, each power of two is parted in 32.
  static constexpr std::size_t parts = 32;
  static std::size_t bucket(std::uint64_t value) {
    if (value < 2 * parts) return static_cast<std::size_t>(value);
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 6;
    return shift * parts + static_cast<std::size_t>(value >> shift);
  }
  static std::uint64_t top(std::size_t bucket) {
    if (bucket < 2 * parts) return bucket;
    const auto shift = bucket / parts - 1;
    return ((std::uint64_t{bucket - shift * parts} + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 60 * parts> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace fingerpost::bench
