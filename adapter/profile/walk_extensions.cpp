// Extensions: known or not, where they stand, and what they hold (R4 extensibility.html).

#include "base/text.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fingerpost::profile {

using model::TypeKind;

namespace {

// Where R4's own definitions have extensions of R4 outside of the contexts that these state.
struct Correction {
  std::string_view url, also;
};
constexpr Correction corrections[] = {
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type",
     "ElementDefinition.type"},
    {"http://hl7.org/fhir/StructureDefinition/regex", "ElementDefinition.type"},
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version", "Resource"},
    {"http://hl7.org/fhir/StructureDefinition/structuredefinition-normative-version",
     "ElementDefinition"},
    {"http://hl7.org/fhir/StructureDefinition/valueset-concept-comments", "CodeSystem.concept"},
};

// Places for examples, whose extensions nobody publishes (R4 references.html, RFC 2606).
bool is_example(std::string_view url) {
  return url.find("example.org") != std::string_view::npos ||
         url.find("example.com") != std::string_view::npos ||
         url.find("acme.com") != std::string_view::npos;
}

}  // namespace

void Walk::extension(NodeId node, bool modifier) {
  const NodeId child = tree_.child(node, words_.url);
  const bool has_value = tree_.child(node, words_.value) != no_node;
  const bool has_parts = tree_.child(node, words_.extension) != no_node;
  if (has_value == has_parts && tree_.first_child(node) != no_node)
    error(node, "invariant", "ext-1: must have either extensions or value[x], not both");
  if (child == no_node || !tree_.has_value(child)) return;
  const auto url = tree_.text(child);
  // The parts of a complex extension have plain names; their extension's definition checks them.
  const NodeId owner = tree_.parent(node);
  const bool part = tree_[owner].type == definitions_.common().extension;
  if (url.find(':') == std::string_view::npos) {
    if (!part) error(node, "invalid", "the url of an extension must be absolute");
    return;
  }
  if (url.find('|') != std::string_view::npos)
    return error(node, "invalid", "the url of an extension must not have a version");
  const Profile* profile = registry_.profile(url);
  if (profile == nullptr || profile->type != definitions_.common().extension) {
    const bool fine = is_example(url) || registry_.find(url) != nullptr;
    if (modifier)
      return report(node, fine ? Severity::warning : Severity::error, "structure",
                    "a modifier extension that is not known changes the meaning");
    return report(node, fine ? Severity::information : options_.unknown_extension, "structure",
                  "the extension is not known: not checked");
  }
  context(node, *profile);
  for (const auto& asked : profile->context_invariants) context_invariant(node, *profile, asked);
  apply(*profile, node);
}

void Walk::context(NodeId node, const Profile& profile) {
  if (profile.contexts.empty() || !step(profile.contexts.size())) return;
  const NodeId owner = tree_.parent(node);
  for (const auto& context : profile.contexts)
    if (stands_in(owner, context)) return;
  for (const auto& row : corrections)
    if (profile.url == row.url &&
        stands_in(owner, {Context::Kind::element, std::string(row.also), {}}))
      return;
  error(node, "structure", "the extension " + profile.url + " may not stand here");
}

// Asked of the element that has the extension, which is %extension (R4
// structuredefinition.html#contextInvariant).
void Walk::context_invariant(NodeId node, const Profile& profile, const Context& asked) {
  const path::Value values[] = {NodeRef{&tree_, node}};
  environment_.variables = values;
  environment_.resource = NodeRef{&tree_, container_of(node)};
  const auto [result, lacking] = evaluate(asked.expression, tree_.parent(node));
  environment_.variables = {};
  if (!result)
    return report(node, Severity::warning, "not-supported",
                  "an invariant of its context could not be evaluated: not checked");
  if (lacking != nullptr && !is_true(*result))
    return report(node, Severity::information, "not-supported",
                  std::string("an invariant of its context asks for ") + lacking + ": not checked");
  // One item that is no boolean counts as true (FHIRPath, singleton evaluation of collections).
  const bool is_false = result->size() == 1 && !is_true(*result) &&
                        result->front().kind() == path::Value::Kind::boolean;
  if (result->size() != 1 || is_false || is_false_node(*result))
    error(node, "structure",
          "the extension " + profile.url + " may not stand here: " + asked.text + " is not met");
}

bool Walk::stands_in(NodeId owner, const Context& context) {
  if (context.kind == Context::Kind::path) {
    const NodeId root = container_of(owner);
    const auto [found, lacking] = evaluate(context.expression, root);
    if (!found) {
      report(owner, Severity::warning, "not-supported",
             "a context of an extension could not be evaluated: not checked");
      return true;
    }
    const bool stands = std::any_of(found->begin(), found->end(), [&](const path::Value& value) {
      return value.is_node() && value.node() == NodeRef{&tree_, owner};
    });
    if (!stands && lacking != nullptr)
      report(owner, Severity::information, "not-supported",
             std::string("a context of an extension asks for ") + lacking + ": not checked");
    return stands || lacking != nullptr;
  }
  if (context.kind == Context::Kind::extension) {
    // On the extension itself, or on its value.
    if (tree_[owner].name == words_.value && tree_.parent(owner) != no_node)
      owner = tree_.parent(owner);
    if (tree_[owner].type != definitions_.common().extension) return false;
    std::string_view wanted = context.text;
    const auto hash = wanted.find('#');
    const NodeId url = tree_.child(owner, words_.url);
    if (url == no_node) return false;
    if (hash == std::string_view::npos) return tree_.text(url) == wanted;
    return tree_.text(url) == wanted.substr(hash + 1);
  }
  const auto places = places_of(owner);
  return std::find(places.begin(), places.end(), context.text) != places.end();
}

// Every way the definitions have of naming where a node stands: its types, and its path from each
// typed node above it.
std::vector<std::string> Walk::places_of(NodeId owner) const {
  std::vector<std::string> places;
  const auto add_types = [&](TypeId type, const std::string& tail) {
    for (; type != no_type; type = definitions_.type(type).base)
      places.push_back(std::string(definitions_.type_name(type)) + tail);
  };
  const TypeId own = tree_[owner].type;
  add_types(own, "");
  if (definitions_.type(own).kind == TypeKind::resource) {
    places.insert(places.end(), {"Element", "CanonicalResource", "MetadataResource"});
    return places;
  }
  places.emplace_back("Element");
  std::vector<std::string> tails{""};
  for (NodeId at = owner; tree_.parent(at) != no_node && tails[0].size() < 1000;
       at = tree_.parent(at)) {
    if (definitions_.type(tree_[at].type).kind == TypeKind::resource) break;
    const TypeId outer = tree_[tree_.parent(at)].type;
    const auto* element = definitions_.element(outer, tree_[at].name);
    const std::string name(tree_.name_text(at));
    std::vector<std::string> longer;
    for (const auto& tail : tails) {
      longer.push_back("." + name + tail);
      if (element != nullptr && element->choice && longer.size() < 8)
        longer.push_back("." + name + "[x]" + tail);
    }
    tails = std::move(longer);
    for (const auto& tail : tails) add_types(outer, tail);
  }
  return places;
}

}  // namespace fingerpost::profile
