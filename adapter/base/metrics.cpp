#include "base/metrics.h"

#include <algorithm>
#include <cstdio>

namespace fingerpost {
namespace {

std::string number(double value) {
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%.9g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

// Backslash, quote and line feed are escaped in a label's value.
void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

}  // namespace

std::size_t metric_place() {
  static std::atomic<std::size_t> threads{0};
  static thread_local const std::size_t place =
      threads.fetch_add(1, std::memory_order_relaxed) % metric_places;
  return place;
}

std::uint64_t Counter::value() const {
  std::uint64_t sum = 0;
  for (const auto& place : places_) sum += place.value.load(std::memory_order_relaxed);
  return sum;
}

void Histogram::add(std::uint64_t value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  auto& place = places_[metric_place()];
  place.counts[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(
      1, std::memory_order_relaxed);
  place.sum.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot made;
  made.counts.resize(bounds_.size() + 1);
  for (const auto& place : places_) {
    for (std::size_t i = 0; i < made.counts.size(); ++i)
      made.counts[i] += place.counts[i].load(std::memory_order_relaxed);
    made.sum += place.sum.load(std::memory_order_relaxed);
  }
  return made;
}

std::span<const std::uint64_t> latency_bounds_us() {
  static constexpr std::uint64_t bounds[] = {100,     250,     500,       1'000,     2'500,
                                             5'000,   10'000,  25'000,    50'000,    100'000,
                                             250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
  static_assert(std::size(bounds) <= Histogram::most_bounds);
  return bounds;
}

void MetricsText::family(std::string_view name, Type type, std::string_view help) {
  constexpr std::string_view types[] = {"counter", "gauge", "histogram"};
  name_ = name;
  text_ += "# HELP " + name_ + ' ';
  text_ += help;
  text_ += "\n# TYPE " + name_ + ' ';
  text_ += types[static_cast<int>(type)];
  text_ += '\n';
}

void MetricsText::line(std::string_view suffix, Labels labels, std::string_view bound,
                       std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  const auto label = [&](std::string_view name, std::string_view text) {
    text_ += before;
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, text);
    text_ += '"';
    before = ',';
  };
  for (const auto& [name, text] : labels) label(name, text);
  if (!bound.empty()) label("le", bound);
  if (before == ',') text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void MetricsText::sample(Labels labels, std::uint64_t value) {
  line("", labels, "", std::to_string(value));
}
void MetricsText::sample(Labels labels, std::int64_t value) {
  line("", labels, "", std::to_string(value));
}
void MetricsText::sample(Labels labels, double value) {
  line("", labels, "", number(value));
}

void MetricsText::samples(Labels labels, const Histogram& histogram, double unit) {
  const auto found = histogram.snapshot();
  const auto bounds = histogram.bounds();
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += found.counts[i];
    line("_bucket", labels, number(static_cast<double>(bounds[i]) / unit), std::to_string(below));
  }
  const auto all = std::to_string(below + found.counts.back());
  line("_bucket", labels, "+Inf", all);
  line("_sum", labels, "", number(static_cast<double>(found.sum) / unit));
  line("_count", labels, "", all);
}

}  // namespace fingerpost
