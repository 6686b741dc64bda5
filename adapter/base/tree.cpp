#include "fingerpost/tree.h"

#include <cstring>

namespace fingerpost {
namespace {
constexpr std::size_t chunk_bytes = 16u << 10;
}

Tree::Tree(const Names& names) : names_(&names), nodes_(2) {}

NodeId Tree::child(NodeId node, NameId name) const {
  NodeId at = nodes_[node].first_child;
  while (at != no_node && nodes_[at].name != name) at = nodes_[at].next;
  return at;
}

NodeId Tree::next_same(NodeId node) const {
  const NameId name = nodes_[node].name;
  NodeId at = nodes_[node].next;
  while (at != no_node && nodes_[at].name != name) at = nodes_[at].next;
  return at;
}

std::string_view Tree::name_text_of(NameId name) const {
  if (name < first_local_name) return names_->text(name);
  return local_names_->text(name - first_local_name);
}

NodeId Tree::add(NodeId parent, NameId name, TypeId type) {
  const auto made = static_cast<NodeId>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.name = name;
  node.type = type;
  node.parent = parent;
  Node& above = nodes_[parent];
  if (above.last_child == no_node) {
    above.first_child = made;
  } else {
    nodes_[above.last_child].next = made;
  }
  above.last_child = made;
  return made;
}

NodeId Tree::add_grouped(NodeId parent, NameId name, TypeId type) {
  NodeId last = nodes_[parent].last_child;
  if (last == no_node || nodes_[last].name == name) return add(parent, name, type);
  last = no_node;
  for (NodeId at = nodes_[parent].first_child; at != no_node; at = nodes_[at].next)
    if (nodes_[at].name == name) last = at;
  if (last == no_node) return add(parent, name, type);
  const auto made = static_cast<NodeId>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.name = name;
  node.type = type;
  node.parent = parent;
  node.next = nodes_[last].next;
  nodes_[last].next = made;
  return made;
}

NodeId Tree::add_first(NodeId parent, NameId name, TypeId type) {
  NodeId before = no_node;
  NodeId at = nodes_[parent].first_child;
  for (; at != no_node && nodes_[at].name != name; at = nodes_[at].next) before = at;
  if (at == no_node) return add(parent, name, type);
  const auto made = static_cast<NodeId>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.name = name;
  node.type = type;
  node.parent = parent;
  node.next = at;
  (before == no_node ? nodes_[parent].first_child : nodes_[before].next) = made;
  return made;
}

void Tree::set_view(NodeId node, Shape shape, std::string_view text) {
  Node& at = nodes_[node];
  at.shape = shape;
  at.text = text.data();
  at.text_size = static_cast<std::uint32_t>(text.size());
}

void Tree::clear(NodeId node) {
  Node& at = nodes_[node];
  at.first_child = at.last_child = no_node;
  at.shape = Shape::object;
  at.text = "";
  at.text_size = 0;
}

void Tree::remove(NodeId node) {
  const NodeId above = nodes_[node].parent;
  if (above == no_node) return;
  NodeId before = no_node;
  for (NodeId at = nodes_[above].first_child; at != node; at = nodes_[at].next) before = at;
  const NodeId after = nodes_[node].next;
  if (before == no_node) {
    nodes_[above].first_child = after;
  } else {
    nodes_[before].next = after;
  }
  if (nodes_[above].last_child == node) nodes_[above].last_child = before;
  nodes_[node].parent = nodes_[node].next = no_node;
}

NodeId Tree::copy(const Tree& source, NodeId node, NodeId parent) {
  return copy_before(source, node, parent, static_cast<NodeId>(source.nodes_.size()));
}

void Tree::move_before(NodeId node, NodeId sibling) {
  if (node == sibling) return;
  const NodeId above = nodes_[node].parent;
  remove(node);
  NodeId before = no_node;
  for (NodeId at = nodes_[above].first_child; at != sibling; at = nodes_[at].next) before = at;
  nodes_[node].parent = above;
  nodes_[node].next = sibling;
  (before == no_node ? nodes_[above].first_child : nodes_[before].next) = node;
  if (sibling == no_node) nodes_[above].last_child = node;
}

// Copies only nodes under `end`: a copy into itself must not go on into what it adds.
NodeId Tree::copy_before(const Tree& source, NodeId node, NodeId parent, NodeId end) {
  // Taken by value: adding nodes moves the vector that `source` may share with this tree.
  const Node from = source.nodes_[node];
  const bool local = from.name >= first_local_name && &source != this;
  const NameId name = local ? local_name(source.name_text_of(from.name)) : from.name;
  const NodeId made = add(parent, name, from.type);
  if (from.shape != Shape::object) {
    const std::string_view text(from.text, from.text_size);
    set_view(made, from.shape, &source == this ? text : store(text));
  }
  nodes_[made].listed = from.listed;
  for (NodeId at = from.first_child; at != no_node; at = source.nodes_[at].next)
    if (at < end) copy_before(source, at, made, end);
  return made;
}

NameId Tree::local_name(std::string_view text) {
  if (const NameId known = names_->find(text); known != no_name) return known;
  if (!local_names_) local_names_ = std::make_unique<Names>();
  return first_local_name + local_names_->intern(text);
}

std::string_view Tree::store(std::string_view text) {
  if (text.empty()) return {"", 0};
  if (text.size() > chunk_left_) {
    if (text.size() > chunk_bytes / 4) {  // its own chunk, so that the current one is not wasted
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(text.size()));
      std::memcpy(chunks_.back().get(), text.data(), text.size());
      return {chunks_.back().get(), text.size()};
    }
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes));
    chunk_at_ = chunks_.back().get();
    chunk_left_ = chunk_bytes;
  }
  char* const made = chunk_at_;
  std::memcpy(made, text.data(), text.size());
  chunk_at_ += text.size();
  chunk_left_ -= text.size();
  return {made, text.size()};
}

}  // namespace fingerpost
