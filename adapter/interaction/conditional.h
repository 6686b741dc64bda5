// Conditions by search (R4 http.html#ccreate, #cond-update, #3.1.0.7.1): what they find, and that
// it is all they find, kept to be looked at again by the store at the commit.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "search/plan.h"
#include "store/store.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

struct Matches {
  store::SearchGuard guard;  // its ids are the matches
  bool more = false;         // than were asked for
};

// At most `most` matches. Kind::invalid: no criteria, or some that a search could not have.
Result<Matches> find_matches(const Session& session, std::string_view type,
                             const std::vector<search::Pair>& pairs, std::size_t most);

}  // namespace fingerpost::interaction
