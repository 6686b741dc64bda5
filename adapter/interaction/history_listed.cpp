#include "interaction/history_listed.h"

#include "interaction/commit.h"
#include "interaction/targets.h"
#include "model/json.h"
#include "search/extract.h"
#include "search/search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

// Versions of one time come in an order that stays: by a number of each.
struct Listed {
  store::Stored stored;
  store::HistoryPlace place;

  bool newer(const store::HistoryPlace& other) const {
    return std::tie(place.updated_us, place.at) > std::tie(other.updated_us, other.at);
  }
};

// What the List names, as texts; each once.
Result<std::set<std::string>> references_in(const Session& session, std::string_view list) {
  constexpr std::string_view type = "List/";
  if (list.starts_with(type)) list.remove_prefix(type.size());
  const auto& context = session.context;
  if (!session.caller->may("List", access::can_read))
    return Error{Kind::forbidden, "needs the scope system/List.r", "_list"};
  const auto stored = session.reader.read("List", list);
  if (!stored) return Error{stored.error().kind, "there is no such List", "_list"};
  const auto read = model::read_json(context.definitions, stored->body, context.limits);
  if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
  const Tree& tree = read->tree;
  std::set<std::string> found;
  for (NodeId at = child(tree, tree.root(), "entry"); at != no_node; at = tree.next_same(at))
    found.emplace(child_text(tree, child(tree, at, "item"), "reference"));
  if (found.size() > context.limits.included)
    return Error{
        Kind::too_costly,
        "the List names more than the limit included of " + std::to_string(context.limits.included),
        "_list"};
  return found;
}

// Nothing: it is no version of a resource here, or of none that is asked for.
Result<std::optional<store::Stored>> version_of(const Session& session,
                                                const store::HistoryQuery& query,
                                                std::string_view reference) {
  const auto parts = search::split_reference(reference);
  if ((!query.type.empty() && parts.type != query.type) ||
      (!query.id.empty() && parts.id != query.id))
    return std::optional<store::Stored>{};
  return stored_target(session, reference);
}

}  // namespace

// R4 http.html#history, _list
Result<store::HistoryPage> listed_history(const Session& session, const store::HistoryQuery& query,
                                          std::string_view list) {
  LET(const auto references, references_in(session, list));
  const auto newer = [](const Listed& a, const Listed& b) { return a.newer(b.place); };
  const auto room = static_cast<std::size_t>(std::max(query.limit, 0));
  std::vector<Listed> found;  // a heap, the oldest first: of the page and the one after it
  std::set<std::string> seen;
  for (const auto& reference : references) {
    LET(auto stored, version_of(session, query, reference));
    if (!stored || stored->last_updated_us < query.since_us) continue;
    const auto name = stored->type + "/" + stored->id + "/" + std::to_string(stored->version);
    if (!seen.insert(name).second) continue;
    const auto number = search::hash(session.context.store.hash_key(), name) >> 1;
    const store::HistoryPlace place{stored->last_updated_us, static_cast<std::int64_t>(number)};
    if (query.after && !Listed{{}, *query.after}.newer(place)) continue;
    found.push_back({*std::move(stored), place});
    std::push_heap(found.begin(), found.end(), newer);
    if (found.size() <= room + 1) continue;
    std::pop_heap(found.begin(), found.end(), newer);
    found.pop_back();
  }
  std::sort_heap(found.begin(), found.end(), newer);
  store::HistoryPage page;
  for (auto& one : found) {
    if (page.versions.size() == room) break;
    page.versions.push_back(std::move(one.stored));
    if (page.versions.size() == room && found.size() > room) page.next = one.place;
  }
  return page;
}

}  // namespace fingerpost::interaction
