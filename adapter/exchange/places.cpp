#include "exchange/places.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view organization = "Organization";

void add_code(NodeRef identifier, Places& out) {
  const auto code = child_text(identifier, "value");
  if (child_text(identifier, "system") == ods_system && !code.empty())
    out.insert(std::string(ods_place).append(code));
}

void add_places(const Parts& parts, Neighbourhood& near, NodeRef reference, int hops, Places& out) {
  if (!reference || hops == 0) return;
  if (const auto* partner = find_partner(parts, near, reference))
    out.insert(std::string(partner_place) + partner->id);
  add_code(child(reference, "identifier"), out);
  const auto place = read_reference(child_text(reference, "reference"));
  if (place.id.empty()) return;
  out.insert(place.type + "/" + place.id);
  const auto* resource = near.find(place.type, place.id);
  if (resource == nullptr) return;
  if (resource->type == organization)
    each(resource->node, "identifier", [&](NodeRef identifier) { add_code(identifier, out); });
  for (const auto name : stands_for)
    if (const auto further = child(resource->node, name))
      return add_places(parts, near, further, hops - 1, out);
}

std::string first_code(Neighbourhood& near, NodeRef reference, int hops) {
  if (!reference || hops == 0) return "";
  Places found;
  add_code(child(reference, "identifier"), found);
  if (!found.empty()) return *found.begin();
  const auto* resource = near.find(child_text(reference, "reference"));
  if (resource == nullptr) return "";
  if (resource->type == organization) {
    const Tree& tree = *resource->node.tree;
    for (auto node = child(resource->node, "identifier").node; node != no_node && found.empty();
         node = tree.next_same(node))
      add_code({&tree, node}, found);
    if (!found.empty()) return *found.begin();
  }
  for (const auto name : stands_for)
    if (const auto further = child(resource->node, name))
      return first_code(near, further, hops - 1);
  return "";
}

constexpr int most_hops = 4;

}  // namespace

Places places_of(const Parts& parts, Neighbourhood& near, NodeRef reference) {
  Places places;
  add_places(parts, near, reference, most_hops, places);
  return places;
}

std::string organisation_of(const Parts& parts, Neighbourhood& near, NodeRef reference) {
  if (const auto* partner = find_partner(parts, near, reference))
    return std::string(partner_place) + partner->id;
  return first_code(near, reference, most_hops);
}

Places places_of(const Partners& partners, const Speaker& speaker) {
  Places places;
  if (!speaker.organisation.empty()) places.insert(std::string(ods_place) + speaker.organisation);
  for (const auto& partner : partners.list)
    if (speaks_for(speaker, partner)) places.insert(std::string(partner_place) + partner.id);
  return places;
}

bool is_about(NodeRef provenance, std::string_view about) {
  const Tree& tree = *provenance.tree;
  for (auto target = child(provenance, "target").node; target != no_node;
       target = tree.next_same(target)) {
    const auto place = read_reference(child_text({&tree, target}, "reference"));
    if (place.type + "/" + place.id == about) return true;
  }
  return false;
}

Places said_by(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> provenances,
               std::string_view about) {
  Places speaking;
  for (const auto provenance : provenances) {
    if (!is_about(provenance, about)) continue;
    each(provenance, "agent", [&](NodeRef agent) {
      const auto behalf = child(agent, "onBehalfOf");
      speaking.merge(places_of(parts, near, behalf ? behalf : child(agent, "who")));
    });
  }
  return speaking;
}

bool meet(const Places& a, const Places& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& place) { return b.count(place) != 0; });
}

bool names_organization(const Places& places) {
  return std::any_of(places.begin(), places.end(), [](std::string_view place) {
    return place.starts_with(partner_place) || place.starts_with(ods_place) ||
           (place.starts_with(organization) && place.substr(organization.size()).starts_with('/'));
  });
}

}  // namespace fingerpost::exchange
