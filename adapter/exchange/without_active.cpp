#include "exchange/without_active.h"

#include "model/json.h"
#include "profile/active_content.h"

#include <utility>

namespace fingerpost::exchange {

void leave_out_active(const model::Definitions& definitions, Tree& tree, Issues& issues) {
  for (const auto div : profile::active_narratives(definitions, tree, tree.root())) {
    issues.push_back({Severity::warning, "invariant", model::location(definitions, tree, div),
                      "a narrative that may run or load something was left out"});
    auto node = tree.parent(div);  // its status alone is no narrative
    while (tree.parent(node) != tree.root() && tree.first_child(tree.parent(node)) == node &&
           tree.next(node) == no_node)
      node = tree.parent(node);
    tree.remove(node);
  }
}

}  // namespace fingerpost::exchange
