// The functions FHIR adds (R4 fhirpath.html).

#include "path/functions.h"
#include "path/run.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fingerpost::path {
namespace {

bool extension(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::string_view url;
  if (!run.input(op, values)) return false;
  if (const Got got = run.text(*op.arguments[0], url); got != Got::value)
    return got == Got::nothing;
  for (const auto& value : values) {
    if (!value.is_node()) continue;
    const Tree& tree = *value.node().tree;
    for (NodeId child = tree.child(value.node().node, run.words().extension); child != no_node;
         child = tree.next_same(child)) {
      const NodeId its_url = tree.child(child, run.words().url);
      if (its_url == no_node || tree.text(its_url) != url) continue;
      if (run.environment.reads) run.environment.reads->read({&tree, its_url});
      out.push(NodeRef{&tree, child});
    }
  }
  return true;
}

bool has_value_itself(const Value& value) {
  return !value.is_node() || value.node().tree->has_value(value.node().node);
}

bool has_value(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  out.push(values.size() == 1 && has_value_itself(values.front()));
  return true;
}

bool get_value(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (values.size() == 1 && has_value_itself(values.front())) out.push(run.system(values.front()));
  return true;
}

// The text of a reference: a Reference's, or a canonical or uri itself.
std::string_view reference_text(Run& run, const Value& value) {
  if (value.kind() == Value::Kind::string) return value.string();
  if (!value.is_node()) return {};
  NodeRef node = value.node();
  if (!node.tree->has_value(node.node))
    node.node = node.tree->child(node.node, run.words().reference);
  if (!node) return {};
  if (run.environment.reads) run.environment.reads->read(node);
  return node.tree->text(node.node);
}

NodeId resource_root(const Run& run, NodeRef node, bool through_contained) {
  const Tree& tree = *node.tree;
  NodeId found = no_node;
  for (NodeId at = node.node; at != no_node; at = tree.parent(at)) {
    const auto& here = tree[at];
    if (here.type == no_type || run.definitions().type(here.type).kind != model::TypeKind::resource)
      continue;
    found = at;
    if (!through_contained || here.name != run.words().contained) break;
  }
  return found;
}

// "#id": a resource contained beside the reference, or for "#" their container.
NodeRef find_contained(const Run& run, std::string_view id, NodeRef from) {
  const Tree& tree = *from.tree;
  const NodeId root = resource_root(run, from, true);
  if (root == no_node || id.empty()) return {&tree, root};
  for (NodeId child = tree.child(root, run.words().contained); child != no_node;
       child = tree.next_same(child)) {
    const NodeId its_id = tree.child(child, run.words().id);
    if (its_id != no_node && tree.text(its_id) == id) return {&tree, child};
  }
  return {};
}

// The entry of the Bundle around a node whose fullUrl, or Type/id, the reference names.
NodeRef find_entry(const Run& run, std::string_view reference, NodeRef from) {
  const Tree& tree = *from.tree;
  const auto& words = run.words();
  const NodeId entry_of = resource_root(run, from, true);
  if (entry_of == no_node) return {};
  const NodeId own_entry = tree.parent(entry_of);
  const NodeId bundle = own_entry == no_node ? entry_of : tree.parent(own_entry);
  if (bundle == no_node || tree[bundle].type != run.definitions().common().bundle) return {};
  // A reference that is no Type/id is a fullUrl alone.
  const auto slash = reference.find('/');
  const bool by_id = slash != std::string_view::npos;
  const auto id = by_id ? reference.substr(slash + 1) : std::string_view();
  for (NodeId entry = tree.child(bundle, words.entry); entry != no_node;
       entry = tree.next_same(entry)) {
    const NodeId full_url = tree.child(entry, words.full_url);
    const bool named = full_url != no_node && tree.text(full_url) == reference;
    if (!named && !by_id) continue;
    const NodeId resource = tree.child(entry, words.resource);
    if (resource == no_node) continue;
    if (named) return {&tree, resource};
    const NodeId its_id = tree.child(resource, words.id);
    if (its_id == no_node || tree.text(its_id) != id) continue;
    if (run.definitions().type_name(tree[resource].type) == reference.substr(0, slash))
      return {&tree, resource};
  }
  return {};
}

NodeRef resolve_reference(const Run& run, std::string_view reference, const Value& value) {
  // R4 fhirpath.html: a text that is a URI is resolved from where the expression stands.
  const NodeRef from = value.is_node()       ? value.node()
                       : run.focus.is_node() ? run.focus.node()
                                             : NodeRef{};
  if (from && reference.starts_with('#')) return find_contained(run, reference.substr(1), from);
  if (from)
    if (const NodeRef entry = find_entry(run, reference, from)) return entry;
  return run.environment.resolve ? run.environment.resolve(reference, from) : NodeRef{};
}

// "Patient" of "Patient/1", "http://example.org/fhir/Patient/1/_history/2"; "" when none is named.
std::string_view named_type(std::string_view reference) {
  if (const auto history = reference.find("/_history/"); history != std::string_view::npos)
    reference = reference.substr(0, history);
  const auto id = reference.rfind('/');
  if (id == std::string_view::npos || id == 0) return {};
  const auto before = reference.substr(0, id);
  const auto slash = before.rfind('/');
  return slash == std::string_view::npos ? before : before.substr(slash + 1);
}

bool member_of(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::string_view url;
  if (!run.input(op, values)) return false;
  if (const Got got = run.text(*op.arguments[0], url); got != Got::value)
    return got == Got::nothing;
  if (values.size() != 1) return true;
  if (!run.environment.member_of)
    return run.fail(op, "no value sets are at hand", Kind::unsupported);
  run.system(values.front());  // notes the read
  const auto member = run.environment.member_of(values.front(), url);
  if (!run.spend(op, 1)) return false;  // the question took all the work that was left
  if (member) out.push(*member);
  return true;
}

// Without profiles at hand, a base type's own URL still has an answer.
bool conforms_to_type(const Op& op, Run& run, NodeRef node, std::string_view url, Collection& out) {
  const TypeId wanted = run.definitions().find(url);
  if (wanted == no_type) return run.fail(op, "the profile is not known");
  out.push(run.definitions().is_a((*node.tree)[node.node].type, wanted));
  return true;
}

bool conforms_to(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::string_view url;
  if (!run.input(op, values)) return false;
  if (const Got got = run.text(*op.arguments[0], url); got != Got::value)
    return got == Got::nothing;
  if (values.size() != 1 || !values.front().is_node()) return true;
  const NodeRef node = values.front().node();
  if (!run.environment.conforms_to) return conforms_to_type(op, run, node, url, out);
  const auto answer = run.environment.conforms_to(node, url);
  if (!answer) return run.fail(op, answer.error().text, answer.error().kind);
  out.push(*answer);
  return true;
}

enum class Side : bool { general, special };

// R4 fhirpath.html: of two Codings or CodeableConcepts, whether one is the other or above it.
template <Side input_is>
bool subsumes(const Op& op, Run& run, Collection& out) {
  Collection mine, others;
  if (!run.input(op, mine) || !run.evaluate(*op.arguments[0], others)) return false;
  if (mine.size() != 1 || others.size() != 1) return true;
  const Value &one = mine.front(), &other = others.front();
  if (!one.is_node() || !other.is_node()) return run.fail(op, "two Codings are wanted");
  if (!run.environment.subsumes)
    return run.fail(op, "no code systems are at hand", Kind::unsupported);
  const auto found = input_is == Side::general ? run.environment.subsumes(one.node(), other.node())
                                               : run.environment.subsumes(other.node(), one.node());
  if (!run.spend(op, 1)) return false;
  if (found) out.push(*found);
  return true;
}

bool slice(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::string_view structure, name;
  if (!run.input(op, values)) return false;
  if (const Got got = run.text(*op.arguments[0], structure); got != Got::value)
    return got == Got::nothing;
  if (const Got got = run.text(*op.arguments[1], name); got != Got::value)
    return got == Got::nothing;
  if (!run.environment.in_slice) return run.fail(op, "no profiles are at hand", Kind::unsupported);
  for (const auto& value : values) {
    if (!value.is_node()) continue;
    const auto found = run.environment.in_slice(value.node(), structure, name);
    if (!found) return run.fail(op, found.error().text, found.error().kind);
    if (*found) out.push(value);
  }
  return true;
}

// The input, when it has no modifier extensions but those of the URLs given.
bool check_modifiers(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  std::vector<std::string_view> known;
  for (const auto* argument : op.arguments) {
    std::string_view url;
    if (run.text(*argument, url) == Got::failed) return false;
    known.push_back(url);
  }
  for (const auto& value : values) {
    if (!value.is_node()) continue;
    const Tree& tree = *value.node().tree;
    for (NodeId at = tree.child(value.node().node, run.words().modifier_extension); at != no_node;
         at = tree.next_same(at)) {
      const NodeId url = tree.child(at, run.words().url);
      if (!run.spend(op, 1 + known.size())) return false;
      if (url == no_node || std::find(known.begin(), known.end(), tree.text(url)) == known.end())
        return run.fail(op, "there is a modifier extension that is not among those known");
    }
  }
  out.append(values);
  return true;
}

// Told to be empty: HL7 v2's "", a null, or no value but the extension data-absent-reason. What is
// not there at all tells nothing.
bool is_null(const Run& run, NodeRef node) {
  const Tree& tree = *node.tree;
  if (tree[node.node].shape == Shape::null && tree.first_child(node.node) == no_node) return true;
  if (tree.has_value(node.node)) return false;
  constexpr std::string_view absent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
  for (NodeId at = tree.child(node.node, run.words().extension); at != no_node;
       at = tree.next_same(at)) {
    const NodeId url = tree.child(at, run.words().url);
    if (url != no_node && tree.text(url) == absent) return true;
  }
  return false;
}

bool isnull(const Op& op, Run& run, Collection& out) {
  Collection values;
  const bool found =
      op.arguments.empty() ? run.input(op, values) : run.evaluate(*op.arguments[0], values);
  if (!found) return false;
  if (values.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  const bool node = !values.empty() && values.front().is_node();
  if (node && run.environment.reads) run.environment.reads->read(values.front().node());
  out.push(node && is_null(run, values.front().node()));
  return true;
}

// Narrative is checked where resources are validated; here only that there is some.
bool html_checks(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  out.push(text.find_first_not_of(" \t\r\n") != std::string_view::npos);
  return true;
}

}  // namespace

bool apply_resolve(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  for (const auto& value : values) {
    const auto reference = reference_text(run, value);
    if (reference.empty()) continue;
    if (const NodeRef found = resolve_reference(run, reference, value)) out.push(found);
  }
  return true;
}

// `resolve() is Patient` needs no resource where the reference itself names the type: search
// parameters are written so (R4 search.html).
bool apply_resolve_is(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(*op.input, values)) return false;
  if (values.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  if (values.empty()) return true;
  const Value& value = values.front();
  const auto reference = reference_text(run, value);
  if (const NodeRef found = resolve_reference(run, reference, value)) {
    out.push(matches_type(run, op.type, found, false));
    return true;
  }
  std::string_view type = named_type(reference);
  if (value.is_node()) {
    const Tree& tree = *value.node().tree;
    const NodeId stated = tree.child(value.node().node, run.words().type);
    if (stated != no_node) type = tree.text(stated);
  }
  const TypeId named = run.definitions().find(type);
  if (named != no_type) {
    const auto& names = run.definitions();
    const TypeId wanted = names.find(names.names().text(op.type.fhir));
    out.push(names.is_a(named, wanted));
  }
  return true;
}

std::span<const Function> fhir_functions() {
  static constexpr Function functions[] = {{"extension", 1, 1, extension},
                                           {"hasValue", 0, 0, has_value},
                                           {"getValue", 0, 0, get_value},
                                           {"resolve", 0, 0, apply_resolve},
                                           {"memberOf", 1, 1, member_of},
                                           {"conformsTo", 1, 1, conforms_to},
                                           {"subsumes", 1, 1, subsumes<Side::general>},
                                           {"subsumedBy", 1, 1, subsumes<Side::special>},
                                           {"slice", 2, 2, slice},
                                           {"checkModifiers", 0, 255, check_modifiers},
                                           {"isnull", 0, 1, isnull},
                                           {"htmlChecks", 0, 0, html_checks}};
  return functions;
}

}  // namespace fingerpost::path
