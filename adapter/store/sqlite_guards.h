// What a unit was decided on, looked at again by the writer: nothing can come between.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_search.h"
#include "store/store.h"

#include <memory>

namespace fingerpost::store {

class Guards {
 public:
  static Result<std::unique_ptr<Guards>> prepare(Db& db, Keys& keys, const search::HashKey& key,
                                                 const Limits& limits);
  // Inside the writer's transaction, by the eyes of the unit's policy, or by those that see all:
  // what rules add to a unit they decided on without a policy. Kind::conflict: one of them does not
  // hold.
  Result<void> check(const Unit& unit);

 private:
  Guards(Db& db, Keys& keys, const search::HashKey& key, const Limits& limits)
      : keys_(keys), hash_key_(key), limits_(limits), statements_(db) {}
  template <class Guard>
  Result<void> check_with(const Sight* sight, const Guard& guard);
  Result<void> check(const ReadGuard& guard);
  Result<void> check(const SearchGuard& guard);

  Keys& keys_;
  search::HashKey hash_key_;
  Limits limits_;
  StatementCache statements_;
  Fetcher fetcher_;
};

}  // namespace fingerpost::store
