// Elements into elements: deep copies, the maps' default groups, and types that only changed
// release.

#include "mapping/run.h"

namespace fingerpost::mapping {

// Fills a new element from a source element: as it is when the types are the same, or by elements
// of the same name.
bool Run::fill(NodeId node, NodeRef source) {
  const TypeId from = (*source.tree)[source.node].type;
  const TypeId to = tree_[node].type;
  if (from == to || to == no_type) {
    out_.copy_into(node, source);
    mark(source, Read::subtree);
    return true;
  }
  const bool same_name =
      from != no_type && definitions().type(from).name == definitions().type(to).name;
  if (program_.groups[group_].dialect == Dialect::extended && same_name)
    return convert(node, source);
  if (definitions().is_a(from, to)) {
    out_.copy_into(node, source);
    mark(source, Read::subtree);
    return true;
  }
  return fail(Kind::invalid, "no default group turns a " +
                                 std::string(definitions().type_name(from)) + " into a " +
                                 std::string(definitions().type_name(to)));
}

// The same type of another release: what both know is taken over, the rest stays unread, so that
// the loss report tells it.
bool Run::convert(NodeId node, NodeRef source) {
  const Tree& tree = *source.tree;
  if (tree.has_value(source.node)) {
    if (!set_value(node, tree_[node].type, Value(source))) return false;
  }
  for (NodeId at = tree.first_child(source.node); at != no_node; at = tree.next(at))
    if (!convert_child(node, {source.tree, at})) return false;
  return true;
}

bool Run::convert_child(NodeId node, NodeRef child) {
  const Tree& tree = *child.tree;
  const NameId name = tree[child.node].name;
  const auto* element = definitions().element(tree_[node].type, name);
  if (element == nullptr) return true;
  if (!element->repeats() && tree_.child(node, name) != no_node) return true;
  const TypeId from = tree[child.node].type;
  TypeId to = same_named(*element, from);
  if (to == no_type && form(from) != Form::complex) {
    for (const auto& type : definitions().types_of(*element))
      if (to == no_type && form(type.type) != Form::complex) to = type.type;
  }
  if (to == no_type) return true;
  const NodeId made = out_.add(node, name, to);
  if (const Index group = default_group(from, to); group != none) {
    const Value arguments[] = {Value(child), Value(NodeRef{&tree_, made})};
    return enter(group, arguments);
  }
  if (from == to) {
    out_.copy_into(made, child);
    mark(child, Read::subtree);
    return true;
  }
  return convert(made, child);
}

// The element's type that is this one, or has its name.
TypeId Run::same_named(const model::Element& element, TypeId type) const {
  const auto types = definitions().types_of(element);
  for (const auto& known : types)
    if (known.type == type) return type;
  for (const auto& known : types)
    if (definitions().type(known.type).name == definitions().type(type).name) return known.type;
  return no_type;
}

// The group for this pair of types, or the nearest bases of theirs.
Index Run::find_default(Index defaults, TypeId source, TypeId target) const {
  const auto& table = program_.defaults[defaults];
  for (TypeId from = source; from != no_type; from = definitions().type(from).base)
    for (TypeId to = target; to != no_type; to = definitions().type(to).base)
      if (const auto found = table.by_types.find(Defaults::key(from, to));
          found != table.by_types.end())
        return found->second;
  return none;
}

Index Run::default_group(TypeId source, TypeId target) {
  const Index defaults = program_.groups[group_].defaults;
  if (program_.defaults[defaults].by_types.empty()) return none;
  if (chosen_.empty()) chosen_.resize(1024);
  auto& known = chosen_[(source * 0x9e3779b1u + target * 31) % chosen_.size()];
  if (known.defaults != defaults || known.source != source || known.target != target)
    known = {defaults, source, target, find_default(defaults, source, target)};
  return known.group;
}

// src.a -> tgt.b; with nothing more said.
bool Run::shorthand(const Rule& rule) {
  const Target& target = program_.targets[rule.targets.first];
  const Value context = slot(target.context);
  if (context.none() || is_nothing(item_)) return true;
  if (!context.is_node() || context.node().tree != &tree_)
    return fail(Kind::invalid, "a target must be an element of the result");
  Place place;
  if (!find_place(target, context.node().node, place)) return false;
  if (item_.is_node()) return copy_by_type(target, place, item_.node());
  Value made;
  return put(target, place, item_, made);
}

bool Run::copy_by_type(const Target& target, const Place& place, NodeRef source) {
  const TypeId from = (*source.tree)[source.node].type;
  if (place.element != nullptr && !place.own && from != no_type) {
    TypeId to = created_type(place, Value(source));
    if (to != no_type && definitions().type(to).abstract) to = no_type;
    const Index group = to == no_type ? none : default_group(from, to);
    if (group != none) {
      NodeId made = no_node;
      if (!create(target, place, to, true, made)) return false;
      const Value arguments[] = {Value(source), Value(NodeRef{&tree_, made})};
      return enter(group, arguments);
    }
  }
  Value made;
  if (!put(target, place, Value(source), made)) return false;
  // A plain value brings its id and extensions along.
  if (!made.is_node() || from == no_type || form(from) == Form::complex || place.own) return true;
  const Tree& tree = *source.tree;
  for (NodeId at = tree.first_child(source.node); at != no_node; at = tree.next(at))
    if (!convert_child(made.node().node, {source.tree, at})) return false;
  return true;
}

}  // namespace fingerpost::mapping
