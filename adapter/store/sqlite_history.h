// One look into the history of a resource, a type or all types, on one connection.

#pragma once

#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_sight.h"
#include "store/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::store {

class History {
 public:
  // To be run within a read transaction. `sight`: null, where all is seen.
  History(StatementCache& statements, Keys& keys, const search::HashKey& hash_key,
          const HistoryQuery& query, const Sight* sight)
      : statements_(statements), keys_(keys), hash_key_(hash_key), query_(query), sight_(sight) {}

  Result<HistoryPage> run();

 private:
  struct Found {
    HistoryPlace place;
    std::int64_t type = 0;
  };
  Result<std::vector<Found>> of_resource();
  Result<std::vector<Found>> of_type(std::int64_t type);
  Result<std::vector<Found>> of_all();
  Result<std::vector<Found>> places(std::int64_t type, const std::string& sql,
                                    const std::string& order, std::vector<std::int64_t> values);
  std::string current() const;
  std::string in_sight() const;
  Result<Stored> stored(const Found& found);

  StatementCache& statements_;
  Keys& keys_;
  const search::HashKey& hash_key_;
  const HistoryQuery& query_;
  const Sight* const sight_;
};

}  // namespace fingerpost::store
