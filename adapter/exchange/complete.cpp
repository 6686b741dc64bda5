#include "exchange/complete.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view partial_code = "SUBSETTED";
constexpr std::string_view any_referral = "3457005";  // of SNOMED CT: Patient referral

NodeId child_of(const Tree& tree, NodeId node, std::string_view name) {
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (tree.name_text(at) == name) return at;
  return no_node;
}

std::string_view text_at(const Tree& tree, NodeId node,
                         std::initializer_list<std::string_view> way) {
  for (const auto name : way)
    if (node != no_node) node = child_of(tree, node, name);
  return node == no_node ? std::string_view() : tree.text(node);
}

NodeId partial_tag(const Tree& tree, NodeId resource) {
  const auto meta = child_of(tree, resource, "meta");
  if (meta == no_node) return no_node;
  for (auto at = child_of(tree, meta, "tag"); at != no_node; at = tree.next_same(at))
    if (text_at(tree, at, {"code"}) == partial_code) return at;
  return no_node;
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
  for (auto at = child_of(tree, parent, name); at != no_node; at = tree.next_same(at))
    found.insert(content(tree, at));
  return found;
}

// The stored items of a list that it has not; all come behind its own.
void add_items(Tree& to, NodeId into, const Tree& from, NodeId parent, std::string_view name) {
  if (parent == no_node) return;
  const auto known = contents(to, into, name);
  std::vector<NodeId> missing;
  for (auto at = child_of(from, parent, name); at != no_node; at = from.next_same(at))
    if (known.count(content(from, at)) == 0) missing.push_back(at);
  for (const auto item : missing) {
    const auto last = to.add_grouped(into, from[item].name, from[item].type);
    for (auto at = from.first_child(item); at != no_node; at = from.next(at))
      to.copy(from, at, last);
  }
}

void complete_meta(Tree& partial, const Tree& stored) {
  const auto meta = child_of(partial, partial.root(), "meta");
  const auto stored_meta = child_of(stored, stored.root(), "meta");
  if (meta == no_node) return;
  add_items(partial, meta, stored, stored_meta, "security");
  if (partial_tag(stored, stored.root()) != no_node) return;
  if (const auto tag = partial_tag(partial, partial.root()); tag != no_node) partial.remove(tag);
}

}  // namespace

bool is_partial(NodeRef resource) {
  return partial_tag(*resource.tree, resource.node) != no_node;
}

bool says_error(NodeRef resource) {
  constexpr std::string_view error = "entered-in-error";
  const auto& tree = *resource.tree;
  return text_at(tree, resource.node, {"status"}) == error ||
         text_at(tree, resource.node, {"lifecycleStatus"}) == error ||
         text_at(tree, resource.node, {"verificationStatus", "coding", "code"}) == error;
}

void complete(Tree& partial, const Tree& stored) {
  constexpr std::array<std::string_view, 2> lists = {"note", "identifier"};
  const auto root = partial.root();
  complete_meta(partial, stored);
  const auto code = child_of(partial, root, "code");
  if (code != no_node && text_at(partial, code, {"coding", "code"}) == any_referral &&
      child_of(stored, stored.root(), "code") != no_node)
    partial.remove(code);
  std::set<std::string_view> said = {"meta", "id"};
  for (auto at = partial.first_child(root); at != no_node; at = partial.next(at))
    said.insert(partial.name_text(at));
  for (const auto list : lists)
    if (said.count(list) > 0) add_items(partial, root, stored, stored.root(), list);
  for (auto at = stored.first_child(stored.root()); at != no_node; at = stored.next(at))
    if (said.count(stored.name_text(at)) == 0) partial.copy(stored, at, root);
}

}  // namespace fingerpost::exchange
