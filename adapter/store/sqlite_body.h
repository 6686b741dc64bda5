// Bodies as the table of versions keeps them: packed, for SQL to unpack.

#pragma once

#include "fingerpost/result.h"

#include <string_view>

struct sqlite3;

namespace fingerpost::store {

// Functions of SQL for a connection: packed(body) is what is kept, unpacked(kept) the body again.
// unpacked_or_kept(kept) is the same, but of what is damaged itself. What is kept is 1, the number
// of the dictionary, and a Zstandard frame; or it is the body itself, which begins with {.
Result<void> add_body_functions(sqlite3* db);

// Of what unpacked_or_kept gave.
bool is_damaged(std::string_view unpacked_or_kept);

}  // namespace fingerpost::store
