// What leads to a resource made anew, where that is all that is damaged.

#pragma once

#include "fingerpost/result.h"
#include "store/sqlite_db.h"

#include <string>
#include <vector>

namespace fingerpost::store {

// Of the newest resources, at start. Rows that the index tables have lost are written again; where
// the rows kept with a resource are damaged it has none, and is to be indexed again: until it is,
// searches say that it may be missing. What was wrong with each: "Patient, row 12: …". Kind::fault:
// a resource itself is damaged.
Result<std::vector<std::string>> mend_newest(Db& db);

// Within a transaction: whatever contains other resources is to be indexed again. It is found as
// before until then.
Result<void> outdate_containers(Db& db);

}  // namespace fingerpost::store
