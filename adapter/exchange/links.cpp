#include "exchange/links.h"

#include "exchange/neighbourhood.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view actions = "http://terminology.hl7.org/CodeSystem/v2-0287";

// An element that leads to another resource, and where in it the reference stands.
struct Link {
  std::string_view type;
  std::string_view element;
  std::string_view inner;
};
constexpr Link kept_links[] = {
    {"CarePlan", "addresses", ""},         {"CarePlan", "goal", ""},  {"CarePlan", "careTeam", ""},
    {"CarePlan", "activity", "reference"}, {"Goal", "addresses", ""}, {"Patient", "link", "other"},
};

NodeRef mark_of(NodeRef resource) {
  const auto meta = child(resource, "meta");
  if (!meta) return {};
  const Tree& tree = *meta.tree;
  for (auto tag = child(meta, "tag").node; tag != no_node; tag = tree.next_same(tag))
    if (child_text({&tree, tag}, "system") == actions) return {&tree, tag};
  return {};
}

bool is_deleted(NodeRef resource) {
  constexpr std::string_view deleted = "entered-in-error";
  return child_text(resource, "status") == deleted ||
         child_text(resource, "lifecycleStatus") == deleted ||
         child_text(child(child(resource, "verificationStatus"), "coding"), "code") == deleted;
}

std::string_view target_of(const Tree& tree, NodeId element, const Link& link) {
  const NodeRef at{&tree, element};
  return child_text(link.inner.empty() ? at : child(at, link.inner), "reference");
}

bool leads_to(const Tree& tree, const Link& link, std::string_view target) {
  for (auto node = child({&tree, tree.root()}, link.element).node; node != no_node;
       node = tree.next_same(node))
    if (target_of(tree, node, link) == target) return true;
  return false;
}

bool is_replaced(const Tree& patient) {
  for (auto node = child({&patient, patient.root()}, "link").node; node != no_node;
       node = patient.next_same(node))
    if (child_text({&patient, node}, "type") == "replaced-by") return true;
  return false;
}

}  // namespace

Links::Links(const model::Definitions& definitions, const Tree& bundle)
    : definitions_(definitions) {
  const NodeRef root{&bundle, bundle.root()};
  for (auto entry = child(root, "entry").node; entry != no_node; entry = bundle.next_same(entry)) {
    const auto resource = child({&bundle, entry}, "resource");
    if (!resource) continue;
    const auto id = child_text(resource, "id");
    Entry made;
    made.place = std::string(definitions.type_name(bundle[resource.node].type)) + "/";
    made.place += id;
    if (const auto mark = mark_of(resource)) made.action = child_text(mark, "code");
    made.deleted = is_deleted(resource);
    entries_.emplace(id, std::move(made));
  }
}

bool Links::named(std::string_view id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && !found->second.action.empty();
}

void Links::unmark(Tree& resource) const {
  const auto mark = mark_of({&resource, resource.root()});
  if (!mark) return;
  const auto meta = resource.parent(mark.node);
  resource.remove(mark.node);
  if (resource.first_child(meta) == no_node) resource.remove(meta);
}

// Whether the message takes a link of the entry's to `target` away.
bool Links::ends(const Entry& entry, std::string_view target) const {
  const auto place = read_reference(target);
  const auto found = entries_.find(place.id);
  if (found == entries_.end() || found->second.place != target) return false;
  return entry.action == "UN" || found->second.action == "UN" || found->second.deleted;
}

// What of the links the base lacks, or must not have.
void Links::gain(const Entry& entry, Tree& base, const Tree& incoming, const Tree& stored) const {
  const bool named = !entry.action.empty();  // then the base was made of what is stored
  const Tree& other = named ? incoming : stored;
  for (const auto& link : kept_links) {
    if (!entry.place.starts_with(link.type)) continue;
    NodeId next = no_node;
    for (auto node = child({&base, base.root()}, link.element).node; named && node != no_node;
         node = next) {
      next = base.next_same(node);
      const auto target = target_of(base, node, link);
      if (ends(entry, target) && !leads_to(incoming, link, target)) base.remove(node);
    }
    for (auto node = child({&other, other.root()}, link.element).node; node != no_node;
         node = other.next_same(node)) {
      const auto target = target_of(other, node, link);
      if (target.empty() || leads_to(base, link, target)) continue;
      if (named || !ends(entry, target)) base.copy(other, node, base.root());
    }
  }
}

Tree Links::settle(std::string_view id, Tree incoming, Tree stored) const {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return incoming;
  const bool patient = found->second.place.starts_with("Patient/");
  if (patient && is_replaced(stored)) return stored;
  Tree base(incoming.names());
  const Tree& from = found->second.action.empty() ? incoming : stored;
  base.set_type(base.root(), from[from.root()].type);
  base.set_name(base.root(), from[from.root()].name);
  const auto active = definitions_.names().find("active");
  const bool ends_here = patient && is_replaced(incoming);
  for (auto node = from.first_child(from.root()); node != no_node; node = from.next(node))
    if (!ends_here || from[node].name != active) base.copy(from, node, base.root());
  if (ends_here && incoming.child(incoming.root(), active) != no_node)
    base.copy(incoming, incoming.child(incoming.root(), active), base.root());
  gain(found->second, base, incoming, stored);
  return base;
}

}  // namespace fingerpost::exchange
