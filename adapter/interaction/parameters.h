// The parameters of requests that are no searches: each takes those that it has, and no others.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "interaction/operations.h"
#include "search/plan.h"

#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// The pairs whose names are among `names`, which blanks part; without `_format` and `_pretty`,
// which every request takes. Kind::invalid, `where` the parameter: another name, the text telling
// the nearest; lenient handling drops it instead.
Result<std::vector<search::Pair>> take_parameters(const std::vector<search::Pair>& pairs,
                                                  std::string_view names,
                                                  search::Handling handling);

// Kind::invalid: a name that comes twice.
Result<void> refuse_repeated(const std::vector<search::Pair>& pairs);

// Those of the URL, then the primitives of the Parameters that are the body, if there is one.
Result<std::vector<search::Pair>> pairs_of(const Context& context, const OperationCall& call);

}  // namespace fingerpost::interaction
