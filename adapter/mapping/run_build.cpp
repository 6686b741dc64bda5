// Transforms that make an element with parts: cc, c, qty, id, cp, and translate() to a Coding.

#include "base/text.h"
#include "mapping/run.h"

namespace fingerpost::mapping {

bool Run::builds(const Target& target) const {
  switch (target.transform) {
    case Transform::cc:
    case Transform::c:
    case Transform::qty:
    case Transform::id:
    case Transform::cp:
      return true;
    case Transform::translate:
      return target.output == Output::coding || target.output == Output::codeable_concept;
    default:
      return false;
  }
}

// A new element of this R4 type, when the place may hold one.
bool Run::make(const Target& target, const Place& place, std::string_view name, NodeId& made) {
  const TypeId type = definitions().find(name);
  bool fits = place.element == nullptr || place.type == type;
  if (place.element != nullptr && place.type == no_type)
    for (const auto& known : definitions().types_of(*place.element))
      fits = fits || definitions().is_a(type, known.type) || definitions().is_a(known.type, type);
  if (!fits)
    return fail(Kind::invalid, std::string(definitions().names().text(place.name)) +
                                   " cannot be a " + std::string(name));
  return create(target, place, type, true, made);
}

NodeId Run::child(NodeId node, NameId name) {
  const auto* element = definitions().element(tree_[node].type, name);
  const TypeId type = element == nullptr || element->type_count == 0
                          ? no_type
                          : definitions().types_of(*element)[0].type;
  return out_.add(node, name, type);
}

bool Run::child_text(NodeId node, NameId name, std::string_view text) {
  if (text.empty()) return true;
  const NodeId made = child(node, name);
  return set_value(made, tree_[made].type, Value(text));
}

bool Run::coding(NodeId node, const Coded& coded) {
  const auto& words = program_.words;
  return child_text(node, words.system, coded.system) && child_text(node, words.code, coded.code) &&
         child_text(node, words.display, coded.display);
}

bool Run::build(const Target& target, const Place& place, Value& made) {
  const auto& words = program_.words;
  if (target.transform == Transform::translate) return build_translation(target, place, made);
  std::string_view first;
  std::string_view second;
  std::string_view third;
  if (!argument_text(target, 0, first) || !argument_text(target, 1, second) ||
      !argument_text(target, 2, third))
    return false;
  const bool alone = target.arguments.count == 1;
  if (alone ? first.empty() : target.transform == Transform::qty ? first.empty() : second.empty())
    return true;
  struct Built {
    Transform transform;
    std::string_view type;
  };
  constexpr Built all[] = {{Transform::cc, "CodeableConcept"},
                           {Transform::c, "Coding"},
                           {Transform::qty, "Quantity"},
                           {Transform::id, "Identifier"},
                           {Transform::cp, "ContactPoint"}};
  std::string_view type;
  for (const auto& built : all)
    if (built.transform == target.transform) type = built.type;
  NodeId node = no_node;
  if (!make(target, place, type, node)) return false;
  made = NodeRef{&tree_, node};
  switch (target.transform) {
    case Transform::cc:
      if (alone) return child_text(node, words.text, first);
      return coding(child(node, words.coding), {first, second, third});
    case Transform::c:
      return coding(node, {first, second, third});
    case Transform::qty:
      return build_quantity(target, node);
    case Transform::cp:
      return alone ? child_text(node, words.value, first)
                   : child_text(node, words.system, first) && child_text(node, words.value, second);
    default:
      break;
  }
  // id(system, value[, type]): the type is a code of HL7 v2 table 0203.
  if (!third.empty() && !coding(child(child(node, words.type), words.coding),
                                {"http://terminology.hl7.org/CodeSystem/v2-0203", third, ""}))
    return false;
  return child_text(node, words.system, first) && child_text(node, words.value, second);
}

// qty('5 mg'), or qty(value, unit[, system[, code]]).
bool Run::build_quantity(const Target& target, NodeId node) {
  const auto& words = program_.words;
  std::string_view of[4];
  for (Index i = 0; i < 4; ++i)
    if (!argument_text(target, i, of[i])) return false;
  if (target.arguments.count == 1) {
    const auto space = of[0].find(' ');
    of[1] = space == std::string_view::npos ? std::string_view() : trim(of[0].substr(space));
    of[0] = of[0].substr(0, space);
  }
  return child_text(node, words.value, of[0]) && child_text(node, words.unit, of[1]) &&
         child_text(node, words.system, of[2]) && child_text(node, words.code, of[3]);
}

bool Run::build_translation(const Target& target, const Place& place, Value& made) {
  const auto& words = program_.words;
  Translated answer;
  if (!translated(target, answer)) return false;
  if (!answer.found) return true;
  const bool concept_wanted = target.output == Output::codeable_concept;
  if (answer.as_text && !concept_wanted) return true;
  NodeId node = no_node;
  if (!make(target, place, concept_wanted ? "CodeableConcept" : "Coding", node)) return false;
  made = NodeRef{&tree_, node};
  if (answer.as_text)
    return child_text(node, words.text,
                      answer.coded.display.empty() ? answer.coded.code : answer.coded.display);
  return coding(concept_wanted ? child(node, words.coding) : node, answer.coded);
}

}  // namespace fingerpost::mapping
