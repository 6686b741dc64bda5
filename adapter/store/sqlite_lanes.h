// How many rows of the outbox each lane has, kept in the commit that changes them: nobody who asks
// for it need count them.

#pragma once

#include "fingerpost/result.h"
#include "store/queues.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <vector>

namespace fingerpost::store {

// The writer's.
class LaneCounts {
 public:
  static Result<LaneCounts> prepare(Db& db);
  // A row was added under this id.
  Result<void> add(const OutboxRow& row, std::int64_t id);
  // Before the row becomes so. False: there is no such row.
  Result<bool> change(std::int64_t id, OutboxStatus to);

 private:
  Statement find_, add_, change_, number_;
};

// Makes the table and what goes with it where they are not there, and counts the rows there are.
Result<void> make_lane_counts(Db& db);

// How many lanes have other counts than their rows.
Result<std::int64_t> wrong_lane_counts(Db& db);

// Of every lane that ever had a row, or was held or released; by name.
Result<std::vector<LaneState>> lane_states(StatementCache& statements);

}  // namespace fingerpost::store
