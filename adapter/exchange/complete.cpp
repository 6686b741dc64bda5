#include "exchange/complete.h"

#include "exchange/neighbourhood.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view partial_code = "SUBSETTED";
constexpr std::string_view part_system = "urn:fingerpost:missing-part";
constexpr std::string_view any_referral = "3457005";  // of SNOMED CT: Patient referral

NodeId partial_tag(const Tree& tree, NodeId resource) {
  const auto meta = child({&tree, resource}, "meta").node;
  if (meta == no_node) return no_node;
  for (auto at = child({&tree, meta}, "tag").node; at != no_node; at = tree.next_same(at))
    if (child_text({&tree, at}, "code") == partial_code) return at;
  return no_node;
}

// The tags that say which parts of it the source has not told yet.
std::vector<std::pair<NodeId, std::string_view>> missing_parts(const Tree& tree) {
  std::vector<std::pair<NodeId, std::string_view>> found;
  const auto meta = child({&tree, tree.root()}, "meta").node;
  if (meta == no_node) return found;
  for (auto at = child({&tree, meta}, "tag").node; at != no_node; at = tree.next_same(at))
    if (child_text({&tree, at}, "system") == part_system)
      found.emplace_back(at, child_text({&tree, at}, "code"));
  return found;
}

// Everything below a node, so that two can be compared.
std::string content(const Tree& tree, NodeId node) {
  std::string out(tree.name_text(node));
  if (tree.has_value(node)) out.append("=").append(tree.text(node));
  out += '{';
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    out += content(tree, at);
  return out + '}';
}

std::set<std::string> contents(const Tree& tree, NodeId parent, std::string_view name) {
  std::set<std::string> found;
  if (parent == no_node) return found;
  for (auto at = child({&tree, parent}, name).node; at != no_node; at = tree.next_same(at))
    found.insert(content(tree, at));
  return found;
}

// The stored items of a list that it has not; all come behind its own.
void add_items(Tree& to, NodeId into, const Tree& from, NodeId parent, std::string_view name) {
  if (parent == no_node) return;
  const auto known = contents(to, into, name);
  std::vector<NodeId> missing;
  for (auto at = child({&from, parent}, name).node; at != no_node; at = from.next_same(at))
    if (known.count(content(from, at)) == 0) missing.push_back(at);
  for (const auto item : missing) {
    const auto last = to.add_grouped(into, from[item].name, from[item].type);
    for (auto at = from.first_child(item); at != no_node; at = from.next(at))
      to.copy(from, at, last);
  }
}

// What is missing in one and told in the other is missing no more. The resource is whole when the
// stored one is, and when each names what it misses and they miss nothing together.
void complete_parts(Tree& partial, const Tree& stored) {
  const bool is_whole = partial_tag(stored, stored.root()) == no_node;
  const auto theirs = missing_parts(stored);
  const auto mine = missing_parts(partial);
  std::size_t left = 0;
  for (const auto& [tag, part] : mine) {
    bool both = false;
    for (const auto& [other, name] : theirs) both = both || name == part;
    if (both)
      ++left;
    else if (is_whole || !theirs.empty())
      partial.remove(tag);
  }
  if (!is_whole && (mine.empty() || theirs.empty() || left > 0)) return;
  if (const auto tag = partial_tag(partial, partial.root()); tag != no_node) partial.remove(tag);
}

void complete_meta(Tree& partial, const Tree& stored) {
  const auto meta = child({&partial, partial.root()}, "meta").node;
  const auto stored_meta = child({&stored, stored.root()}, "meta").node;
  if (meta == no_node) return;
  add_items(partial, meta, stored, stored_meta, "security");
  complete_parts(partial, stored);
}

}  // namespace

bool names_missing_part(NodeRef resource) {
  return !missing_parts(*resource.tree).empty();
}

bool is_partial(NodeRef resource) {
  return partial_tag(*resource.tree, resource.node) != no_node;
}

bool says_error(NodeRef resource) {
  constexpr std::string_view error = "entered-in-error";
  return child_text(resource, "status") == error ||
         child_text(resource, "lifecycleStatus") == error ||
         child_text(child(child(resource, "verificationStatus"), "coding"), "code") == error;
}

void complete(Tree& partial, const Tree& stored) {
  constexpr std::array<std::string_view, 2> lists = {"note", "identifier"};
  const auto root = partial.root();
  complete_meta(partial, stored);
  const auto code = child({&partial, root}, "code").node;
  if (code != no_node && child_text(child({&partial, code}, "coding"), "code") == any_referral &&
      child({&stored, stored.root()}, "code").node != no_node)
    partial.remove(code);
  std::set<std::string_view> said = {"meta", "id"};
  for (auto at = partial.first_child(root); at != no_node; at = partial.next(at))
    said.insert(partial.name_text(at));
  for (const auto list : lists)
    if (said.count(list) > 0) add_items(partial, root, stored, stored.root(), list);
  for (auto at = stored.first_child(stored.root()); at != no_node; at = stored.next(at))
    if (said.count(stored.name_text(at)) == 0) partial.copy(stored, at, root);
}

void keep_items(Tree& resource, const Tree& stored, std::string_view list) {
  if (child({&stored, stored.root()}, list).node != no_node)
    add_items(resource, resource.root(), stored, stored.root(), list);
}

void keep_labels(Tree& resource, const Tree& stored) {
  const auto stored_meta = child({&stored, stored.root()}, "meta").node;
  if (stored_meta == no_node || child({&stored, stored_meta}, "security").node == no_node) return;
  auto meta = child({&resource, resource.root()}, "meta").node;
  if (meta == no_node)
    meta = resource.add(resource.root(), stored[stored_meta].name, stored[stored_meta].type);
  add_items(resource, meta, stored, stored_meta, "security");
}

}  // namespace fingerpost::exchange
