// The tables of the SQLite store (TABLES.md shows each with a row), and how a file is opened.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/sqlite_db.h"

#include <string>

namespace fingerpost::store {

// The writer's connection: makes the file when it is new, checks it when it is not.
// Kind::unsupported: made by a newer program, or not ours. Kind::fault: durability could not be
// switched on.
Result<Db> open_writer(const std::string& path, Random& random);
Result<Db> open_reader(const std::string& path);
Result<search::HashKey> read_hash_key(Db& db);

}  // namespace fingerpost::store
