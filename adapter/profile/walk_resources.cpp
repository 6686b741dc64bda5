// What holds for whole resources: those contained (R4 domainresource.html), narrative, the profiles
// they claim.

#include "profile/narrative.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <string>

namespace fingerpost::profile {

using model::TypeKind;

void Walk::own_rules(NodeId node) {
  const TypeId type = tree_[node].type;
  const auto& common = definitions_.common();
  if (definitions_.is_a(type, common.domain_resource)) {
    contained(node);
    const NodeId text = tree_.child(node, words_.text);
    if (text == no_node && tree_[node].name != words_.contained)
      report(node, Severity::warning, "invariant",
             "dom-6: a resource should have narrative for robust management");
  }
  if (type == common.bundle) bundle(node);
}

void Walk::contained(NodeId node) {
  for (NodeId at = tree_.child(node, words_.contained); at != no_node; at = tree_.next_same(at)) {
    if (tree_.child(at, words_.contained) != no_node)
      error(at, "invariant", "dom-2: a contained resource must not contain others");
    if (const NodeId meta = tree_.child(at, words_.meta); meta != no_node) {
      if (tree_.child(meta, words_.version_id) != no_node ||
          tree_.child(meta, words_.last_updated) != no_node)
        error(at, "invariant", "dom-4: a contained resource must not have a version or a date");
      if (tree_.child(meta, words_.security) != no_node)
        error(at, "invariant", "dom-5: a contained resource must not have a security label");
    }
    const NodeId id = tree_.child(at, words_.id);
    if (id == no_node || !is_referred_to(node, at, tree_.text(id)))
      error(at, "invariant",
            "dom-3: a contained resource must be referred to, or refer to its container");
  }
}

namespace {

// "#id", and "…#id" of a canonical with a fragment.
bool names_fragment(std::string_view text, std::string_view id) {
  return text.size() == id.size() + 1 && text.front() == '#' && text.substr(1) == id;
}

}  // namespace

bool Walk::is_referred_to(NodeId container, NodeId inner, std::string_view id) {
  // Every text below the container, without recursion: depth is the reader's limit.
  bool found = false;
  const auto look = [&](auto&& self, NodeId from, bool inside) -> void {
    for (NodeId at = tree_.first_child(from); at != no_node && !found; at = tree_.next(at)) {
      const auto& here = tree_[at];
      if (here.shape == Shape::string && here.text_size > 0 && here.text[0] == '#') {
        const auto text = tree_.text(at);
        found |= inside ? text == "#" : names_fragment(text, id);
      }
      self(self, at, inside || at == inner);
    }
  };
  look(look, container, false);
  return found;
}

void Walk::claimed_profiles(NodeId node) {
  const NodeId meta = tree_.child(node, words_.meta);
  if (meta == no_node) return;
  for (NodeId at = tree_.child(meta, words_.profile); at != no_node; at = tree_.next_same(at)) {
    if (!tree_.has_value(at)) continue;
    const auto canonical = tree_.text(at);
    bool asked = false;  // then it is checked once, by that name
    for (const auto& other : options_.profiles) asked |= other == canonical;
    if (!asked || tree_.parent(node) != no_node) conform(node, canonical, false);
  }
}

void Walk::narrative(NodeId node) {
  const NodeId div = tree_.child(node, words_.div);
  if (div == no_node || !tree_.has_value(div)) return;
  for (auto& text : narrative_errors(tree_.text(div))) error(div, "invariant", std::move(text));
}

}  // namespace fingerpost::profile
