// Codes against the value sets they are bound to (R4 terminologies.html#4.1).

#include "profile/view.h"
#include "profile/walk.h"
#include "terminology/build.h"
#include "terminology/grammar.h"

#include <cstdint>
#include <memory>
#include <string>

namespace fingerpost::profile {

using model::Binding;

namespace {

constexpr std::string_view contained_name = "urn:contained:";

// The value sets and code systems that a resource contains; a value set "#id" is known as
// `of`#id.
std::shared_ptr<const terminology::Content> contained_codes(const model::Definitions& definitions,
                                                            View container, const std::string& of) {
  terminology::Builder builder(definitions);
  container.each("contained", [&](View at) {
    const auto type = definitions.type_name(at.type());
    if (type != "ValueSet" && type != "CodeSystem") return;
    Tree own(definitions.names());
    own.set_type(own.root(), at.type());
    at.children([&](View child) { own.copy(at.tree(), child.node(), own.root()); });
    if (type == "ValueSet") {
      const NameId url = definitions.names().find("url");
      NodeId named = own.child(own.root(), url);
      if (named == no_node) named = own.add(own.root(), url, definitions.common().uri);
      own.set(named, Shape::string, of + "#" + std::string(at["id"].text()));
    }
    (void)builder.add(own, own.root());  // what is neither says nothing here
  });
  return std::move(builder).finish();
}

}  // namespace

// A name for the value set that a reference within `container` means: its own, for "#id".
std::string Walk::own_value_set(View container, std::string_view reference) {
  if (!reference.starts_with('#')) return std::string(reference);
  const auto of = std::string(contained_name) +
                  std::to_string(reinterpret_cast<std::uintptr_t>(&container.tree())) + ":" +
                  std::to_string(container.node());
  auto name = of + std::string(reference);
  if (own_codes_.contains(name)) return name;
  auto codes = codes_ == nullptr ? terminology::Terminology() : *codes_;
  codes.add(contained_codes(definitions_, container, of));
  own_codes_.emplace(name, std::move(codes));
  return name;
}

// What knows a value set; profiles know those that they contain as "profile#id".
const terminology::Terminology* Walk::terminology_of(std::string_view value_set) {
  const auto hash = value_set.find('#');
  if (hash == std::string_view::npos) return codes_;
  if (const auto known = own_codes_.find(value_set); known != own_codes_.end())
    return &known->second;
  const auto url = value_set.substr(0, hash);
  const Tree* const profile = registry_.with_snapshot(url);
  if (profile == nullptr) return codes_;
  auto codes = codes_ == nullptr ? terminology::Terminology() : *codes_;
  codes.add(contained_codes(definitions_, View(*profile, profile->root()), std::string(url)));
  return &own_codes_.emplace(value_set, std::move(codes)).first->second;
}

terminology::Checked Walk::ask(std::string_view value_set, const terminology::Coded& coded) {
  const auto* const codes = terminology_of(value_set);
  if (codes == nullptr || !step()) return {};
  auto checked = codes->check(value_set, coded);
  step(checked.steps);
  if (checked.membership != terminology::Membership::not_known || coded.system.empty() ||
      (options_.open == nullptr && options_.told == nullptr))
    return checked;
  OpenCode open{std::string(value_set), std::string(coded.system), std::string(coded.version),
                std::string(coded.code)};
  if (options_.told != nullptr) {
    if (const auto told = options_.told->find(open); told != options_.told->end()) {
      unanswered_ = !told->second;
      if (told->second)
        checked.membership =
            *told->second ? terminology::Membership::in : terminology::Membership::not_in;
      return checked;
    }
  }
  if (options_.open != nullptr) options_.open->insert(std::move(open));
  return checked;
}

// A Coding, or anything with system and code.
In Walk::contains(std::string_view value_set, NodeId coding) {
  const auto text = [&](NameId name) {
    const NodeId at = tree_.child(coding, name);
    return at == no_node ? std::string_view() : tree_.text(at);
  };
  const auto code = text(words_.code);
  // A code without a system means nothing (R4 datatypes.html#Coding).
  if (code.empty() || text(words_.system).empty()) return In::no;
  const auto found = parts_.value_sets.find(without_version(value_set));
  if (found != parts_.value_sets.end()) {
    const auto& set = definitions_.value_sets()[found->second];
    if (!definitions_.contains(set, text(words_.system), code)) return In::no;
    known_coding_ = coding;
    if (const auto display = text(words_.display); !display.empty() && codes_ != nullptr)
      judge_display(coding,
                    codes_->check_code({text(words_.system), text(words_.version), code, display}));
    return In::yes;
  }
  const auto checked =
      ask(value_set, {text(words_.system), text(words_.version), code, text(words_.display)});
  judge_display(coding, checked);
  switch (checked.membership) {
    case terminology::Membership::in:
      return known_coding_ = coding, In::yes;
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

In Walk::contains_code(std::string_view value_set, std::string_view code) {
  const auto found = parts_.value_sets.find(without_version(value_set));
  if (found != parts_.value_sets.end())
    return definitions_.contains(definitions_.value_sets()[found->second], "", code) ? In::yes
                                                                                     : In::no;
  const auto checked = ask(value_set, {"", "", code, ""});
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
  return tree_.has_value(node) ? contains_code(value_set, tree_.text(node)) : In::yes;
}

namespace {

// The most that R4's own bindings to a value set take (elementdefinition-maxValueSet), which is the
// same wherever it has the binding. Of BCP 13, which one names, all codes are mimetypes.
struct Maximum {
  std::string_view value_set, most;
};
constexpr Maximum maxima[] = {
    {"http://hl7.org/fhir/ValueSet/languages", "http://hl7.org/fhir/ValueSet/all-languages"},
    {"http://hl7.org/fhir/ValueSet/expression-language", "http://hl7.org/fhir/ValueSet/mimetypes"},
    {"http://hl7.org/fhir/ValueSet/age-units", "http://hl7.org/fhir/ValueSet/all-time-units"},
    {"http://hl7.org/fhir/ValueSet/duration-units", "http://hl7.org/fhir/ValueSet/all-time-units"},
    {"http://hl7.org/fhir/ValueSet/distance-units",
     "http://hl7.org/fhir/ValueSet/all-distance-units"}};

// Types that are bound themselves, wherever they stand.
struct BoundType {
  std::string_view type, value_set;
};
constexpr BoundType bound_types[] = {{"Age", "http://hl7.org/fhir/ValueSet/age-units"},
                                     {"Duration", "http://hl7.org/fhir/ValueSet/duration-units"},
                                     {"Distance", "http://hl7.org/fhir/ValueSet/distance-units"}};

}  // namespace

void Walk::bound(const Element& element, NodeId node, TypeId type) {
  if (element.value_set == 0) return;
  const auto& listed = definitions_.value_sets()[element.value_set];
  if (listed.complete && tree_.has_value(node) &&
      definitions_.contains(listed, "", tree_.text(node)))
    return;
  base_bound(element.binding, definitions_.names().text(listed.url), node, type);
}

// What stands in the value set is within the most that the binding takes.
void Walk::base_bound(Binding strength, std::string_view value_set, NodeId node, TypeId type) {
  if (bound(strength, value_set, node, type)) return;
  for (const auto& [set, most] : maxima)
    if (set == value_set) bound(Binding::required, most, node, type);
}

void Walk::bound_by_type(NodeId node, TypeId type) {
  if (type == definitions_.common().quantity) return;
  for (const auto& [name, value_set] : bound_types)
    if (name == definitions_.type_name(type))
      base_bound(Binding::extensible, value_set, node, type);
}

// A code of a system that is wholly at hand is one of its codes, whatever it is bound to (R4
// datatypes.html#Coding). A warning: its owner may have given it codes since. What a binding has
// found is not looked for again.
void Walk::code_of_system(NodeId coding) {
  const NodeId system = tree_.child(coding, words_.system);
  const NodeId code = tree_.child(coding, words_.code);
  if (coding == known_coding_ || codes_ == nullptr || system == no_node || code == no_node ||
      !tree_.has_value(code) || !step())
    return;
  const auto named = tree_.text(system);
  if (!codes_->has_code_system(named) && !terminology::well_formed(named, tree_.text(code))) return;
  const NodeId version = tree_.child(coding, words_.version);
  const auto checked = codes_->check_code(
      {named, version == no_node ? std::string_view() : tree_.text(version), tree_.text(code), ""});
  step(checked.steps);
  if (checked.membership == terminology::Membership::not_in)
    report(code, Severity::warning, "code-invalid", "is not a code of its system");
}

// False: it is not in the value set, as far as can be told.
bool Walk::bound(Binding strength, std::string_view value_set, NodeId node, TypeId type) {
  const auto& common = definitions_.common();
  const bool concept_without_code =
      type == common.codeable_concept && tree_.child(node, words_.coding) == no_node;
  if (concept_without_code && strength != Binding::required) return true;
  if (concept_without_code && tree_.child(node, words_.extension) != no_node) return true;
  unanswered_ = false;
  const In in = member(value_set, node, type);
  if (in == In::yes) return true;
  const std::string set(
      value_set.starts_with(contained_name) ? value_set.substr(value_set.find('#')) : value_set);
  if (in == In::unknown) {
    // What is merely wished for is said once, however many codes there are.
    if (strength < Binding::extensible && !wished_.emplace(value_set).second) return false;
    report(node, Severity::information, "not-supported",
           "the codes of " + set + " are not at hand" +
               (unanswered_ ? ", and the terminology server gave no answer" : "") +
               ": not checked");
    return false;
  }
  if (strength == Binding::required)
    error(node, "code-invalid", "is not among the codes of " + set);
  if (strength == Binding::extensible)
    report(node, Severity::warning, "code-invalid",
           "is not among the codes of " + set + ", which are to be used where one fits");
  if (strength == Binding::preferred)
    report(node, Severity::information, "code-invalid",
           "is not among the codes of " + set + ", which are preferred");
  return false;
}

std::optional<bool> Walk::member_of(const path::Value& value, std::string_view value_set) {
  In in = In::unknown;
  if (value.is_node() && value.node().tree == &tree_)
    in = member(value_set, value.node().node, tree_[value.node().node].type);
  else if (value.kind() == path::Value::Kind::string)
    in = contains_code(value_set, value.string());
  if (in == In::unknown) return lacking_ = "codes not at hand", std::nullopt;
  return in == In::yes;
}

}  // namespace fingerpost::profile
