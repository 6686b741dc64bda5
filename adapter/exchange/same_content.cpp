#include "exchange/same_content.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

using Members = std::vector<std::pair<std::string_view, NodeId>>;

// In order of their names; repetitions stay as they stand.
Members members_of(NodeRef node) {
  const Tree& tree = *node.tree;
  Members found;
  for (auto at = tree.first_child(node.node); at != no_node; at = tree.next(at))
    found.emplace_back(tree.name_text(at), at);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return found;
}

void drop(Members& members, std::string_view name) {
  std::erase_if(members, [name](const auto& member) { return member.first == name; });
}

bool has(const Members& members, std::string_view name) {
  return std::any_of(members.begin(), members.end(),
                     [name](const auto& member) { return member.first == name; });
}

std::string_view local(std::string_view reference, std::string_view base) {
  if (!base.empty() && reference.starts_with(base) &&
      reference.substr(base.size()).starts_with('/'))
    reference.remove_prefix(base.size() + 1);
  return reference;
}

bool same(NodeRef sent, NodeRef found, std::string_view base);

bool same(const Tree& sent, const Members& ours, const Tree& found, const Members& theirs,
          std::string_view base) {
  if (ours.size() != theirs.size()) return false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const auto& [name, node] = ours[i];
    if (name != theirs[i].first) return false;
    if (!same({&sent, node}, {&found, theirs[i].second}, base)) return false;
  }
  return true;
}

bool same(NodeRef sent, NodeRef found, std::string_view base) {
  const Tree& ours = *sent.tree;
  const Tree& theirs = *found.tree;
  if (ours[sent.node].type != theirs[found.node].type) return false;
  if (ours[sent.node].shape != theirs[found.node].shape) return false;
  auto text = ours.text(sent.node);
  auto other = theirs.text(found.node);
  if (ours.name_text(sent.node) == "reference") {
    text = local(text, base);
    other = local(other, base);
  }
  return text == other && same(ours, members_of(sent), theirs, members_of(found), base);
}

}  // namespace

bool same_content(NodeRef sent, NodeRef found, std::string_view base) {
  if ((*sent.tree)[sent.node].type != (*found.tree)[found.node].type) return false;
  auto ours = members_of(sent);
  auto theirs = members_of(found);
  for (auto* members : {&ours, &theirs}) drop(*members, "meta");
  if (!has(ours, "text")) drop(theirs, "text");
  return same(*sent.tree, ours, *found.tree, theirs, base);
}

}  // namespace fingerpost::exchange
