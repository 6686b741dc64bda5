#include "command/print_bundle.h"

#include "model/json.h"

#include <ostream>
#include <string>

namespace fingerpost::command {

void print_bundle(const model::Definitions& definitions, const Tree& tree, std::ostream& out) {
  const auto entry = tree.names().find("entry");
  const auto first = tree.child(tree.root(), entry);
  Tree head(tree.names());
  head.set_type(head.root(), tree[tree.root()].type);
  for (auto at = tree.first_child(tree.root()); at != no_node; at = tree.next(at))
    if (tree[at].name != entry) head.copy(tree, at, head.root());
  std::string text;
  model::write_json(definitions, head, head.root(), text);
  if (first != no_node) {
    text.pop_back();
    text += R"(,"entry":[)";
  }
  for (auto at = first; at != no_node; at = tree.next_same(at)) {
    if (at != first) text += ',';
    model::write_json(definitions, tree, at, text);
    out << text;
    text.clear();
  }
  out << text << (first == no_node ? "" : "]}");
}

}  // namespace fingerpost::command
