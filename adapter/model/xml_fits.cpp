#include "model/xml_fits.h"

#include "model/json.h"
#include "model/xhtml.h"
#include "wire/xml_names.h"

#include <optional>
#include <utility>

namespace fingerpost::model {
namespace {

const char* refusal(const Definitions& definitions, const Tree& tree, NodeId node) {
  if (wire::refused_character(tree.text(node)) != std::string_view::npos)
    return "holds a control character, which XML 1.0 cannot carry";
  if (tree[node].type == definitions.common().xhtml && tree.has_value(node) &&
      div_of(tree.text(node)).kind != Div::Kind::xhtml)
    return "is no div in the namespace of XHTML, which alone is a narrative in XML";
  return nullptr;
}

std::optional<Error> first_refused(const Definitions& definitions, const Tree& tree, NodeId node) {
  if (const char* why = refusal(definitions, tree, node))
    return Error{Kind::invalid, why, location(definitions, tree, node)};
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (auto found = first_refused(definitions, tree, at)) return found;
  return {};
}

}  // namespace

Result<void> fits_xml(const Definitions& definitions, const Tree& tree, NodeId node) {
  if (auto refused = first_refused(definitions, tree, node)) return *std::move(refused);
  return {};
}

}  // namespace fingerpost::model
