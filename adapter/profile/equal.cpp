#include "profile/equal.h"

#include <algorithm>
#include <vector>

namespace fingerpost::profile {
namespace {

bool same_value(NodeRef a, NodeRef b) {
  const bool has = a.tree->has_value(a.node);
  if (has != b.tree->has_value(b.node)) return false;
  return !has || a.tree->text(a.node) == b.tree->text(b.node);
}

// Names of two trees: the same number when a definition knows them, else the same text.
bool same_name(NodeRef a, NodeRef b) {
  const NameId left = (*a.tree)[a.node].name;
  const NameId right = (*b.tree)[b.node].name;
  if (left < first_local_name || right < first_local_name) return left == right;
  return a.tree->name_text(a.node) == b.tree->name_text(b.node);
}

// The children but the id, grouped by nothing: repetitions keep their order.
std::vector<NodeRef> parts(NodeRef of, NameId id) {
  std::vector<NodeRef> found;
  for (NodeId at = of.tree->first_child(of.node); at != no_node; at = of.tree->next(at))
    if ((*of.tree)[at].name != id) found.push_back({of.tree, at});
  return found;
}

bool may(const Spend& spend, std::size_t parts) {
  return !spend || spend(parts);
}

// Many parts are sorted by their names, those of one name in their order.
bool equal_sorted(std::vector<NodeRef> have, std::vector<NodeRef> want, const Spend& spend) {
  const auto name = [](NodeRef at) { return at.tree->name_text(at.node); };
  const auto before = [&](NodeRef a, NodeRef b) { return name(a) < name(b); };
  std::stable_sort(have.begin(), have.end(), before);
  std::stable_sort(want.begin(), want.end(), before);
  return std::equal(have.begin(), have.end(), want.begin(),
                    [&](NodeRef a, NodeRef b) { return same_name(a, b) && equal(a, b, spend); });
}

}  // namespace

bool equal(NodeRef value, NodeRef fixed, const Spend& spend) {
  if (!same_value(value, fixed)) return false;
  const NameId id = value.tree->names().find("id");
  const auto have = parts(value, id);
  const auto want = parts(fixed, id);
  if (!may(spend, have.size()) || have.size() != want.size()) return false;
  constexpr std::size_t few = 16;
  if (have.size() > few) return equal_sorted(have, want, spend);
  // The order between different elements says nothing: each is sought from its own kind.
  std::vector<bool> used(have.size());
  for (const auto& part : want) {
    std::size_t at = 0;
    while (at < have.size() && (used[at] || !same_name(have[at], part))) ++at;
    if (at == have.size() || !equal(have[at], part, spend)) return false;
    used[at] = true;
  }
  return true;
}

bool fits(NodeRef value, NodeRef pattern, const Spend& spend) {
  if (pattern.tree->has_value(pattern.node) && !same_value(value, pattern)) return false;
  const NameId id = value.tree->names().find("id");
  const auto have = parts(value, id);
  for (const auto& part : parts(pattern, id)) {
    if (!may(spend, have.size())) return false;
    bool met = false;
    for (const auto& candidate : have) {
      if (same_name(candidate, part) && fits(candidate, part, spend)) {
        met = true;
        break;
      }
    }
    if (!met) return false;
  }
  return true;
}

}  // namespace fingerpost::profile
