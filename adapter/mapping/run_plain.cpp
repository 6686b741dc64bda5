// The commonest rules: names alone to the source, one step to the target, a text or an element put
// there. What run_source.cpp and run_target.cpp do for all rules, without asking what does not
// apply here.

#include "mapping/run.h"

#include <utility>

namespace fingerpost::mapping {

// A source that is its context itself, or children of one name below it. `done` false: it is none
// of these, or has a condition and several items, for conditions are all tested before the first
// item does anything.
bool Run::simple_source(const Rule& rule, Index source_index, bool& done) {
  const Source& source = program_.sources[rule.sources.first + source_index];
  const Value& context = slot(source.context);
  done = true;
  if (context.none()) return true;
  if (source.steps.count == 0) return simple_item(rule, source_index, Value(context));
  done = context.is_node() && context.node().tree != &tree_;
  if (!done) return true;
  const Tree& tree = *context.node().tree;
  const std::span way(program_.steps.data() + source.steps.first, source.steps.count);
  NodeId at = context.node().node;
  NodeId next = no_node;
  for (const PathStep& step : way) {
    done = next == no_node;  // else there are several to go on from
    if (!done) return true;
    const NodeId from = std::exchange(at, tree.child(at, step.name));
    if (at == no_node && step.is_value && tree.has_value(from)) at = from;
    done = at != no_node || !step.typed || tree[from].type == no_type;
    if (at == no_node) return true;
    next = at == from ? no_node : tree.next_same(at);
  }
  if (next == no_node) return simple_item(rule, source_index, NodeRef{&tree, at});
  done = source.bare;
  while (done && at != no_node) {
    if (!simple_item(rule, source_index, NodeRef{&tree, at})) return false;
    at = next;
    next = at == no_node ? no_node : tree.next_same(at);
  }
  return true;
}

bool Run::simple_item(const Rule& rule, Index source_index, const Value& item) {
  const Source& source = program_.sources[rule.sources.first + source_index];
  const NodeRef outer = current_;
  const Value outer_item = item_;
  if (source.condition != none) {
    bool holds = false;
    slot(source.variable) = item;
    if (!test(source.condition, item, holds)) return false;
    if (!holds) return true;
  }
  if (!with_item(rule, source_index, source, item)) return false;
  current_ = outer;
  item_ = outer_item;
  return true;
}

// What an element of a parent of this type is.
Only Run::only(TypeId parent, const PathStep& step) const {
  return parent == step.parent ? step.only
                               : only_type(program_, definitions().element(parent, step.name));
}

// `done` false: the target is not of this sort after all, and nothing was done.
bool Run::plain_target(const Target& target, NodeId parent, bool& done) {
  const PathStep& step = program_.steps[target.steps.first];
  const TypeId type = tree_[parent].type;
  const bool own = step.is_value && form(type) != Form::complex;
  const Only element = type == no_type || own ? Only() : only(type, step);
  const bool afresh = target.transform == Transform::create;
  done = element.element != nullptr && (afresh || element.type != no_type);
  if (!done) return true;
  if (target.plain == Plain::element) {
    const TypeId made = afresh ? target.type : element.type;
    done = made != no_type;
    if (done)
      slot(target.variable) =
          NodeRef{&tree_, plain_element(parent, step.name, *element.element, made, afresh)};
    return true;
  }
  done = element.form == Form::text || element.form == Form::date_time;
  return !done || plain_text(target, parent, step.name, element);
}

bool Run::plain_text(const Target& target, NodeId parent, NameId name, const Only& element) {
  Value value;
  const bool copy = target.transform == Transform::copy;
  if (copy ? !argument(program_.arguments[target.arguments.first], value)
           : !transform_value(target, value))
    return false;
  if (is_nothing(value)) return true;
  std::string_view text;
  if (value.kind() == Value::Kind::string) text = value.string();
  if (value.is_node()) text = value.node().tree->text(value.node().node);
  if (text.empty()) {  // another kind of value
    Value made;
    const Place place{parent, name, element.element, no_type, false};
    if (!put(target, place, value, made)) return false;
    slot(target.variable) = made;
    return true;
  }
  mark(value, Read::value);
  const NodeId node = plain_element(parent, name, *element.element, element.type, true);
  out_.set(node, Shape::string, text);
  slot(target.variable) = NodeRef{&tree_, node};
  return true;
}

// afresh: what is there already, of an element that may be there once, is emptied.
NodeId Run::plain_element(NodeId parent, NameId name, const model::Element& element, TypeId type,
                          bool afresh) {
  const NodeId old = element.repeats() ? no_node : tree_.child(parent, name);
  if (old == no_node) return out_.add(parent, name, type);
  if (afresh) {
    out_.clear(old);
    out_.set_type(old, type);
  }
  return old;
}

}  // namespace fingerpost::mapping
