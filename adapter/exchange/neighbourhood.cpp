#include "exchange/neighbourhood.h"

#include "model/json.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view urn = "urn:uuid:";
constexpr std::string_view history = "/_history/";

void collect(const Parts& parts, NodeRef at, NameId reference, std::vector<std::string_view>& out) {
  const Tree& tree = *at.tree;
  const bool is_reference = tree[at.node].type == parts.definitions.common().reference;
  for (auto node = tree.first_child(at.node); node != no_node; node = tree.next(node)) {
    if (is_reference && tree[node].name == reference && tree.has_value(node))
      out.push_back(tree.text(node));
    else
      collect(parts, {&tree, node}, reference, out);
  }
}

const Partner* by_identifier(const Parts& parts, NodeRef identifier) {
  if (!identifier) return nullptr;
  return parts.partners.find_identifier(child_text(identifier, "system"),
                                        child_text(identifier, "value"));
}

const Partner* find_behind(const Parts& parts, Neighbourhood& near, NodeRef reference, int hops) {
  if (!reference || hops == 0) return nullptr;
  if (const auto* partner = by_identifier(parts, child(reference, "identifier"))) return partner;
  const auto* resource = near.find(child_text(reference, "reference"));
  // A person's identifiers are not an organisation's, and anybody may write them.
  if (resource == nullptr || !is_entry(resource->type)) return nullptr;
  const Tree& tree = *resource->node.tree;
  for (auto node = child(resource->node, "identifier").node; node != no_node;
       node = tree.next_same(node))
    if (const auto* partner = by_identifier(parts, {&tree, node})) return partner;
  for (const auto name : leads_on)
    if (const auto further = child(resource->node, name))
      return find_behind(parts, near, further, hops - 1);
  return nullptr;
}

}  // namespace

bool is_entry(std::string_view type) {
  return type == "Organization" || type == "PractitionerRole" || type == "HealthcareService";
}

Place read_reference(std::string_view reference) {
  if (reference.starts_with(urn)) return {"", std::string(reference.substr(urn.size()))};
  const auto slash = reference.find('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  auto id = reference.substr(slash + 1);
  if (const auto end = id.find('/'); end != std::string_view::npos) {
    if (!id.substr(end).starts_with(history)) return {};
    id = id.substr(0, end);
  }
  if (id.empty()) return {};
  return {std::string(reference.substr(0, slash)), std::string(id)};
}

void Neighbourhood::add(Resource resource) {
  auto key = std::make_pair(resource.type, resource.id);
  known_.insert_or_assign(std::move(key), std::move(resource));
}

void Neighbourhood::keep(const std::string& type, const std::string& id, Tree tree,
                         std::string json) {
  const auto& kept = trees_.emplace_back(std::move(tree));
  add({type, id, {&kept, kept.root()}, std::move(json)});
}

const Resource* Neighbourhood::find(std::string_view reference) {
  const auto place = read_reference(reference);
  if (place.id.empty()) return nullptr;
  if (!place.type.empty()) return find(place.type, place.id);
  for (const auto& [key, resource] : known_)
    if (key.second == place.id && resource.node) return &resource;
  return nullptr;
}

const Resource* Neighbourhood::find(std::string_view type, std::string_view id) {
  const auto key = std::make_pair(std::string(type), std::string(id));
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second.node ? &found->second : nullptr;
  return load(key.first, key.second);
}

const Resource* Neighbourhood::load(const std::string& type, const std::string& id) {
  auto& resource = known_[{type, id}];
  auto stored = reader_.read(type, id);
  if (!stored) {
    if (!is_absence(stored.error()) && !trouble_) trouble_ = stored.error();
    reads_.push_back({type, id, 0});
    return nullptr;
  }
  reads_.push_back({type, id, stored->version});
  auto read = model::read_json(parts_.definitions, stored->body, parts_.limits);
  if (!read) {
    if (!trouble_) trouble_ = Error{Kind::fault, "a stored resource cannot be read", type};
    return nullptr;
  }
  trees_.push_back(std::move(read->tree));
  resource = {type, id, {&trees_.back(), trees_.back().root()}, std::move(stored->body)};
  return &resource;
}

NodeRef child(NodeRef node, std::string_view name) {
  if (!node) return {};
  const auto id = node.tree->names().find(name);
  if (id == no_name) return {};
  return {node.tree, node.tree->child(node.node, id)};
}

std::string_view child_text(NodeRef node, std::string_view name) {
  const auto found = child(node, name);
  if (!found || !found.tree->has_value(found.node)) return {};
  return found.tree->text(found.node);
}

std::vector<std::string_view> references(const Parts& parts, NodeRef node) {
  std::vector<std::string_view> found;
  collect(parts, node, node.tree->names().find("reference"), found);
  return found;
}

const Partner* find_partner(const Parts& parts, Neighbourhood& near, NodeRef reference) {
  constexpr int hops = 5;
  return find_behind(parts, near, reference, hops);
}

}  // namespace fingerpost::exchange
