// The tables of the SQLite store (TABLES.md shows each with a row), and how a file is opened.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/sqlite_db.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace fingerpost::store {

// A version's place says whose it is and which: a resource's versions lie together, in order, and
// need no index of their own.
constexpr std::int64_t versions_of_one = std::int64_t{1} << 24;
constexpr std::int64_t version_at(std::int64_t row, std::int64_t version) {
  return row * versions_of_one + version;
}

// What made a version and how, in one number.
constexpr std::int64_t made(Change change, How how) {
  return static_cast<std::int64_t>(change) + 4 * static_cast<std::int64_t>(how);
}
constexpr Change change_of(std::int64_t made) {
  return static_cast<Change>(made % 4);
}
constexpr How how_of(std::int64_t made) {
  return static_cast<How>(made / 4);
}

// The writer's connection: makes the file when it is new, looks at the newest resources when it is
// not, and at all of the file when the last program did not end in order. Kind::unsupported: made
// by a newer program, or not ours. Kind::fault: durability could not be switched on. `mended`: see
// mend_newest.
Result<Db> open_writer(const std::string& path, Random& random, std::vector<std::string>& mended);
Result<Db> open_reader(const std::string& path);
// Kind::unsupported: not a database of this program's tables, or of a number it can bring up.
Result<void> check_ours(Db& db);
// Kind::fault: the file is damaged. Reads all of it.
Result<void> check_whole(Db& db);
Result<search::HashKey> read_hash_key(Db& db);

}  // namespace fingerpost::store
