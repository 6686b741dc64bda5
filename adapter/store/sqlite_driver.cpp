#include "store/sqlite_driver.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace fingerpost::store {
namespace {

using search::Criterion;
using search::Prefix;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
// Rows that are not `long` cover less than this (sqlite_apply.cpp).
constexpr std::int64_t long_us = std::int64_t{367} * 86'400'000'000;

// Estimates count up to the first bound; only when all reach it, up to the second.
constexpr std::int64_t few = 256;
constexpr std::int64_t many = 10'000;

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

Bound bound(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::optional<Rows> hash_rows(const Criterion& criterion) {
  const search::Lead& lead = criterion.lead;
  if (lead.hashes.empty()) return {};
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

std::optional<Rows> text_rows(const Criterion& criterion) {
  using search::TextMatch;
  Rows rows;
  const std::int64_t key = criterion.key;
  for (const auto& test : criterion.texts) {
    switch (test.match) {
      case TextMatch::exact:
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
      case TextMatch::above:
        add_union(rows, "SELECT row FROM by_text WHERE key = ? AND text <= ?", {key, test.text});
        break;
    }
  }
  return rows;
}

std::optional<Rows> id_rows(const Criterion& criterion, std::int64_t type) {
  Rows rows;
  rows.sql = "SELECT row FROM resource WHERE reference IN (" + marks(criterion.hashes.size()) +
             ") AND type = ? AND removed = 0";
  for (const auto hash : criterion.hashes) rows.values.push_back(bound(hash));
  rows.values.emplace_back(type);
  return rows;
}

std::optional<Rows> updated_rows(const Criterion& criterion, std::int64_t type) {
  Rows rows;
  for (const auto& test : criterion.dates) {
    LowRange range = low_range(test);
    if (test.prefix == Prefix::gt) range.from = test.high;
    if (test.prefix == Prefix::ge || test.prefix == Prefix::ap) range.from = test.low;
    add_union(rows,
              "SELECT row FROM resource WHERE type = ? AND removed = 0 AND updated >= ? AND "
              "updated <= ?",
              {type, range.from, range.until});
  }
  return rows;
}

std::optional<Rows> rows_of(const Criterion& criterion, std::int64_t type) {
  if (criterion.negated) return {};
  switch (criterion.test) {
    case Criterion::Test::hash:
      return hash_rows(criterion);
    case Criterion::Test::date:
      return date_rows(criterion);
    case Criterion::Test::number:
      return number_rows(criterion);
    case Criterion::Test::text:
      return text_rows(criterion);
    case Criterion::Test::id:
      return id_rows(criterion, type);
    case Criterion::Test::last_updated:
      return updated_rows(criterion, type);
    default:
      return {};
  }
}

Result<std::int64_t> estimate(StatementCache& statements, const Rows& rows, std::int64_t limit) {
  auto values = rows.values;
  values.emplace_back(limit);
  LET(Statement* const count,
      statements.get("SELECT count(*) FROM (SELECT 1 FROM (" + rows.sql + ") LIMIT ?)"));
  LET_DONE(first_row(*count, values));
  const std::int64_t found = count->integer(0);
  count->reset();
  return found;
}

bool is_plain_hash(const Criterion& criterion) {
  return criterion.test == Criterion::Test::hash && !criterion.negated &&
         criterion.lead.hashes.size() == 1;
}

// One hash, in order of row, and every other single hash tested in the same query.
Driver hash_driver(const search::Plan& plan, std::size_t lead) {
  Driver driver;
  driver.ordered = true;
  driver.covered.resize(plan.criteria.size());
  driver.rows.sql = "SELECT row FROM by_hash d WHERE key = ? AND hash = ?";
  const auto bind = [&](std::size_t at) {
    const Criterion& criterion = plan.criteria[at];
    driver.rows.values.emplace_back(std::int64_t{criterion.lead.key});
    driver.rows.values.push_back(bound(criterion.lead.hashes[0]));
    driver.covered[at] = criterion.lead_decides();
  };
  bind(lead);
  for (std::size_t i = 0; i < plan.criteria.size(); ++i) {
    const Criterion& other = plan.criteria[i];
    if (i == lead || !is_plain_hash(other)) continue;
    driver.rows.sql +=
        " AND EXISTS(SELECT 1 FROM by_hash o WHERE o.key = ? AND o.hash = ? AND o.row = d.row)";
    bind(i);
  }
  driver.rows.sql += " AND row > ? ORDER BY row";
  return driver;
}

Driver type_driver(const search::Plan& plan, std::int64_t type) {
  Driver driver;
  driver.ordered = true;
  driver.covered.resize(plan.criteria.size());
  driver.rows.sql =
      "SELECT row FROM resource WHERE type = ? AND removed = 0 AND row > ? ORDER BY row";
  driver.rows.values = {type};
  return driver;
}

struct Candidate {
  std::size_t criterion = 0;
  Rows rows;
  std::int64_t estimate = 0;
};

Result<void> estimate_all(StatementCache& statements, std::vector<Candidate>& candidates,
                          std::int64_t limit) {
  for (auto& candidate : candidates) {
    LET(candidate.estimate, estimate(statements, candidate.rows, limit));
    if (candidate.estimate == 0) break;
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.estimate < b.estimate; });
  return {};
}

}  // namespace

Result<bool> first_row(Statement& statement, const std::vector<Bound>& values) {
  statement.reset();
  statement.clear();
  int at = 0;
  for (const Bound& value : values)
    std::visit([&](const auto& is) { statement.bind(++at, is); }, value);
  return statement.step();
}

Result<Driver> choose_driver(StatementCache& statements, const search::Plan& plan,
                             std::int64_t type) {
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < plan.criteria.size(); ++i)
    if (auto rows = rows_of(plan.criteria[i], type))
      candidates.push_back({i, std::move(*rows), most});
  if (candidates.empty()) return type_driver(plan, type);
  if (candidates.size() > 1 || !is_plain_hash(plan.criteria[candidates[0].criterion])) {
    LET_DONE(estimate_all(statements, candidates, few));
    if (candidates[0].estimate == few) LET_DONE(estimate_all(statements, candidates, many));
  }
  const Candidate& best = candidates[0];
  if (is_plain_hash(plan.criteria[best.criterion])) return hash_driver(plan, best.criterion);
  // Too many to sort by row for each page: the type's own rows come in order.
  if (best.estimate >= many) return type_driver(plan, type);
  Driver driver;
  driver.rows = best.rows;
  driver.covered.resize(plan.criteria.size());
  const Criterion& criterion = plan.criteria[best.criterion];
  driver.covered[best.criterion] =
      criterion.test == Criterion::Test::id ||
      (criterion.test == Criterion::Test::hash && criterion.lead_decides());
  return driver;
}

Rows in_order(const Driver& driver) {
  if (driver.ordered) return driver.rows;
  return {"SELECT DISTINCT row FROM (" + driver.rows.sql + ") WHERE row > ? ORDER BY row",
          driver.rows.values};
}

}  // namespace fingerpost::store
