#include "exchange/links.h"

#include "exchange/complete.h"
#include "exchange/neighbourhood.h"

#include <string_view>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view actions = "http://terminology.hl7.org/CodeSystem/v2-0287";
constexpr std::string_view cleared = "urn:fingerpost:cleared";
constexpr std::string_view told_at = "urn:fingerpost:told";

// An element that leads to another resource, and where in it the reference stands.
struct Link {
  std::string_view type;
  std::string_view element;
  std::string_view inner;
};
constexpr Link kept_links[] = {
    {"CarePlan", "addresses", ""},      {"CarePlan", "goal", ""},
    {"CarePlan", "careTeam", ""},       {"CarePlan", "activity", "reference"},
    {"CarePlan", "supportingInfo", ""}, {"Goal", "addresses", ""},
    {"Goal", "outcomeReference", ""},   {"Condition", "evidence", "detail"},
    {"Patient", "link", "other"},
};

// The first tag of a system, in meta from `after` on.
NodeId tag_of(NodeRef meta, std::string_view system, NodeId after = no_node) {
  if (!meta) return no_node;
  const Tree& tree = *meta.tree;
  for (auto tag = after == no_node ? child(meta, "tag").node : tree.next_same(after);
       tag != no_node; tag = tree.next_same(tag))
    if (child_text({&tree, tag}, "system") == system) return tag;
  return no_node;
}

// What a partner tells again and again, more of it or less.
bool keeps_unsaid(std::string_view place) {
  constexpr std::string_view types[] = {"Patient/", "Goal/", "Condition/", "CarePlan/"};
  for (const auto type : types)
    if (place.starts_with(type)) return true;
  return false;
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

bool is_replaced(NodeRef patient) {
  const Tree& tree = *patient.tree;
  for (auto node = child(patient, "link").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "type") == "replaced-by") return true;
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
    const auto meta = child(resource, "meta");
    if (const auto mark = tag_of(meta, actions); mark != no_node)
      made.action = child_text({&bundle, mark}, "code");
    for (auto tag = tag_of(meta, cleared); tag != no_node; tag = tag_of(meta, cleared, tag))
      made.cleared.emplace(child_text({&bundle, tag}, "code"));
    if (const auto tag = tag_of(meta, told_at); tag != no_node)
      made.told = child_text({&bundle, tag}, "code");
    made.deleted = says_error(resource);
    made.replaced = is_replaced(resource);
    entries_.emplace(id, std::move(made));
  }
}

bool Links::named(std::string_view id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && !found->second.action.empty();
}

bool Links::holds(std::string_view id) const {
  return entries_.find(id) != entries_.end();
}

std::string_view Links::told(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::string_view() : found->second.told;
}

bool Links::replaced(std::string_view id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.replaced;
}

void Links::moved(const std::string& from, const std::string& to) {
  auto node = entries_.extract(from);
  if (!node) return;
  node.key() = to;
  node.mapped().place = node.mapped().place.substr(0, node.mapped().place.find('/') + 1) + to;
  entries_.insert(std::move(node));
}

void Links::unmark(Tree& resource) const {
  const auto meta = child({&resource, resource.root()}, "meta");
  if (!meta) return;
  for (const auto system : {actions, cleared, told_at})
    for (auto tag = tag_of(meta, system); tag != no_node; tag = tag_of(meta, system))
      resource.remove(tag);
  if (resource.first_child(meta.node) == no_node) resource.remove(meta.node);
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

// A field that is left out says nothing of what is known (2.5.3.1): only one that is valued
// replaces it, and only "" takes it away. Of notes each stays. That a problem has ended goes with
// its status.
void Links::keep_unsaid(const Entry& entry, Tree& base, const Tree& stored) const {
  std::set<std::string_view> said = {"id", "meta", "active"};
  for (auto node = base.first_child(base.root()); node != no_node; node = base.next(node))
    said.insert(base.name_text(node));
  for (const auto& link : kept_links)
    if (entry.place.starts_with(link.type)) said.insert(link.element);
  if (said.count("clinicalStatus") > 0) said.insert("abatement");
  for (auto node = stored.first_child(stored.root()); node != no_node; node = stored.next(node))
    if (said.count(stored.name_text(node)) == 0 && entry.cleared.count(stored.name_text(node)) == 0)
      base.copy(stored, node, base.root());
  if (said.count("note") > 0) keep_items(base, stored, "note");
}

Tree Links::settle(std::string_view id, Tree incoming, Tree stored) const {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return incoming;
  const bool patient = found->second.place.starts_with("Patient/");
  if (patient && is_replaced({&stored, stored.root()})) return stored;
  Tree base(incoming.names());
  const Tree& from = found->second.action.empty() ? incoming : stored;
  base.set_type(base.root(), from[from.root()].type);
  base.set_name(base.root(), from[from.root()].name);
  const auto active = definitions_.names().find("active");
  const bool ends_here = patient && is_replaced({&incoming, incoming.root()});
  for (auto node = from.first_child(from.root()); node != no_node; node = from.next(node))
    if (!ends_here || from[node].name != active) base.copy(from, node, base.root());
  if (ends_here && incoming.child(incoming.root(), active) != no_node)
    base.copy(incoming, incoming.child(incoming.root(), active), base.root());
  gain(found->second, base, incoming, stored);
  const bool ended = found->second.deleted || says_error({&stored, stored.root()});
  if (keeps_unsaid(found->second.place) && !ended) keep_unsaid(found->second, base, stored);
  keep_labels(base, stored);
  return base;
}

}  // namespace fingerpost::exchange
