#include "interaction/conditional_references.h"

#include "interaction/conditional.h"
#include "interaction/interactions.h"
#include "interaction/references.h"
#include "interaction/url.h"
#include "search/search.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

using Test = search::Criterion::Test;

// Whether other resources decide about it.
bool looks_elsewhere(const search::Criterion& criterion) {
  return criterion.test == Test::chain || criterion.test == Test::has ||
         std::any_of(criterion.parts.begin(), criterion.parts.end(), looks_elsewhere);
}

}  // namespace

bool passes_alone(const search::Criterion& criterion, const search::Row& row) {
  const auto part_passes = [&](const auto& part) { return passes_alone(part, row); };
  const auto& parts = criterion.parts;
  switch (criterion.test) {
    case Test::chain:
    case Test::has:
    case Test::words:
      return false;
    case Test::all:
      return std::all_of(parts.begin(), parts.end(), part_passes) != criterion.negated;
    case Test::any:
      return std::any_of(parts.begin(), parts.end(), part_passes) != criterion.negated;
    default:
      return search::matches(criterion, row);
  }
}

Result<std::string> ConditionalReferences::find(std::string_view reference) {
  auto& known = known_[std::string(reference)];
  if (!known.empty()) return known;
  const auto mark = reference.find('?');
  const auto type = reference.substr(0, mark);
  if (!is_resource_type(session_.context, type))
    return Error{Kind::invalid, "a conditional reference begins with a type", ""};
  LET(const auto query, read_query(reference.substr(mark + 1), session_.context.limits));
  store::SearchGuard guard;
  LET(auto ids, matches(type, guard, query));
  if (ids.size() != 1)
    return Error{Kind::conflict,
                 ids.empty() ? "the conditional reference finds no resource"
                             : "the conditional reference finds more than one resource",
                 ""};
  known = std::string(type) + "/" + ids[0];
  guard.ids = std::move(ids);
  const auto& criteria = guard.plan.criteria;
  const bool by_others = std::any_of(criteria.begin(), criteria.end(), looks_elsewhere);
  const bool writes_such = std::any_of(drafts_.begin(), drafts_.end(),
                                       [&](const Draft& draft) { return draft.type == type; });
  (by_others || writes_such ? after : before).push_back(std::move(guard));
  return known;
}

// The ids of all matches, or of more than one.
Result<std::vector<std::string>> ConditionalReferences::matches(
    std::string_view type, store::SearchGuard& guard, const std::vector<search::Pair>& query) {
  std::vector<Draft*> drafts;
  for (auto& draft : drafts_)
    if (draft.type == type) drafts.push_back(&draft);
  LET(auto stored, find_matches(session_, type, query, drafts.size() + 2));
  std::vector<std::string> ids;
  for (auto& id : stored.guard.ids)
    if (std::none_of(drafts.begin(), drafts.end(), [&](auto* draft) { return draft->id == id; }))
      ids.push_back(std::move(id));
  guard.plan = std::move(stored.guard.plan);
  for (auto* draft : drafts)
    if (draft->tree && passes(guard.plan, *draft)) ids.push_back(draft->id);
  return ids;
}

bool ConditionalReferences::passes(const search::Plan& plan, Draft& draft) {
  const auto& context = session_.context;
  auto& values = values_[&draft];
  if (values.parameters != plan.parameters) {
    // Its own conditional references may wait for this one.
    (void)make_local(context, *draft.tree);
    values = search::index(*plan.parameters, {&*draft.tree, draft.tree->root()});
  }
  const search::Row row{search::reference_hash(plan.parameters->hash_key(), draft.type, draft.id),
                        context.clock.now_us(), draft.id, &values, &values.present};
  return std::all_of(plan.criteria.begin(), plan.criteria.end(),
                     [&](const auto& criterion) { return passes_alone(criterion, row); });
}

}  // namespace fingerpost::interaction
