// Each criterion as a query of the index tables.

#include "store/sqlite_driver.h"
#include "store/sqlite_words.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace fingerpost::store {
namespace {

using search::Criterion;
using search::Prefix;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::int64_t minus(std::int64_t value, std::int64_t less) {
  return value < least + less ? least : value - less;
}

void add_union(Rows& rows, std::string_view sql, std::vector<Bound> values) {
  if (!rows.sql.empty()) rows.sql += " UNION ALL ";
  rows.sql += sql;
  std::move(values.begin(), values.end(), std::back_inserter(rows.values));
}

std::string marks(std::size_t count) {
  std::string text = "?";
  for (std::size_t i = 1; i < count; ++i) text += ",?";
  return text;
}

std::optional<Rows> hash_rows(const Criterion& criterion) {
  const search::Lead& lead = criterion.lead;
  constexpr std::size_t most_asked = 10'000;  // SQLite takes 32,766 values in a statement
  if (lead.hashes.empty() || lead.hashes.size() > most_asked) return {};
  Rows rows;
  rows.sql =
      "SELECT row FROM by_hash WHERE key = ? AND hash IN (" + marks(lead.hashes.size()) + ")";
  rows.values.emplace_back(std::int64_t{lead.key});
  for (const auto hash : lead.hashes) rows.values.push_back(bound(hash));
  return rows;
}

// Where `low` may lie for a row to pass; `exact`: for long rows too.
struct LowRange {
  std::int64_t from = least;
  std::int64_t until = most;
  bool long_too = true;
};

LowRange low_range(const search::DateTest& test) {
  switch (test.prefix) {
    case Prefix::eq:
      return {test.low, test.high, true};
    case Prefix::lt:
      return {least, minus(test.low, 1), true};
    case Prefix::le:
      return {least, test.high, true};
    case Prefix::sa:
      return {test.high, most, true};
    case Prefix::eb:
      return {least, minus(test.low, 1), true};
    case Prefix::gt:
      return {minus(test.high, long_us), most, false};
    case Prefix::ge:
      return {minus(test.low, long_us), most, false};
    case Prefix::ap:
      return {minus(test.low, long_us), test.high, false};
    case Prefix::ne:
      return {};
  }
  return {};
}

std::optional<Rows> date_rows(const Criterion& criterion) {
  constexpr std::string_view sql =
      "SELECT row FROM by_date WHERE key = ? AND long = ? AND low >= ? AND low <= ?";
  const std::int64_t key = criterion.key;
  Rows rows;
  for (const auto& test : criterion.dates) {
    const LowRange range = low_range(test);
    add_union(rows, sql, {key, std::int64_t{0}, range.from, range.until});
    add_union(rows, sql, {key, std::int64_t{1}, range.long_too ? range.from : least, range.until});
  }
  return rows;
}

std::optional<Rows> number_rows(const Criterion& criterion) {
  Rows rows;
  for (const auto& test : criterion.numbers) {
    std::string sql = "SELECT row FROM by_number WHERE key = ? AND unit = ?";
    std::vector<Bound> values = {std::int64_t{criterion.key}, bound(test.unit)};
    const auto where = [&](std::string_view condition, double value) {
      sql += condition;
      values.emplace_back(value);
    };
    switch (test.prefix) {
      case Prefix::eq:
        where(" AND low >= ?", test.low);
        where(" AND low < ?", test.high);
        break;
      case Prefix::lt:
      case Prefix::eb:
        where(" AND low < ?", test.value);
        break;
      case Prefix::le:
        where(" AND low <= ?", test.value);
        break;
      case Prefix::gt:
        where(" AND high > ?", test.value);
        break;
      case Prefix::ge:
        where(" AND high >= ?", test.value);
        break;
      case Prefix::sa:
        where(" AND low > ?", test.value);
        break;
      case Prefix::ap:
        where(" AND low <= ?", test.high);
        break;
      case Prefix::ne:
        break;
    }
    add_union(rows, sql, std::move(values));
  }
  return rows;
}

// The least text that is greater than every text with this beginning; "" when there is none.
std::string after_prefix(std::string text) {
  while (!text.empty() && text.back() == '\xff') text.pop_back();
  if (!text.empty()) text.back() = static_cast<char>(text.back() + 1);
  return text;
}

// As SQLite counts them in a text.
std::int64_t characters(std::string_view text) {
  return std::max<std::int64_t>(1, std::count_if(text.begin(), text.end(), [](char c) {
                                  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
                                }));
}

std::optional<Rows> text_rows(const Criterion& criterion) {
  using search::TextMatch;
  Rows rows;
  const std::int64_t key = criterion.key;
  for (const auto& test : criterion.texts) {
    switch (test.match) {
      case TextMatch::exact:
      case TextMatch::equals:
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND text = ?", {key, test.text});
        break;
      case TextMatch::starts:
      case TextMatch::below: {
        std::string end = after_prefix(test.text);
        if (end.empty()) return {};
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND text >= ? AND text < ?",
                  {key, test.text, std::move(end)});
        break;
      }
      case TextMatch::contains:
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND instr(text, ?) > 0",
                  {key, test.text});
        break;
      case TextMatch::ends:
        if (test.text.empty()) return {};
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND substr(text, ?) = ?",
                  {key, -characters(test.text), test.text});
        break;
      case TextMatch::within:  // of texts that no index has
        return {};
      case TextMatch::above:
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND text <= ?", {key, test.text});
        break;
    }
  }
  return rows;
}

