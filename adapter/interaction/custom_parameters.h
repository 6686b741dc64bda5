// The SearchParameters that clients store. The active ones are searched by as long as they are
// stored: they come into Context::parameters, and reindex.h makes the index follow.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "interaction/commit.h"
#include "search/live_parameters.h"
#include "store/store.h"

#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// What the refusals of a SearchParameter begin with in Error::where.
constexpr std::string_view in_search_parameter = "SearchParameter";

// Whether the active ones among the drafts can be searched by, beside all others. The error's
// `where` is the element that is wrong.
Result<void> check_parameters(const Context& context, const std::vector<Draft>& drafts);
// Once these drafts are committed: what they have changed.
void take_up_parameters(const Session& session, const std::vector<Draft>& drafts);

// All that are stored, at the start.
Result<void> load_parameters(store::Reader& reader, search::LiveParameters& parameters,
                             const Limits& limits);

}  // namespace fingerpost::interaction
