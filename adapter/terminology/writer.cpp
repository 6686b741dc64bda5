#include "terminology/writer.h"

namespace fingerpost::terminology {

NodeId Writer::valued(NodeId parent, std::string_view element, std::string_view type,
                      std::string_view value, std::string_view system) const {
  const TypeId id = definitions.find(type);
  const auto& types = definitions.common();
  if (id == types.coding) {
    const NodeId coding = object(parent, element, id);
    text(coding, "system", types.uri, system);
    text(coding, "code", types.code, value);
    return coding;
  }
  Shape shape = Shape::string;
  if (id == types.boolean) shape = Shape::boolean;
  if (id == types.integer || id == types.decimal) shape = Shape::number;
  return put(parent, element, id, shape, value);
}

NodeId Writer::part(NodeId parent, std::string_view named) const {
  const TypeId type = definitions.find("Parameters.parameter");
  const bool top = tree.parent(parent) == no_node;
  const NodeId made = object(parent, top ? "parameter" : "part", type);
  text(made, "name", definitions.common().string, named);
  return made;
}

Tree make_resource(const model::Definitions& definitions, std::string_view type) {
  Tree tree(definitions.names());
  tree.set_type(tree.root(), definitions.find(type));
  return tree;
}

}  // namespace fingerpost::terminology
