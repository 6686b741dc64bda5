#include "interaction/conditional.h"

#include "interaction/authorise.h"
#include "interaction/query.h"

#include <utility>

namespace fingerpost::interaction {

Result<Matches> find_matches(const Session& session, std::string_view type,
                             const std::vector<search::Pair>& pairs, std::size_t most) {
  std::vector<search::Pair> criteria;
  for (const auto& pair : pairs)
    if (pair.first != "_format" && pair.first != "_pretty") criteria.push_back(pair);
  Matches matches;
  auto& plan = matches.guard.plan;
  LET(plan, plan_of(session.context, type, criteria));
  LET_DONE(authorise(*session.caller, plan));
  if (plan.criteria.empty())
    return Error{Kind::invalid, "a conditional request needs a criterion", ""};
  if (!plan.includes.empty() || !plan.sort.empty() || plan.after)
    return Error{Kind::invalid, "a condition has criteria and nothing else of a search", ""};
  plan.total = search::Total::none;
  plan.count = static_cast<int>(most) + 1;
  LET(auto page, search_all(session, plan));
  matches.more = page.hits.size() > most;
  for (auto& hit : page.hits)
    if (matches.guard.ids.size() < most) matches.guard.ids.push_back(std::move(hit.resource.id));
  return matches;
}

}  // namespace fingerpost::interaction
