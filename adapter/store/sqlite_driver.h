// How a search finds its candidates: the one criterion that few rows pass is asked of its index
// table, the others are tested on what it finds.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fingerpost::store {

using Bound = std::variant<std::int64_t, double, std::string>;
using Criteria = std::vector<search::Criterion>;

// Hashes are kept as SQLite's integers, by their bits.
inline Bound bound(std::uint64_t hash) {
  return static_cast<std::int64_t>(hash);
}

// Longer than a leap year: a date that covers more may overlap another far from its start, and
// stands apart in by_date.
constexpr std::int64_t long_us = std::int64_t{367} * 86'400'000'000;

// A query of rows ("row"), each perhaps several times, in no order: all that pass the criteria it
// covers, and perhaps more.
struct Rows {
  std::string sql;
  std::vector<Bound> values;
};

Result<bool> first_row(Statement& statement, const std::vector<Bound>& values);

// The rows that may pass a criterion, by the index alone; nothing when no index leads to them.
std::optional<Rows> rows_of(const search::Criterion& criterion, std::int64_t type);
// The resources of a type that have no value for the key, or have one: by their shapes, which is
// for few, or as SQLite chooses, who walks the type's rows when an order of rows is asked for.
enum class Way : std::uint8_t { shapes, any };
Rows rows_without(search::KeyId key, std::int64_t type, bool without, Way way);
// When a resource that passes all of these was last updated: not before, not after.
struct Times {
  std::int64_t from, until;
};
Times updated_within(const Criteria& criteria);
// What FTS5 is asked for these words.
std::string match_text(const search::WordTests& words);

struct Driver {
  enum class By : std::uint8_t { type, criterion, list };
  By by = By::type;
  std::size_t criterion = 0;
  Rows rows;
  std::vector<std::int64_t> list;  // By::list: the rows themselves, in order
  std::vector<bool> covered;       // criteria that need no further test
  bool ordered = false;            // `rows` takes one more value, the row to start after, and gives
                                   // rows once, in order
  std::int64_t estimate = 0;       // of the rows it gives, as far as was counted
  std::vector<std::int64_t> estimates;  // of each criterion; -1: not asked
};

// A chain or _has, resolved to the rows that may pass it, in order; nothing when there are too
// many.
struct Resolved {
  std::vector<std::int64_t> rows;
  bool exact = false;  // each of them passes
};
using Resolver = std::function<Result<std::optional<Resolved>>(const search::Criterion&)>;

struct DriverAsk {
  const Criteria& criteria;  // with the database's keys
  std::int64_t type = 0;     // the database's number
  std::int64_t of_type = 0;  // how many resources there are
  std::int64_t page = 0;     // how many matches are wanted; 0: all
  // What a link resolves to exactly is not tested again, nor what it says of versions told.
  bool trusts_links = false;
  bool estimates_total = false;  // the estimate is told
};
Result<Driver> choose_driver(StatementCache& statements, const DriverAsk& ask,
                             const Resolver& resolve);

// The rows of a driver that has some once each, in order, after a row that is the last value bound.
Rows in_order(const Driver& driver);

}  // namespace fingerpost::store
