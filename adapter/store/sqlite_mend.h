// What leads to a resource made anew, where that is all that is damaged.

#pragma once

#include "fingerpost/result.h"
#include "store/sqlite_db.h"

namespace fingerpost::store {

// Of the newest resources, at start. Rows that the index tables have lost are written again; where
// the rows kept with a resource are damaged it has none, and is to be indexed again: until it is,
// searches say that it may be missing. Kind::fault: a resource itself is damaged.
Result<void> mend_newest(Db& db);

}  // namespace fingerpost::store
