#include "interaction/canonical.h"

#include "interaction/query.h"
#include "model/json.h"
#include "search/values.h"

#include <string>
#include <utility>

namespace fingerpost::interaction {
namespace {

Result<std::vector<store::Stored>> found(const Session& session, std::string_view type,
                                         const std::vector<search::Pair>& pairs, bool& more) {
  LET(const auto plan, plan_of(session.context, type, pairs));
  LET(auto page, search_all(session, plan));
  std::vector<store::Stored> made;
  for (auto& hit : page.hits) made.push_back(std::move(hit.resource));
  more = !page.next.empty();
  return made;
}

}  // namespace

bool may_be_stored(std::string_view url) {
  constexpr std::size_t most_bytes = 2000;
  return url.size() <= most_bytes && url.find(':') != std::string_view::npos &&
         url.find(' ') == std::string_view::npos && !url.starts_with("urn:uuid:");
}

Result<std::vector<store::Stored>> stored_with_uri(const Session& session, std::string_view type,
                                                   std::string_view parameter,
                                                   std::string_view value,
                                                   std::string_view version) {
  std::vector<search::Pair> pairs{{std::string(parameter), search::escape(value)},
                                  {"_count", "100"}};
  if (!version.empty()) pairs.emplace_back("version", search::escape(version));
  bool more = false;
  return found(session, type, pairs, more);
}

Result<std::vector<store::Stored>> all_stored(const Session& session, std::string_view type,
                                              std::size_t most) {
  bool more = false;
  LET(auto all, found(session, type, {{"_count", std::to_string(most)}}, more));
  if (more)
    return Error{Kind::too_costly, "there are too many stored resources to look through them all",
                 std::string(type)};
  return all;
}

Result<std::shared_ptr<const terminology::ConceptMap>> stored_concept_map(
    const Context& context, const store::Stored& stored) {
  using terminology::ConceptMap;
  if (auto kept = context.compiled->find<ConceptMap>(stored)) return kept;
  const auto read = model::read_json(context.definitions, stored.body, context.limits);
  if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
  auto map = terminology::read_concept_map(context.definitions, read->tree);
  if (!map) return std::shared_ptr<const ConceptMap>();
  auto made = std::make_shared<const ConceptMap>(*std::move(map));
  context.compiled->keep<ConceptMap>(stored, made);
  return made;
}

}  // namespace fingerpost::interaction
