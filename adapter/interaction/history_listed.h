// The versions that a List names, as a history.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "store/store.h"

#include <string_view>

namespace fingerpost::interaction {

// Of those that the query asks for, but for a moment that they were current at. `list`: "List/1" or
// its id. What the List names without a version is meant as it is now; what is not here, or was
// removed, has no place in it. Kind::too_costly: it names more than Limits::included.
Result<store::HistoryPage> listed_history(const Session& session, const store::HistoryQuery& query,
                                          std::string_view list);

}  // namespace fingerpost::interaction
