// How a search finds its candidates: the one criterion that few rows pass is asked of its index
// table, the others are tested on what it finds.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace fingerpost::store {

using Bound = std::variant<std::int64_t, double, std::string>;

// A query of rows ("row"), each perhaps several times, in no order: all that pass the criteria it
// covers, and perhaps more.
struct Rows {
  std::string sql;
  std::vector<Bound> values;
};

struct Driver {
  Rows rows;
  std::vector<bool> covered;  // criteria that need no further test
  bool ordered = false;       // `rows` takes one more value, the row to start after, and gives rows
                              // once, in order
};

Result<bool> first_row(Statement& statement, const std::vector<Bound>& values);

// The best driver for a plan with the database's keys; `type` is the database's number.
Result<Driver> choose_driver(StatementCache& statements, const search::Plan& plan,
                             std::int64_t type);

// The rows of a driver once each, in order, after a row that is the last value bound.
Rows in_order(const Driver& driver);

}  // namespace fingerpost::store
