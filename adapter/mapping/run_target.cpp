// Where a rule's targets go, and how a value takes the form its element has.

#include "base/text.h"
#include "mapping/run.h"

namespace fingerpost::mapping {

bool Run::target(const Target& target) {
  slot(target.variable) = Value();
  if (target.context == no_slot) return transform_value(target, slot(target.variable));
  const Value context = slot(target.context);
  if (context.none()) return true;
  if (!context.is_node() || context.node().tree != &tree_)
    return fail(Kind::invalid, "a target must be an element of the result");
  const NodeId node = context.node().node;
  if (target.plain != Plain::no) {
    bool done = false;
    if (!plain_target(target, node, done)) return false;
    if (done) return true;
  }
  if (target.steps.count == 0) {
    slot(target.variable) = context;
    if (target.transform == Transform::none) return true;
    Value value;
    if (!transform_value(target, value)) return false;
    return is_nothing(value) || set_value(node, tree_[node].type, value);
  }
  Place place;
  if (!find_place(target, node, place)) return false;
  if (builds(target)) {
    Value made;
    if (!build(target, place, made)) return false;
    slot(target.variable) = made;
    return true;
  }
  if (target.transform == Transform::none || target.transform == Transform::create) {
    const bool afresh = target.transform == Transform::create;
    const TypeId type = afresh ? target.type : created_type(place, item_);
    NodeId made = no_node;
    if (!create(target, place, type, afresh, made)) return false;
    slot(target.variable) = NodeRef{&tree_, made};
    return true;
  }
  if (target.transform != Transform::evaluate) {
    Value value;
    Value made;
    if (!transform_value(target, value) || !put(target, place, value, made)) return false;
    slot(target.variable) = made;
    return true;
  }
  path::Collection values;
  if (!evaluated(target, values)) return false;
  const bool several = program_.groups[group_].dialect == Dialect::extended &&
                       (place.element == nullptr || place.element->repeats());
  if (values.size() > 1 && !several)
    return fail(Kind::invalid, "an expression gave several values where one belongs");
  for (const auto& value : values) {
    Value made;
    if (!put(target, place, value, made)) return false;
    slot(target.variable) = made;
  }
  return true;
}

// Goes down the target's path, making what is not there; the last step is the place.
bool Run::find_place(const Target& target, NodeId context, Place& place) {
  for (Index i = 0; i + 1 < target.steps.count; ++i) {
    if (!place_of(context, program_.steps[target.steps.first + i], place)) return false;
    NodeId next = tree_.child(context, place.name);
    if (next == no_node && !create(Target(), place, created_type(place, Value()), false, next))
      return false;
    context = next;
  }
  return place_of(context, program_.steps[target.steps.first + target.steps.count - 1], place);
}

bool Run::place_of(NodeId parent, const PathStep& step, Place& place) {
  place = {parent, step.name, nullptr, no_type, false};
  const TypeId type = tree_[parent].type;
  if (type == no_type) return true;
  place.element = type == step.parent ? step.element : definitions().element(type, step.name);
  if (step.is_value && form(type) != Form::complex) {
    place.own = true;
    return true;
  }
  if (place.element != nullptr) return true;
  if (step.typed) {
    const auto member = definitions().member(type, step.name);
    if (member.element != nullptr) {
      place.element = member.element;
      place.name = member.element->name;
      place.type = member.type;
      return true;
    }
  }
  return fail(Kind::invalid, std::string(definitions().type_name(type)) + " has no element " +
                                 std::string(definitions().names().text(step.name)));
}

// The type of an element made without a word on it.
TypeId Run::created_type(const Place& place, const Value& source) const {
  if (place.type != no_type) return place.type;
  if (place.element == nullptr) return no_type;
  const auto types = definitions().types_of(*place.element);
  if (types.size() == 1) return types[0].type;
  if (!source.is_node()) return no_type;
  const TypeId type = (*source.node().tree)[source.node().node].type;
  const auto& table = program_.defaults[program_.groups[group_].defaults];
  if (const auto found = table.by_source.find(type); found != table.by_source.end()) {
    const auto& group = program_.groups[found->second];
    return program_.group_parameters[group.parameters.first + 1].type;
  }
  return same_named(*place.element, type);
}

// afresh: an element that may be there once is emptied first. Otherwise it is shared.
bool Run::create(const Target& target, const Place& place, TypeId type, bool afresh, NodeId& made) {
  if (place.own) {
    made = place.parent;
    return true;
  }
  if (type == no_type && place.element != nullptr)
    return fail(Kind::invalid, "the type of " +
                                   std::string(definitions().names().text(place.name)) +
                                   " must be given, by create('…')");
  const std::uint64_t share = (std::uint64_t{place.parent} << 32) | target.share;
  if (target.list == TargetList::share)
    if (const auto known = shares_.find(share); known != shares_.end()) {
      made = known->second;
      return true;
    }
  const bool once = place.element != nullptr && !place.element->repeats();
  const NodeId old =
      once || target.list == TargetList::single ? tree_.child(place.parent, place.name) : no_node;
  if (old != no_node && target.list == TargetList::single)
    return fail(Kind::invalid, "there is a value already, and the list mode is single");
  if (old != no_node) {
    made = old;
    if (afresh) {
      out_.clear(made);
      out_.set_type(made, type);
    }
  } else if (target.list == TargetList::first) {
    made = out_.add_first(place.parent, place.name, type);
  } else {
    made = out_.add(place.parent, place.name, type);
  }
  if (target.list == TargetList::share) {
    shares_[share] = made;
    share_order_.push_back(share);
  }
  return true;
}

// Nothing to write: no value, an empty text, or a null with nothing below it.
bool Run::is_nothing(const Value& value) const {
  if (value.none()) return true;
  if (value.kind() == Value::Kind::string) return value.string().empty();
  if (!value.is_node()) return false;
  const auto [tree, node] = value.node();
  const Node& at = (*tree)[node];
  return at.first_child == no_node && at.shape != Shape::boolean && at.text_size == 0;
}

bool Run::put(const Target& target, const Place& place, const Value& value, Value& made) {
  if (is_nothing(value)) return true;
  if (place.own) {
    made = NodeRef{&tree_, place.parent};
    return set_value(place.parent, tree_[place.parent].type, value);
  }
  const TypeId type = type_for(place, value);
  if (type == no_type && place.element != nullptr)
    return fail(Kind::invalid, "the value is of no type that " +
                                   std::string(definitions().names().text(place.name)) +
                                   " may have");
  NodeId node = no_node;
  if (!create(target, place, type, true, node)) return false;
  made = NodeRef{&tree_, node};
  const bool own = type == no_type ? !value.is_node() : form(type) != Form::complex;
  if (own) return set_value(node, type, value);
  if (!value.is_node())
    return fail(Kind::invalid,
                "a plain value cannot become a " + std::string(definitions().type_name(type)));
  return fill(node, value.node());
}

// Which of the element's types the value becomes.
TypeId Run::type_for(const Place& place, const Value& value) const {
  if (place.type != no_type) return place.type;
  if (place.element == nullptr) return no_type;
  const auto types = definitions().types_of(*place.element);
  if (value.is_node()) {
    const TypeId type = (*value.node().tree)[value.node().node].type;
    if (types.size() == 1 && !definitions().type(types[0].type).abstract) return types[0].type;
    if (types.size() == 1 && definitions().is_a(type, types[0].type)) return type;
    if (const TypeId same = same_named(*place.element, type); same != no_type) return same;
  } else if (types.size() == 1) {
    return types[0].type;
  } else {
    const auto name = path::type_text(definitions(), value);
    for (const auto& type : types)
      if (definitions().type_name(type.type) == name) return type.type;
  }
  for (const auto& type : types)  // a text, or some other plain value, as the nearest there is
    if (definitions().type_name(type.type) == "string") return type.type;
  for (const auto& type : types)
    if (form(type.type) != Form::complex) return type.type;
  return no_type;
}

// A plain value in the form the type has; the extensions of a source element come with it.
bool Run::set_value(NodeId node, TypeId type, const Value& value) {
  const bool is_text = value.kind() == Value::Kind::string;
  const std::string made =
      value.is_node() || is_text ? std::string() : path::value_text(definitions(), value);
  const bool complex = value.is_node() &&
                       form((*value.node().tree)[value.node().node].type) == Form::complex &&
                       !value.node().tree->has_value(value.node().node);
  if (complex) return fail(Kind::invalid, "an element with parts cannot become a plain value");
  std::string_view text = made;
  if (value.is_node()) text = text_of(value);
  if (is_text) text = value.string();
  switch (type == no_type ? Form::text : form(type)) {
    case Form::boolean:
      if (text != "true" && text != "false")
        return fail(Kind::invalid, "the value is neither true nor false");
      out_.set(node, Shape::boolean, text);
      return true;
    case Form::integer:
      if (!to_integer(text)) return fail(Kind::invalid, "the value is no whole number");
      out_.set(node, Shape::number, text);
      return true;
    case Form::decimal:
      if (!path::Decimal::parse(text)) return fail(Kind::invalid, "the value is no number");
      out_.set(node, Shape::number, text);
      return true;
    case Form::date:
      text = text.substr(0, text.find('T'));
      break;
    case Form::instant:
      if (text.find('T') == std::string_view::npos)
        return fail(Kind::invalid, "an instant needs a time of day");
      break;
    case Form::complex:
      return fail(Kind::invalid,
                  "a plain value cannot become a " + std::string(definitions().type_name(type)));
    default:
      break;
  }
  if (!text.empty()) out_.set(node, Shape::string, text);
  return true;
}

}  // namespace fingerpost::mapping
