#include "model/xml_fits.h"

#include "model/json.h"
#include "wire/xml_names.h"

namespace fingerpost::model {
namespace {

NodeId first_refused(const Tree& tree, NodeId node) {
  if (wire::refused_character(tree.text(node)) != std::string_view::npos) return node;
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (const NodeId found = first_refused(tree, at); found != no_node) return found;
  return no_node;
}

}  // namespace

Result<void> fits_xml(const Definitions& definitions, const Tree& tree, NodeId node) {
  const NodeId found = first_refused(tree, node);
  if (found == no_node) return {};
  return Error{Kind::invalid, "holds a control character, which XML 1.0 cannot carry",
               location(definitions, tree, found)};
}

}  // namespace fingerpost::model
