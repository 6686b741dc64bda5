// Searches that requests make, one way for all of them.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "search/plan.h"
#include "store/store.h"

#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// Of a type, or "" for all; the pairs must outlive it.
search::Query query_of(const Context& context, std::string_view type,
                       const std::vector<search::Pair>& pairs);
// By the search parameters as they are now.
Result<search::Plan> plan_of(const Context& context, const search::Query& query);
Result<search::Plan> plan_of(const Context& context, std::string_view type,
                             const std::vector<search::Pair>& pairs);

// For who must not miss a match: Kind::busy while an index that is asked is still being made.
Result<store::Page> search_all(const Session& session, const search::Plan& plan);

}  // namespace fingerpost::interaction
