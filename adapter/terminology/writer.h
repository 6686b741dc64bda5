// FHIR elements put into a tree by name, for the answers of operations.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "terminology/content.h"

#include <string_view>

namespace fingerpost::terminology {

struct Writer {
  const model::Definitions& definitions;
  Tree& tree;

  Writer(const model::Definitions& by, Tree& to) : definitions(by), tree(to) {}

  NameId name(std::string_view text) const {
    const NameId known = definitions.names().find(text);
    return known == no_name ? tree.local_name(text) : known;
  }
  NodeId object(NodeId parent, std::string_view element, TypeId type) const {
    return tree.add(parent, name(element), type);
  }
  // No value is no element.
  NodeId text(NodeId parent, std::string_view element, TypeId type, std::string_view value) const {
    return value.empty() ? no_node : put(parent, element, type, Shape::string, value);
  }
  NodeId flag(NodeId parent, std::string_view element, bool value) const {
    return put(parent, element, definitions.common().boolean, Shape::boolean,
               value ? "true" : "false");
  }
  NodeId number(NodeId parent, std::string_view element, TypeId type, std::size_t value) const {
    return put(parent, element, type, Shape::number, std::to_string(value));
  }
  // A value of a type known by its name; a Coding has a system and a code.
  NodeId valued(NodeId parent, std::string_view element, std::string_view type,
                std::string_view value, std::string_view system = {}) const;

  // The part of Parameters called `named`, under `parent`, a Parameters or another part.
  NodeId part(NodeId parent, std::string_view named) const;
  void part(NodeId parent, std::string_view named, TypeId type, std::string_view value) const {
    if (!value.empty()) text(part(parent, named), "value", type, value);
  }
  void part(NodeId parent, std::string_view named, bool value) const {
    flag(part(parent, named), "value", value);
  }

 private:
  NodeId put(NodeId parent, std::string_view element, TypeId type, Shape shape,
             std::string_view value) const {
    const NodeId made = tree.add(parent, name(element), type);
    tree.set(made, shape, value);
    return made;
  }
};

// A new resource of that type.
Tree make_resource(const model::Definitions& definitions, std::string_view type);

}  // namespace fingerpost::terminology
