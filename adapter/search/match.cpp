// Tests of a plan on the rows of one resource.

#include "base/text.h"
#include "search/plan.h"
#include "search/token.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
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

double from_ordered(std::uint64_t bits) {
  const std::uint64_t top = std::uint64_t{1} << 63;
  return std::bit_cast<double>((bits & top) != 0 ? bits ^ top : ~bits);
}

std::uint64_t from_big_endian(std::string_view bytes, bool flipped) {
  std::uint64_t bits = 0;
  for (const char c : bytes.substr(0, 8)) bits = bits << 8 | static_cast<unsigned char>(c);
  return flipped ? ~bits : bits;
}

std::string bytes_of(const SortedValue& value) {
  switch (value.is) {
    case SortedValue::Is::date:
      return "d" + ordered(value.date);
    case SortedValue::Is::number:
      return "n" + ordered(value.number);
    case SortedValue::Is::text:
      return "t" + value.text.substr(0, sort_bytes);
  }
  return {};
}

// The least (ascending) or the greatest (descending) value of the key, by where it starts; empty
// when there is none.
std::string extreme(const SortKey& sort, const IndexValues& values) {
  std::string best;
  const auto take = [&](const SortedValue& value) {
    std::string candidate = bytes_of(value);
    if (best.empty() || (sort.descending ? best < candidate : candidate < best))
      best = std::move(candidate);
    return false;
  };
  any_row(values.dates, sort.key, [&](const DateRow& row) {
    return take({SortedValue::Is::date, row.low, 0, {}});
  });
  any_row(values.numbers, sort.key, [&](const NumberRow& row) {
    return row.unit == 0 && take({SortedValue::Is::number, 0, row.low, {}});
  });
  any_row(values.texts, sort.key, [&](const TextRow& row) {
    return take({SortedValue::Is::text, 0, 0, row.text});
  });
  return best;
}

// The order of bytes for the direction. The end of a text sorts before its continuation going up,
// after it going down.
std::string directed(const SortKey& key, std::string value) {
  if (value.empty()) return "\x01";  // no value: after all others, either way
  if (key.descending)
    for (char& c : value) c = static_cast<char>(~static_cast<unsigned char>(c));
  value.insert(value.begin(), '\0');
  value += key.descending ? '\xff' : '\0';
  return value;
}

constexpr double radians = 3.14159265358979323846 / 180;
constexpr double earth_metres = 6'371'008.8;  // mean radius

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

