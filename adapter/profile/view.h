// A node of a definition's tree, to pick elements from.

#pragma once

#include "fingerpost/tree.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace fingerpost::profile {

// The characters of a UTF-8 text, as maxLength counts them.
inline std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

// A view: the tree must outlive it. An absent element is an empty view, and everything asked of an
// empty view is empty again.
class View {
 public:
  View() = default;
  View(const Tree& tree, NodeId node) : tree_(node == no_node ? nullptr : &tree), node_(node) {}
  explicit View(NodeRef ref) : View(*ref.tree, ref.node) {}

  explicit operator bool() const { return node_ != no_node; }
  NodeId node() const { return node_; }
  const Tree& tree() const { return *tree_; }
  TypeId type() const { return tree_ ? (*tree_)[node_].type : no_type; }
  std::string_view text() const { return tree_ ? tree_->text(node_) : std::string_view(); }
  bool is_true() const { return text() == "true"; }

  // The first child of that name.
  View operator[](std::string_view name) const {
    if (tree_ == nullptr) return {};
    const NameId id = tree_->names().find(name);
    return id == no_name ? View() : View(*tree_, tree_->child(node_, id));
  }
  View next_same() const { return tree_ ? View(*tree_, tree_->next_same(node_)) : View(); }

  // Calls visit(View) for each child of that name.
  template <class Visit>
  void each(std::string_view name, Visit&& visit) const {
    for (View at = (*this)[name]; at; at = at.next_same()) visit(at);
  }
  // Calls visit(View) for each child.
  template <class Visit>
  void children(Visit&& visit) const {
    if (tree_ == nullptr) return;
    for (NodeId at = tree_->first_child(node_); at != no_node; at = tree_->next(at))
      visit(View(*tree_, at));
  }
  std::string_view name() const { return tree_ ? tree_->name_text(node_) : std::string_view(); }

 private:
  const Tree* tree_ = nullptr;
  NodeId node_ = no_node;
};

// The value of the first extension with that URL.
inline View extension(View of, std::string_view url) {
  View found;
  of.each("extension", [&](View at) {
    if (!found && at["url"].text() == url) found = at["value"];
  });
  return found;
}

// "http://…/X|4.0.1" without its version.
inline std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

}  // namespace fingerpost::profile
