#include "interaction/own_definitions.h"

#include "interaction/conditional_references.h"
#include "interaction/conformance.h"
#include "model/json.h"
#include "search/search.h"
#include "store/order.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr char own_mark = '~';  // no cursor of a store begins with it

// One that is found, in the place that it has in the order.
struct Found {
  search::Place place;
  const store::Stored* resource = nullptr;
};

bool is_own(const Context& context, std::string_view type, std::string_view url) {
  if (type == "OperationDefinition") {
    const auto& all = operations(context);
    return std::any_of(std::begin(all), std::end(all), [&](const Operation& operation) {
      return definition_url(context, operation) == url;
    });
  }
  const auto& names = context.definitions.names();
  const auto all = context.definitions.search_parameters();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& parameter) { return names.text(parameter.url) == url; });
}

}  // namespace

Result<void> check_not_own(const Context& context, const std::vector<Draft>& drafts) {
  for (const auto& draft : drafts) {
    if (!draft.tree || !OwnDefinitions::has(draft.type)) continue;
    if (is_own(context, draft.type, child_text(*draft.tree, draft.tree->root(), "url")))
      return Error{Kind::invalid, "the server itself has a definition of this url",
                   draft.type + ".url"};
  }
  return {};
}

std::shared_ptr<OwnDefinitions> make_own_definitions() {
  return std::make_shared<OwnDefinitions>();
}

std::shared_ptr<const mapping::Maps> OwnDefinitions::maps() {
  const std::lock_guard lock(mutex_);
  return maps_;
}

void OwnDefinitions::set_maps(std::shared_ptr<const mapping::Maps> maps) {
  const std::lock_guard lock(mutex_);
  maps_ = std::move(maps);
}

Result<std::shared_ptr<const OwnDefinitions::List>> OwnDefinitions::list_of(
    const Context& context) {
  const std::lock_guard lock(mutex_);
  const auto generation = context.parameters.generation();
  if (list_ && generation_ == generation) return list_;
  const auto parameters = context.parameters.now();
  const auto list = std::make_shared<List>();
  std::optional<Error> error;
  const auto add = [&](std::string_view type, const std::string& id, std::string body) {
    auto read = model::read_json(context.definitions, body, Limits{});
    if (!read) {
      error = read.error();
      return;
    }
    auto& one = list->emplace_back();
    one.resource = {std::string(type), id, 0, 0, store::Change::created, std::move(body)};
    one.reference = search::reference_hash(parameters->hash_key(), type, id);
    one.values = search::index(*parameters, {&read->tree, read->tree.root()});
  };
  for (const std::string_view type : {"OperationDefinition", "SearchParameter"})
    each_definition(context, type, [&](const std::string& id, std::string body) {
      add(type, id, std::move(body));
    });
  if (error) return Error{Kind::fault, "a definition of the server's own cannot be read", ""};
  list_ = list;
  generation_ = generation;
  return list_;
}

Result<store::Page> OwnDefinitions::search(const Context& context, const search::Plan& plan) {
  LET(const auto list, list_of(context));
  std::vector<Found> found;
  std::int64_t number = 0;
  for (const auto& one : *list) {
    ++number;
    if (one.resource.type != plan.type) continue;
    const search::Row row{one.reference, 0, one.resource.id, &one.values, &one.values.present};
    const auto passes = [&](const search::Criterion& part) { return passes_alone(part, row); };
    if (!std::all_of(plan.criteria.begin(), plan.criteria.end(), passes)) continue;
    auto& add = found.emplace_back();
    add.resource = &one.resource;
    add.place.row = number;
    add.place.sort_values = store::sort_values(plan, row);
  }
  std::sort(found.begin(), found.end(),
            [&](const Found& a, const Found& b) { return store::before(plan, a.place, b.place); });
  store::Page page;
  page.total = found.size();
  for (const auto& one : found) {
    if (plan.after && !store::before(plan, *plan.after, one.place)) continue;
    if (page.hits.size() == static_cast<std::size_t>(plan.count)) {
      page.next = "more";
      break;
    }
    page.hits.push_back({*one.resource, false});
  }
  if (page.next.empty() || page.hits.empty()) return page;
  const auto& last = page.hits.back().resource;
  for (const auto& one : found)
    if (one.resource->id == last.id) page.next = own_mark + cursor(plan, one.place);
  return page;
}

Result<store::Page> search_with_own(const Session& session, const search::Plan& plan, bool own) {
  const auto& context = session.context;
  auto& definitions = *context.own_definitions;
  const bool told = plan.count == 0 || plan.total != search::Total::none;
  auto rest = plan;
  if (own) {
    LET(auto page, definitions.search(context, plan));
    rest.after = {};
    rest.count = 0;
    LET(const auto stored, session.reader.search(rest));
    page.total = told && stored.total ? std::optional(*page.total + *stored.total) : std::nullopt;
    page.partial = stored.partial;
    return page;
  }
  LET(auto page, session.reader.search(plan));
  const auto matches = static_cast<int>(std::count_if(
      page.hits.begin(), page.hits.end(), [](const store::Hit& hit) { return !hit.included; }));
  rest.after = {};
  rest.count = page.next.empty() ? std::max(plan.count - matches, 0) : 0;
  LET(auto more, definitions.search(context, rest));
  if (page.total) page.total = *page.total + *more.total;
  if (!page.next.empty()) return page;
  // Full of what is stored: the rest begins with the next page.
  if (plan.count > 0 && rest.count == 0 && *more.total > 0) more.next = own_mark;
  const auto included = std::find_if(page.hits.begin(), page.hits.end(),
                                     [](const store::Hit& hit) { return hit.included; });
  page.hits.insert(included, std::make_move_iterator(more.hits.begin()),
                   std::make_move_iterator(more.hits.end()));
  if (plan.count > 0) page.next = std::move(more.next);
  return page;
}

bool take_own_mark(std::string& cursor) {
  if (!cursor.starts_with(own_mark)) return false;
  cursor.erase(0, 1);
  return true;
}

}  // namespace fingerpost::interaction
