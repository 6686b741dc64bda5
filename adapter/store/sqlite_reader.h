// One thread's read-only connection.

#pragma once

#include "fingerpost/limits.h"
#include "search/hash.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_search.h"
#include "store/store.h"

#include <memory>
#include <string>

namespace fingerpost::store {

// `keys` must outlive the reader.
Result<std::unique_ptr<Reader>> make_sqlite_reader(const std::string& path, Keys& keys,
                                                   const search::HashKey& hash_key,
                                                   const Limits& limits);
// On a connection of somebody else, which must outlive it: it sees what that one has not committed.
Result<std::unique_ptr<Reader>> make_sqlite_reader(Db& db, Keys& keys,
                                                   const search::HashKey& hash_key,
                                                   const Limits& limits);

}  // namespace fingerpost::store
