// A tree by its element names: for resources that may be of a later release than the definitions.

#pragma once

#include "fingerpost/tree.h"

#include <string_view>

namespace fingerpost::terminology {

struct Elements {
  const Tree& tree;

  NodeId child(NodeId node, std::string_view name) const {
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
      if (tree.name_text(at) == name) return at;
    return no_node;
  }
  std::string_view text(NodeId node, std::string_view name) const {
    const NodeId found = child(node, name);
    return found == no_node ? std::string_view() : tree.text(found);
  }
  template <class Use>
  void each(NodeId node, std::string_view name, Use use) const {
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
      if (tree.name_text(at) == name) use(at);
  }
};

}  // namespace fingerpost::terminology
