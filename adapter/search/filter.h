// _filter (R4 search_filter.html): comparisons of parameters with and, or, not and parentheses.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/criteria.h"
#include "search/plan.h"
#include "search/search.h"

#include <string_view>

namespace fingerpost::search {

// A path may chain ("subject.name"), choose where it chains to ("subject[active eq true].name") and
// go backwards ("_has:Observation:patient:code"). `and` binds before `or`.
Result<Criterion> read_filter(CriterionMaker& maker, const Parameters& parameters,
                              std::string_view type, std::string_view text, const Limits& limits);

}  // namespace fingerpost::search
