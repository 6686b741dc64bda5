// Bodies as the table of versions keeps them: packed, for SQL to unpack.

#pragma once

#include "fingerpost/result.h"

struct sqlite3;

namespace fingerpost::store {

// Two functions of SQL for a connection: packed(body) is what is kept, unpacked(kept) the body
// again. What is kept is 1, the number of the dictionary, and a Zstandard frame; or it is the body
// itself, which begins with {.
Result<void> add_body_functions(sqlite3* db);

}  // namespace fingerpost::store