// A type of content, which has no |, is the same in letters of either case (RFC 2045 5.1); a url
// with its version is not.
static bool begins_within(std::string_view text, std::string_view wanted) {
  if (wanted.find('|') != std::string_view::npos) return text.starts_with(wanted);
  return text.size() >= wanted.size() &&
         std::equal(wanted.begin(), wanted.end(), text.begin(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

bool passes(const TextTest& test, std::string_view text, std::uint64_t exact) {
  switch (test.match) {
    case TextMatch::starts:
      return text.starts_with(test.text);
    case TextMatch::contains:
      return text.find(test.text) != std::string_view::npos;
    case TextMatch::ends:
      return text.ends_with(test.text);
    case TextMatch::equals:
      return text == test.text;
    case TextMatch::exact:
      return text == test.text && exact == test.exact;
    case TextMatch::below:
      return text.starts_with(test.text);
    case TextMatch::above:
      return std::string_view(test.text).starts_with(text);
    case TextMatch::within:
      return begins_within(text, test.text) &&
             (text.size() == test.text.size() ||
              std::string_view("/;.").find(text[test.text.size()]) != std::string_view::npos);
  }
  return false;
}

namespace {

double metres_from(const NearTest& test, double latitude, double longitude) {
  const double half_north = std::sin((latitude - test.latitude) * radians / 2);
  const double half_east = std::sin((longitude - test.longitude) * radians / 2);
  const double square = half_north * half_north + std::cos(latitude * radians) *
                                                      std::cos(test.latitude * radians) *
                                                      half_east * half_east;
  return 2 * earth_metres * std::asin(std::min(1.0, std::sqrt(square)));
}

// Of the places and the positions the two that are nearest.
std::string least_distance(const SortKey& sort, const IndexValues& values) {
  std::optional<double> least;
  any_row(values.numbers, sort.key, [&](const NumberRow& row) {
    for (const NearTest& place : sort.places) {
      const double metres = metres_from(place, row.low, row.high);
      if (!least || metres < *least) least = metres;
    }
    return false;
  });
  return least ? bytes_of({SortedValue::Is::number, 0, *least, {}}) : std::string();
}

}  // namespace

bool passes(const NearTest& test, double latitude, double longitude) {
  return metres_from(test, latitude, longitude) <= test.metres;
}

namespace {

bool passes_one(const Criterion& criterion, const ValueRows& rows);

// Of the parts of a composite every one has to pass on the same element.
bool element_passes(const Criterion& alternative, const ValueRows& rows) {
  return std::all_of(alternative.parts.begin(), alternative.parts.end(),
                     [&](const Criterion& part) { return passes_one(part, rows); });
}

bool passes_one(const Criterion& criterion, const ValueRows& values) {
  switch (criterion.test) {
    case Criterion::Test::hash:
      return any_row(values.hashes, criterion.key, [&](const HashRow& at) {
        return std::binary_search(criterion.hashes.begin(), criterion.hashes.end(), at.hash);
      });
    case Criterion::Test::date:
      return any_row(values.dates, criterion.key, [&](const DateRow& at) {
        return any_of(criterion.dates,
                      [&](const DateTest& test) { return passes(test, at.low, at.high); });
      });
    case Criterion::Test::number:
      return any_row(values.numbers, criterion.key, [&](const NumberRow& at) {
        return any_of(criterion.numbers, [&](const NumberTest& test) {
          return test.unit == at.unit && passes(test, at.low, at.high);
        });
      });
    case Criterion::Test::near:
      return any_row(values.numbers, criterion.key, [&](const NumberRow& at) {
        return any_of(criterion.places,
                      [&](const NearTest& test) { return passes(test, at.low, at.high); });
      });
    case Criterion::Test::text:
      return any_row(values.texts, criterion.key, [&](const TextRow& at) {
        return any_of(criterion.texts,
                      [&](const TextTest& test) { return passes(test, at.text, at.exact); });
      });
    default:
      return false;
  }
}

}  // namespace

bool matches(const Criterion& criterion, const Row& row) {
  const auto has_hash = [&](std::uint64_t hash) {
    return std::binary_search(criterion.hashes.begin(), criterion.hashes.end(), hash);
  };
  bool found = false;
  switch (criterion.test) {
    case Criterion::Test::missing:
      found = !std::binary_search(row.present->begin(), row.present->end(), criterion.key);
      break;
    case Criterion::Test::id:
      found = has_hash(row.reference);
      break;
    case Criterion::Test::last_updated:
      found = any_of(criterion.dates, [&](const DateTest& test) {
        return passes(test, row.last_updated, row.last_updated);
      });
      break;
    case Criterion::Test::composite:
      found = any_row(row.values->composites, criterion.key, [&](const CompositeRow& at) {
        return any_of(criterion.parts, [&](const Criterion& alternative) {
          return element_passes(alternative, at.parts);
        });
      });
      break;
    default:
      found = passes_one(criterion, *row.values);
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
    case SortKey::By::distance:
      value = least_distance(key, *row.values);
      break;
  }
  return directed(key, std::move(value));
}

std::string sort_value(const SortKey& key, const SortedValue& value) {
  return directed(key, bytes_of(value));
}

std::optional<std::int64_t> sorted_time(const SortKey& key, std::string_view value) {
  if (key.by != SortKey::By::last_updated || value.size() != 10) return {};
  const std::uint64_t bits = from_big_endian(value.substr(1), key.descending);
  return static_cast<std::int64_t>(bits ^ (std::uint64_t{1} << 63));
}

std::optional<SortedValue> sorted_value(const SortKey& key, std::string_view value) {
  if (key.by != SortKey::By::key || value.size() < 3) return {};
  std::string bytes(value.substr(1, value.size() - 2));
  if (key.descending)
    for (char& c : bytes) c = static_cast<char>(~static_cast<unsigned char>(c));
  SortedValue found;
  const auto rest = std::string_view(bytes).substr(1);
  if (bytes[0] == 't') {
    found.is = SortedValue::Is::text;
    found.text = rest;
    return found;
  }
  if (rest.size() != 8) return {};
  const std::uint64_t bits = from_big_endian(rest, false);
  found.is = bytes[0] == 'd' ? SortedValue::Is::date : SortedValue::Is::number;
  found.date = static_cast<std::int64_t>(bits ^ (std::uint64_t{1} << 63));
  found.number = from_ordered(bits);
  return found;
}

}  // namespace fingerpost::search
