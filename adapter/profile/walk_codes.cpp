// Codes against the value sets they are bound to (R4 terminologies.html#4.1).

#include "profile/view.h"
#include "profile/walk.h"

#include <string>

namespace fingerpost::profile {

using model::Binding;

// A Coding, or anything with system and code.
In Walk::contains(std::string_view value_set, NodeId coding) {
  const auto text = [&](NameId name) {
    const NodeId at = tree_.child(coding, name);
    return at == no_node ? std::string_view() : tree_.text(at);
  };
  const auto code = text(words_.code);
  if (code.empty()) return In::no;
  const auto found = parts_.value_sets.find(without_version(value_set));
  if (found != parts_.value_sets.end()) {
    const auto& set = definitions_.value_sets()[found->second];
    if (!definitions_.contains(set, text(words_.system), code)) return In::no;
    if (const auto display = text(words_.display);
        !display.empty() && parts_.terminology != nullptr)
      judge_display(coding, parts_.terminology->check_code(
                                {text(words_.system), text(words_.version), code, display}));
    return In::yes;
  }
  if (parts_.terminology == nullptr) return In::unknown;
  const auto checked = parts_.terminology->check(
      value_set, {text(words_.system), text(words_.version), code, text(words_.display)});
  judge_display(coding, checked);
  switch (checked.membership) {
    case terminology::Membership::in:
      return In::yes;
    case terminology::Membership::not_in:
      return In::no;
    default:
      return In::unknown;
  }
}

void Walk::judge_display(NodeId coding, const terminology::Checked& checked) {
  if (checked.wrong_display)
    report(coding, options_.wrong_display, "invalid", "is not a display of its code", "display");
}

In Walk::contains_code(std::string_view value_set, NodeId node) {
  if (!tree_.has_value(node)) return In::yes;
  const auto found = parts_.value_sets.find(without_version(value_set));
  if (found != parts_.value_sets.end())
    return definitions_.contains(definitions_.value_sets()[found->second], "", tree_.text(node))
               ? In::yes
               : In::no;
  if (parts_.terminology == nullptr) return In::unknown;
  const auto checked = parts_.terminology->check(value_set, {"", "", tree_.text(node), ""});
  if (checked.membership == terminology::Membership::not_known) return In::unknown;
  return checked.membership == terminology::Membership::in ? In::yes : In::no;
}

// The node of any coded type; one coding of a CodeableConcept is enough.
In Walk::member(std::string_view value_set, NodeId node, TypeId type) {
  const auto& common = definitions_.common();
  if (type == common.codeable_concept) {
    In best = In::no;
    for (NodeId at = tree_.child(node, words_.coding); at != no_node; at = tree_.next_same(at)) {
      const In in = contains(value_set, at);
      if (in == In::yes) return in;
      if (in == In::unknown) best = in;
    }
    return best;
  }
  if (type == common.coding || definitions_.is_a(type, common.quantity))
    return tree_.child(node, words_.code) == no_node && type != common.coding
               ? In::yes
               : contains(value_set, node);
  return contains_code(value_set, node);
}

void Walk::bound(const Element& element, NodeId node, TypeId type) {
  if (element.value_set == 0) return;
  bound(element.binding,
        definitions_.names().text(definitions_.value_sets()[element.value_set].url), node, type);
}

void Walk::bound(Binding strength, std::string_view value_set, NodeId node, TypeId type) {
  const auto& common = definitions_.common();
  const bool concept_without_code =
      type == common.codeable_concept && tree_.child(node, words_.coding) == no_node;
  if (concept_without_code && strength != Binding::required) return;
  if (concept_without_code && tree_.child(node, words_.extension) != no_node) return;
  const In in = member(value_set, node, type);
  if (in == In::yes) return;
  const std::string set(value_set);
  if (in == In::unknown)
    return report(node, Severity::information, "not-supported",
                  "the codes of " + set + " are not at hand: not checked");
  if (strength == Binding::required)
    return error(node, "code-invalid", "is not among the codes of " + set);
  if (strength == Binding::extensible)
    report(node, Severity::warning, "code-invalid",
           "is not among the codes of " + set + ", which are to be used where one fits");
}

std::optional<bool> Walk::member_of(const path::Value& value, std::string_view value_set) {
  In in = In::unknown;
  if (value.is_node() && value.node().tree == &tree_)
    in = member(value_set, value.node().node, tree_[value.node().node].type);
  if (in == In::unknown) return std::nullopt;
  return in == In::yes;
}

}  // namespace fingerpost::profile
