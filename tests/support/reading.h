// A FHIR tree that was read or made, to pick texts from by name.

#pragma once

#include "fingerpost/tree.h"
#include "support/definitions.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::test {

// A view: the tree must outlive it.
class Reader {
 public:
  explicit Reader(const Tree& tree) : tree_(tree) {}

  const Tree& tree() const { return tree_; }
  std::vector<NodeId> all(NodeId node, std::string_view name) const {
    std::vector<NodeId> found;
    for (auto at = one(node, name); at != no_node; at = tree_.next_same(at)) found.push_back(at);
    return found;
  }
  NodeId one(NodeId node, std::string_view name) const {
    return tree_.child(node, tree_.names().find(name));
  }
  // "" where it is not there.
  std::string text(NodeId node, std::string_view name) const {
    const auto found = node == no_node ? no_node : one(node, name);
    return found == no_node ? "" : std::string(tree_.text(found));
  }
  // Of the entries of a Bundle.
  std::vector<NodeId> resources(NodeId bundle, std::string_view type) const {
    std::vector<NodeId> found;
    for (const auto entry : all(bundle, "entry")) {
      const auto resource = one(entry, "resource");
      if (resource != no_node && definitions().type_name(tree_[resource].type) == type)
        found.push_back(resource);
    }
    return found;
  }

 private:
  const Tree& tree_;
};

}  // namespace fingerpost::test
