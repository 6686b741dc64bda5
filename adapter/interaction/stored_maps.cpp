#include "interaction/stored_maps.h"

#include "interaction/canonical.h"
#include "interaction/own_definitions.h"
#include "model/json.h"
#include "terminology/resolve.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

using mapping::MapText;

Result<Tree> tree_of(const Context& context, const store::Stored& stored) {
  auto read = model::read_json(context.definitions, stored.body, context.limits);
  if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
  return std::move(read->tree);
}

Result<std::shared_ptr<const MapText>> read_map(const Context& context, const Tree& tree,
                                                const std::string& called) {
  LET(auto map, mapping::read_structure_map(context.definitions, tree, called));
  map.dialect = map.stated_dialect.value_or(mapping::Dialect::standard);
  return std::make_shared<const MapText>(std::move(map));
}

}  // namespace

std::shared_ptr<const mapping::Maps> loaded_maps(const Context& context) {
  if (auto now = context.own_definitions->maps()) return now;
  return {std::shared_ptr<const void>(), context.maps};
}

void set_loaded_maps(const Context& context, std::shared_ptr<const mapping::Maps> maps) {
  context.own_definitions->set_maps(std::move(maps));
}

MapGatherer::MapGatherer(const Session& session)
    : session_(session),
      context_(session.context),
      builder_(session.context.definitions, mapping::Dialect::standard, session.context.limits) {}

void MapGatherer::take(std::shared_ptr<const MapText> map) {
  builder_.add_map(map);
  maps_.push_back(std::move(map));
}

Result<void> MapGatherer::add_sent(const Tree& map, const std::string& called) {
  LET(auto read, read_map(context_, map, called));
  take(std::move(read));
  return {};
}

Result<void> MapGatherer::add_sent_text(std::string_view text, const std::string& called) {
  LET(auto map, mapping::parse_map(text, called, context_.limits));
  map.dialect = map.stated_dialect.value_or(mapping::Dialect::standard);
  take(std::make_shared<const MapText>(std::move(map)));
  return {};
}

Result<std::shared_ptr<const MapText>> MapGatherer::read(const store::Stored& stored) {
  if (auto kept = context_.compiled->find<MapText>(stored)) return kept;
  LET(const auto tree, tree_of(context_, stored));
  LET(auto map, read_map(context_, tree, "StructureMap/" + stored.id));
  context_.compiled->keep<MapText>(stored, map);
  return map;
}

Result<void> MapGatherer::add(const store::Stored& stored) {
  if (!taken_.insert("StructureMap/" + stored.id).second) return {};
  LET(auto map, read(stored));
  take(std::move(map));
  return {};
}

// Adds the stored maps that an import means. False: there is none, and none that came earlier.
Result<bool> MapGatherer::find_stored(const std::string& import) {
  if (import.find('*') == std::string::npos) {
    LET(const auto stored, stored_map(session_, import));
    if (stored) LET_DONE(add(*stored));
  } else {
    const auto most = static_cast<std::size_t>(context_.limits.page_max);
    LET(const auto all, all_stored(session_, "StructureMap", most));
    for (const auto& stored : all) {
      LET(const auto map, read(stored));
      if (mapping::import_matches(import, map->url)) LET_DONE(add(stored));
    }
  }
  for (const auto& map : maps_)
    if (mapping::import_matches(import, map->url)) return true;
  return false;
}

Result<void> MapGatherer::find_import(const std::string& url) {
  if (wanted_.size() >= context_.limits.included)
    return Error{Kind::too_costly,
                 "more maps are needed than the limit included of " +
                     std::to_string(context_.limits.included),
                 ""};
  if (!wanted_.insert(url).second) return {};
  LET(const bool found, find_stored(url));
  if (!found && !loaded_) {
    loaded_ = loaded_maps(context_);
    if (loaded_) builder_.add_loaded(*loaded_);
  }
  return {};
}

Result<void> MapGatherer::find_concept_map(const std::string& url) {
  if (wanted_.size() >= context_.limits.included)
    return Error{Kind::too_costly,
                 "more concept maps are needed than the limit included of " +
                     std::to_string(context_.limits.included),
                 ""};
  if (!wanted_.insert(url).second) return {};
  LET(const auto all, stored_with_uri(session_, "ConceptMap", "url", url));
  for (const auto& stored : all) {
    if (!taken_.insert("ConceptMap/" + stored.id).second) continue;
    LET(auto map, stored_concept_map(context_, stored));
    if (map) builder_.add_concept_map(std::move(map));
  }
  return {};
}

Result<void> MapGatherer::find_concept_maps(const MapText& map) {
  for (const auto& url : mapping::concept_maps_of(map)) LET_DONE(find_concept_map(url));
  return {};
}

// maps_ grows while they are looked through.
Result<void> MapGatherer::find_imports() {
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    const auto map = maps_[i];
    for (const auto& import : map->imports) LET_DONE(find_import(import));
    LET_DONE(find_concept_maps(*map));
  }
  return {};
}

Result<MapGatherer::Linked> MapGatherer::link() {
  LET_DONE(find_imports());
  LET(auto maps, builder_.link());
  const auto& first = *maps_.front();
  const auto& entry = !first.url.empty() ? first.url : first.groups.front().name;
  return Linked{std::move(maps), entry};
}

Result<std::optional<store::Stored>> stored_map(const Session& session,
                                                std::string_view canonical) {
  const auto named = terminology::canonical(canonical);
  LET(auto all, stored_with_uri(session, "StructureMap", "url", named.url, named.version));
  std::optional<store::Stored> best;
  for (auto& one : all)
    if (!best || one.last_updated_us > best->last_updated_us) best = std::move(one);
  return best;
}

}  // namespace fingerpost::interaction