std::optional<Rows> id_rows(const Criterion& criterion, std::int64_t type) {
  Rows rows;
  rows.sql = "SELECT row FROM resource INDEXED BY resource_reference WHERE reference IN (" +
             marks(criterion.hashes.size()) + ") AND type = ? AND removed = 0";
  for (const auto hash : criterion.hashes) rows.values.push_back(bound(hash));
  rows.values.emplace_back(type);
  return rows;
}

// A time is a moment, whose end is its start.
Times times(const search::DateTest& test) {
  const LowRange range = low_range(test);
  if (test.prefix == Prefix::gt) return {test.high, range.until};
  if (test.prefix == Prefix::ge || test.prefix == Prefix::ap) return {test.low, range.until};
  return {range.from, range.until};
}

std::optional<Rows> updated_rows(const Criterion& criterion, std::int64_t type) {
  Rows rows;
  for (const auto& test : criterion.dates) {
    const Times range = times(test);
    add_union(rows,
              "SELECT row FROM resource INDEXED BY resource_updated WHERE type = ? AND removed = 0 "
              "AND updated >= ? AND updated <= ?",
              {type, range.from, range.until});
  }
  return rows;
}

// A rectangle around each place. One that holds a pole or crosses 180 degrees takes all longitudes.
std::optional<Rows> near_rows(const Criterion& criterion) {
  constexpr double metres_of_degree = 111'000;  // at least so many, of latitude
  Rows rows;
  for (const auto& test : criterion.places) {
    const double high = test.metres / metres_of_degree + 1e-6;
    const double north = std::min(test.latitude + high, 90.0);
    const double south = std::max(test.latitude - high, -90.0);
    const double widest = std::max(std::abs(north), std::abs(south));
    double east = 180, west = -180;
    if (widest < 89) {
      const double wide = high / std::cos(widest * 3.14159265358979323846 / 180) + 1e-6;
      if (test.longitude + wide <= 180 && test.longitude - wide >= -180) {
        east = test.longitude + wide;
        west = test.longitude - wide;
      }
    }
    add_union(rows,
              "SELECT row FROM by_number WHERE key = ? AND unit = 0 AND low >= ? AND low <= ? AND "
              "high >= ? AND high <= ?",
              {std::int64_t{criterion.key}, south, north, west, east});
  }
  return rows;
}

std::optional<Rows> word_rows(const Criterion& criterion) {
  return Rows{
      std::string("SELECT rowid AS row FROM words WHERE words MATCH ? UNION ALL ") + unread_rows,
      {match_text(criterion.words)}};
}

std::optional<Rows> any_rows(const Criterion& criterion, std::int64_t type) {
  Rows all;
  for (const auto& part : criterion.parts) {
    auto some = rows_of(part, type);
    if (!some || some->sql.empty()) return {};
    add_union(all, some->sql, std::move(some->values));
  }
  if (all.sql.empty()) return {};
  return all;
}

}  // namespace

Times updated_within(const Criteria& criteria) {
  Times within{least, most};
  for (const auto& criterion : criteria) {
    if (criterion.test != Criterion::Test::last_updated || criterion.negated) continue;
    Times any{most, least};
    for (const auto& test : criterion.dates) {
      const Times one = times(test);
      any = {std::min(any.from, one.from), std::max(any.until, one.until)};
    }
    within = {std::max(within.from, any.from), std::min(within.until, any.until)};
  }
  return within;
}

std::string match_text(const search::WordTests& words) {
  std::string text;
  for (const auto& group : words) {
    if (!text.empty()) text += " OR ";
    text += '(';
    for (const auto& test : group)
      text += (text.back() == '(' ? "\"" : " AND \"") + test.word + (test.begins ? "\" *" : "\"");
    text += ')';
  }
  return text;
}

Rows rows_without(search::KeyId key, std::int64_t type, bool without, Way way) {
  const std::string by = way == Way::shapes ? "INDEXED BY resource_shape " : "";
  return {"SELECT row FROM resource " + by +
              "WHERE type = ? AND removed = 0 AND shape IN (SELECT id FROM shape WHERE type = ? "
              "AND resources > 0 AND instr(keys, ?) " +
              (without ? "= 0)" : "> 0)"),
          {type, type, "," + std::to_string(key) + ","}};
}

std::optional<Rows> rows_of(const Criterion& criterion, std::int64_t type) {
  if (criterion.test == Criterion::Test::missing)
    return rows_without(criterion.key, type, !criterion.negated, Way::shapes);
  if (criterion.negated) return {};
  switch (criterion.test) {
    case Criterion::Test::hash:
    case Criterion::Test::composite:
      return hash_rows(criterion);
    case Criterion::Test::date:
      return date_rows(criterion);
    case Criterion::Test::number:
      return number_rows(criterion);
    case Criterion::Test::near:
      return near_rows(criterion);
    case Criterion::Test::text:
      // The words beside a code stand in no index: they are contained, never begun with.
      return criterion.lead.key == 0 ? std::nullopt : text_rows(criterion);
    case Criterion::Test::id:
      return id_rows(criterion, type);
    case Criterion::Test::last_updated:
      return updated_rows(criterion, type);
    case Criterion::Test::words:
      return word_rows(criterion);
    case Criterion::Test::any:
      return any_rows(criterion, type);
    default:
      return {};
  }
}

Result<bool> first_row(Statement& statement, const std::vector<Bound>& values) {
  statement.reset();
  statement.clear();
  int at = 0;
  for (const Bound& value : values)
    std::visit([&](const auto& is) { statement.bind(++at, is); }, value);
  return statement.step();
}

}  // namespace fingerpost::store
