// What references point at (R4 references.html, bundle.html#references).

#include "base/text.h"
#include "model/primitives.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <string>

namespace fingerpost::profile {

using model::TypeKind;

namespace {

std::string_view without_history(std::string_view text) {
  return text.substr(0, text.find("/_history/"));
}

bool is_absolute(std::string_view text) {
  const auto colon = text.find(':');
  return colon != std::string_view::npos && colon > 1 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

// "http://x/fhir/" of "http://x/fhir/Patient/1".
std::string_view base_of(std::string_view url) {
  url = without_history(url);
  const auto id = url.rfind('/');
  if (id == std::string_view::npos || id == 0) return {};
  const auto type = url.rfind('/', id - 1);
  return type == std::string_view::npos ? std::string_view() : url.substr(0, type + 1);
}

}  // namespace

NodeId Walk::container_of(NodeId node) const {
  NodeId found = no_node;
  for (NodeId at = node; at != no_node; at = tree_.parent(at)) {
    if (definitions_.type(tree_[at].type).kind != TypeKind::resource) continue;
    found = at;
    if (tree_[at].name != words_.contained) break;
  }
  return found;
}

NodeId Walk::bundle_of(NodeId node) const {
  const NodeId container = container_of(node);
  const NodeId entry = container == no_node ? no_node : tree_.parent(container);
  const NodeId bundle = entry == no_node ? no_node : tree_.parent(entry);
  return bundle != no_node && tree_[bundle].type == definitions_.common().bundle ? bundle : no_node;
}

NodeId Walk::contained_named(NodeId container, std::string_view id) {
  const auto [names, fresh] = contained_.try_emplace(container);
  for (NodeId at = fresh ? tree_.child(container, words_.contained) : no_node; at != no_node;
       at = tree_.next_same(at))
    if (const NodeId own = tree_.child(at, words_.id); own != no_node)
      names->second.emplace(tree_.text(own), at);
  const auto found = names->second.find(id);
  return found == names->second.end() ? no_node : found->second;
}

// What the entries of a Bundle are called: by fullUrl, and where they have none by Type/id.
const Walk::Entries& Walk::entries_of(NodeId bundle) {
  const auto [found, fresh] = entries_.try_emplace(bundle);
  Entries& entries = found->second;
  if (!fresh) return entries;
  if (const NodeId kind = tree_.child(bundle, words_.type); kind != no_node)
    entries.kind = tree_.text(kind);
  bool first = true;
  for (NodeId entry = tree_.child(bundle, words_.entry); entry != no_node;
       entry = tree_.next_same(entry)) {
    const NodeId resource = tree_.child(entry, words_.resource);
    if (std::exchange(first, false)) entries.first = resource;
    if (resource == no_node) continue;
    const NodeId url = tree_.child(entry, words_.full_url);
    if (url != no_node) entries.full_url.emplace(resource, url);
    if (url != no_node && tree_.has_value(url)) {
      entries.by_name.emplace(tree_.text(url), resource);
      continue;
    }
    const NodeId id = tree_.child(resource, words_.id);
    if (id == no_node) continue;
    std::string name(definitions_.type_name(tree_[resource].type));
    (name += '/') += tree_.text(id);
    entries.by_name.emplace(std::move(name), resource);
  }
  return entries;
}

NodeId Walk::entry_named(NodeId bundle, NodeId from, std::string_view reference) {
  const auto& entries = entries_of(bundle);
  const auto& names = entries.by_name;
  const auto fragment = reference.find('#');
  const auto whole = reference.substr(0, fragment);
  if (const auto at = names.find(whole); at != names.end()) return at->second;
  const auto plain = without_history(whole);
  if (const auto at = names.find(plain); at != names.end()) return at->second;
  if (is_absolute(plain)) return no_node;
  const auto stated = entries.full_url.find(container_of(from));
  if (stated == entries.full_url.end()) return no_node;
  const NodeId url = stated->second;
  if (tree_.text(url).starts_with("urn:uuid:")) {
    const auto at = names.find("urn:uuid:" + std::string(plain.substr(plain.rfind('/') + 1)));
    return at == names.end() ? no_node : at->second;
  }
  if (!tree_.text(url).starts_with("http")) return no_node;
  const auto at = names.find(std::string(base_of(tree_.text(url))) + std::string(plain));
  return at == names.end() ? no_node : at->second;
}

// R4 references.html#literal; in a transaction a search may stand for the id (http.html#trules).
bool Walk::is_reference(std::string_view text) const {
  if (text.find(' ') != std::string_view::npos) return false;
  if (text.starts_with('#') || is_absolute(text)) return true;
  const auto is_resource = [&](std::string_view name) {
    const TypeId type = definitions_.find(name);
    return type != no_type && definitions_.type(type).kind == TypeKind::resource;
  };
  if (const auto query = text.find('?'); query != std::string_view::npos)
    return is_resource(text.substr(0, query));
  const auto plain = without_history(text.substr(0, text.find('#')));
  const auto slash = plain.find('/');
  return slash != std::string_view::npos && is_resource(plain.substr(0, slash)) &&
         model::matches(model::Primitive::id, plain.substr(slash + 1));
}

TypeId Walk::named_type(std::string_view text) const {
  if (text.starts_with('#') || text.starts_with("urn:")) return no_type;
  text = without_history(text);
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return no_type;
  text = text.substr(0, slash);
  const TypeId type = definitions_.find(text.substr(text.rfind('/') + 1));
  return definitions_.type(type).kind == TypeKind::resource ? type : no_type;
}

Walk::Target Walk::target_of(NodeId reference) {
  Target target;
  const NodeId literal = tree_.child(reference, words_.reference);
  if (literal == no_node || !tree_.has_value(literal)) {
    if (const NodeId stated = tree_.child(reference, words_.type); stated != no_node)
      target.type = definitions_.find(tree_.text(stated));
    return target;
  }
  const auto text = tree_.text(literal);
  const NodeId container = container_of(reference);
  if (text.starts_with('#')) {
    target.contained = true;
    const NodeId found = text.size() == 1 ? container : contained_named(container, text.substr(1));
    if (found == no_node) return target.missing = true, target;
    target.node = {&tree_, found};
  } else {
    target.bundle = bundle_of(reference);
    const NodeId entry =
        target.bundle == no_node ? no_node : entry_named(target.bundle, reference, text);
    target.bundled = entry != no_node;
    if (target.bundled) target.node = {&tree_, entry};
    if (!target.bundled) target.elsewhere = text;
  }
  target.type = target.node ? tree_[target.node.node].type : named_type(text);
  if (target.type == no_type) look_elsewhere(target);
  return target;
}

// Outside the document, once for a target: what resolve() reads costs more than all else here.
void Walk::look_elsewhere(Target& target) {
  if (target.node || target.looked || target.elsewhere.empty() || !options_.resolve) return;
  target.looked = true;
  target.node = options_.resolve(target.elsewhere);
  if (target.node) target.type = (*target.node.tree)[target.node.node].type;
}

void Walk::reference(const Element& element, NodeId node) {
  const NodeId literal = tree_.child(node, words_.reference);
  if (literal == no_node || !tree_.has_value(literal)) return;
  const Target target = target_of(node);
  if (target.missing) return error(node, "invariant", "ref-1: no such contained resource");
  if (!is_reference(tree_.text(literal)))
    return error(literal, "value", "is neither a URL, nor Type/id, nor #id");
  if (target.bundle != no_node && !target.bundled) no_entry(node, target.bundle);
  const TypeId named = named_type(tree_.text(literal));
  if (const NodeId stated = tree_.child(node, words_.type); stated != no_node) {
    // R4 references.html#Reference: type and reference SHALL be consistent.
    const TypeId type = definitions_.find(tree_.text(stated));
    if (type != no_type && target.type != no_type && !definitions_.is_a(target.type, type))
      error(stated, "structure",
            "is not the type of what is referred to, a " +
                std::string(definitions_.type_name(target.type)));
  }
  if (target.node && target.bundled && named != no_type && named != target.type)
    error(literal, "structure",
          "names a " + std::string(definitions_.type_name(named)) + " and is a " +
              std::string(definitions_.type_name(target.type)));
  if (target.type == no_type) return;
  for (const auto& may : definitions_.types_of(element)) {
    if (may.type != definitions_.common().reference) continue;
    const auto targets = definitions_.targets(may.first_target, may.target_count);
    if (targets.empty()) return;
    for (const TypeId allowed_type : targets)
      if (definitions_.is_a(target.type, allowed_type)) return;
    error(literal, "structure",
          "may not refer to a " + std::string(definitions_.type_name(target.type)));
  }
}

// Whether the target is what one of the canonicals asks for.
Walk::Fit Walk::fit(Target& target, const std::vector<std::string>& profiles) {
  Fit found = Fit::not_known;
  bool unseen = false;
  for (const auto& canonical : profiles) {
    const auto url = without_version(canonical);
    if (const TypeId type = definitions_.find(url); type != no_type) {
      found = Fit::no;
      if (target.type == no_type || definitions_.is_a(target.type, type)) return Fit::yes;
      continue;
    }
    const Profile* profile = registry_.profile(canonical);
    if (profile == nullptr) continue;
    found = Fit::no;
    if (target.type != no_type && !definitions_.is_a(target.type, profile->type)) continue;
    look_elsewhere(target);
    if (!target.node) {
      unseen = unseen || !options_.references_resolve;
    } else if (target.node.tree == &tree_ ? conforms(*profile, target.node.node)
                                          : conforms_elsewhere(*profile, target.node)) {
      return Fit::yes;
    }
  }
  return unseen ? Fit::not_at_hand : found;
}

void Walk::versioned(const RuleType& may, const Rule& rule, NodeId node) {
  const NodeId literal = tree_.child(node, words_.reference);
  if (may.versioning == Versioning::either || literal == no_node) return;
  const auto text = tree_.text(literal);
  const bool specific = text.find("/_history/") != std::string_view::npos;
  if (text.starts_with('#') || specific == (may.versioning == Versioning::specific)) return;
  error(literal, "structure",
        specific ? rule.path + " takes references to no version"
                 : rule.path + " takes references to a version");
}

void Walk::reference(const RuleType& may, const Rule& rule, NodeId node) {
  Target target = target_of(node);
  versioned(may, rule, node);
  if (may.aggregation != 0 && tree_.child(node, words_.reference) != no_node) {
    const auto allows = [&](Aggregation flag) {
      return (may.aggregation & static_cast<std::uint8_t>(flag)) != 0;
    };
    const bool good = target.contained ? allows(Aggregation::contained)
                      : target.bundled
                          ? allows(Aggregation::bundled) || allows(Aggregation::referenced)
                          : allows(Aggregation::referenced);
    const bool apart = !target.contained && !target.bundled && bundle_of(node) == no_node;
    if (!good && !(apart && !allows(Aggregation::contained)))
      error(node, "structure", "is not a reference of the kinds that " + rule.path + " takes");
  }
  const bool logical = tree_.child(node, words_.reference) == no_node;
  if (may.targets.empty() || (logical && target.type == no_type)) return;
  switch (fit(target, may.targets)) {
    case Fit::yes:
      return;
    case Fit::not_known:
      return report(node, options_.unknown_profile, "not-found",
                    "the profiles of its target are not known: not checked");
    case Fit::not_at_hand:  // said once, however many profiles ask; a logical one leads nowhere
      if (!logical && !quiet_ && unseen_.insert(node).second)
        report(node, Severity::information, "not-found", "its target is not at hand: not checked");
      return;
    case Fit::no:
      return error(node, "structure", "does not refer to what " + rule.path + " asks for");
  }
}

}  // namespace fingerpost::profile
