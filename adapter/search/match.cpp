// Tests of a plan on the rows of one resource.

#include "search/plan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace fingerpost::search {
namespace {

template <class Row, class Test>
bool any_row(const std::vector<Row>& rows, KeyId key, const Test& test) {
  const auto less = [](const Row& row, KeyId wanted) { return row.key < wanted; };
  for (auto at = std::lower_bound(rows.begin(), rows.end(), key, less);
       at != rows.end() && at->key == key; ++at)
    if (test(*at)) return true;
  return false;
}

template <class Tests, class Test>
bool any_of(const Tests& tests, const Test& test) {
  return std::any_of(tests.begin(), tests.end(), test);
}

bool has_rows(const IndexValues& values, KeyId key) {
  const auto any = [](const auto&) { return true; };
  return any_row(values.hashes, key, any) || any_row(values.dates, key, any) ||
         any_row(values.numbers, key, any) || any_row(values.texts, key, any);
}

// The n-th byte of a sort value decides before the n+1-th, so numbers go big end first.
std::string big_endian(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

std::string ordered(std::int64_t value) {
  return big_endian(static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63));
}

std::string ordered(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  const std::uint64_t top = std::uint64_t{1} << 63;
  return big_endian((bits & top) != 0 ? ~bits : bits | top);
}

// Long texts sort by their beginning, then by row.
constexpr std::size_t sort_bytes = 64;

// The least (ascending) or the greatest (descending) value of the key; empty when there is none.
std::string extreme(const SortKey& sort, const IndexValues& values) {
  std::string best;
  const auto take = [&](std::string candidate) {
    if (best.empty() || (sort.descending ? best < candidate : candidate < best))
      best = std::move(candidate);
    return false;
  };
  any_row(values.dates, sort.key,
          [&](const DateRow& row) { return take(ordered(sort.descending ? row.high : row.low)); });
  any_row(values.numbers, sort.key, [&](const NumberRow& row) {
    return take(ordered(sort.descending ? row.high : row.low));
  });
  any_row(values.texts, sort.key,
          [&](const TextRow& row) { return take("t" + row.text.substr(0, sort_bytes)); });
  return best;
}

}  // namespace

bool passes(const DateTest& test, std::int64_t low, std::int64_t high) {
  switch (test.prefix) {
    case Prefix::eq:
      return test.low <= low && high <= test.high;
    case Prefix::ne:
      return low < test.low || test.high < high;
    case Prefix::gt:
      return high > test.high;
    case Prefix::lt:
      return low < test.low;
    case Prefix::ge:
      return high > test.high || (test.low <= low && high <= test.high);
    case Prefix::le:
      return low < test.low || (test.low <= low && high <= test.high);
    case Prefix::sa:
      return low > test.high;
    case Prefix::eb:
      return high < test.low;
    case Prefix::ap:
      return low <= test.high && test.low <= high;
  }
  return false;
}

bool passes(const NumberTest& test, double low, double high) {
  switch (test.prefix) {
    case Prefix::eq:
      return test.low <= low && high < test.high;
    case Prefix::ne:
      return low < test.low || test.high <= high;
    case Prefix::gt:
      return high > test.value;
    case Prefix::lt:
      return low < test.value;
    case Prefix::ge:
      return high >= test.value;
    case Prefix::le:
      return low <= test.value;
    case Prefix::sa:
      return low > test.value;
    case Prefix::eb:
      return high < test.value;
    case Prefix::ap:
      return low <= test.high && test.low <= high;
  }
  return false;
}

bool passes(const TextTest& test, std::string_view text, std::uint64_t exact) {
  switch (test.match) {
    case TextMatch::starts:
      return text.starts_with(test.text);
    case TextMatch::contains:
      return text.find(test.text) != std::string_view::npos;
    case TextMatch::exact:
      return text == test.text && exact == test.exact;
    case TextMatch::below:
      return text.starts_with(test.text);
    case TextMatch::above:
      return std::string_view(test.text).starts_with(text);
  }
  return false;
}

bool matches(const Criterion& criterion, const Row& row) {
  const auto has_hash = [&](std::uint64_t hash) {
    return std::binary_search(criterion.hashes.begin(), criterion.hashes.end(), hash);
  };
  const IndexValues& values = *row.values;
  bool found = false;
  switch (criterion.test) {
    case Criterion::Test::hash:
      found = any_row(values.hashes, criterion.key,
                      [&](const HashRow& at) { return has_hash(at.hash); });
      break;
    case Criterion::Test::date:
      found = any_row(values.dates, criterion.key, [&](const DateRow& at) {
        return any_of(criterion.dates,
                      [&](const DateTest& test) { return passes(test, at.low, at.high); });
      });
      break;
    case Criterion::Test::number:
      found = any_row(values.numbers, criterion.key, [&](const NumberRow& at) {
        return any_of(criterion.numbers, [&](const NumberTest& test) {
          return test.unit == at.unit && passes(test, at.low, at.high);
        });
      });
      break;
    case Criterion::Test::text:
      found = any_row(values.texts, criterion.key, [&](const TextRow& at) {
        return any_of(criterion.texts,
                      [&](const TextTest& test) { return passes(test, at.text, at.exact); });
      });
      break;
    case Criterion::Test::missing:
      found = !has_rows(values, criterion.key);
      break;
    case Criterion::Test::id:
      found = has_hash(row.reference);
      break;
    case Criterion::Test::last_updated:
      found = any_of(criterion.dates, [&](const DateTest& test) {
        return passes(test, row.last_updated, row.last_updated);
      });
      break;
    case Criterion::Test::chain:
    case Criterion::Test::has:
      return false;
  }
  return found != criterion.negated;
}

std::string sort_value(const SortKey& key, const Row& row) {
  std::string value;
  switch (key.by) {
    case SortKey::By::last_updated:
      value = ordered(row.last_updated);
      break;
    case SortKey::By::id:
      value = std::string(row.id);
      break;
    case SortKey::By::key:
      value = extreme(key, *row.values);
      break;
  }
  if (value.empty()) return "\x01";  // no value: after all others, either way
  if (key.descending)
    for (char& c : value) c = static_cast<char>(~static_cast<unsigned char>(c));
  // The end of a text sorts before its continuation going up, after it going down.
  value.insert(value.begin(), '\0');
  value += key.descending ? '\xff' : '\0';
  return value;
}

std::optional<std::int64_t> sorted_time(const SortKey& key, std::string_view value) {
  if (key.by != SortKey::By::last_updated || value.size() != 10) return {};
  std::uint64_t bits = 0;
  for (const char c : value.substr(1, 8)) bits = bits << 8 | static_cast<unsigned char>(c);
  if (key.descending) bits = ~bits;
  return static_cast<std::int64_t>(bits ^ (std::uint64_t{1} << 63));
}

}  // namespace fingerpost::search
