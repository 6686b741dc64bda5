// Whether the caller may ask for what a request asks, by the types of resources it touches. Asked
// before anything is looked at: what is refused is refused whether it is there or not.

#pragma once

#include "interaction/bundle.h"
#include "interaction/context.h"
#include "interaction/offers.h"
#include "interaction/operations.h"
#include "search/plan.h"

#include <vector>

namespace fingerpost::interaction {

// What anybody may ask for: what describes the gateway itself.
constexpr bool is_open(Place place) {
  return place == Place::metadata || place == Place::openapi || place == Place::smart_configuration;
}

// What an operation needs: rights of the type it is called of, of every type when it is the
// system's; and scopes besides.
struct OperationNeeds {
  std::string_view name;
  std::string_view type;
  access::Rights rights = access::all_rights;
  std::string_view also = {};  // "system/Task.c"; parted by blanks
};
// One that nobody gave needs is for callers that may do everything.
OperationNeeds needs_of(const Operation& operation);

// Kind::forbidden, and the text names the scope that is missing. Searches over several types,
// what a job answered and the entries of a Bundle are not decided here. `conditional`: with
// criteria beside its URL (If-None-Exist).
Result<void> authorise(const access::Caller& caller, const Offer& offer, const Path& path,
                       bool conditional = false);

// Refuses entries, each alone; and takes back that written resources are shown, where the caller
// may not read one of their types.
void authorise(const Session& session, std::vector<Entry>& entries, BundleOptions& options);

// A search with every type it touches: those of chains, _has, _include and _revinclude, too. Of
// references that may lead to several types, _include follows those that the caller may read.
Result<void> authorise(const access::Caller& caller, search::Plan& plan);

// The pairs of a search over all types, or all of a compartment of a `whose` ("Patient"), which
// searches those that the caller may search; nothing is changed where _type names them.
// Kind::forbidden: there are none.
Result<std::vector<search::Pair>> within_scopes(const Session& session,
                                                std::vector<search::Pair> pairs,
                                                std::string_view whose);

}  // namespace fingerpost::interaction
