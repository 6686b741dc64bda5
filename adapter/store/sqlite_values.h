// The values that a type's tokens or references sort by, when they are few: the index of hashes has
// each one's resources together, and so can be walked in their order.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_fetch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::store {

struct ValueHash {
  std::string value;  // as search::sort_value makes it
  std::uint64_t hash = 0;
};

// Whether a search sorts first by a token or a reference.
bool sorts_by_values(const search::Plan& asked);

// Those of the first sort key in its order, each once. `asked` as the plan came, `lead` the
// database's number of the key that has its rows in the index. Nothing: there are more than a
// thousand, or one whose text the index does not tell, as those that are found in any letter case.
Result<std::optional<std::vector<ValueHash>>> values_in_order(StatementCache& statements,
                                                              Fetcher& fetcher,
                                                              const search::Plan& asked,
                                                              search::KeyId lead);

}  // namespace fingerpost::store
