#include "mapping/writer.h"

namespace fingerpost::mapping {

NodeId Writer::add(NodeId parent, NameId name, TypeId type) {
  if (parent <= marked_) {  // a newer parent has newer children only
    NodeId last = tree_[parent].last_child;
    if (last != no_node && tree_[last].name != name)
      for (NodeId at = tree_[parent].first_child; at != no_node; at = tree_[at].next)
        if (tree_[at].name == name) last = at;
    save(parent);
    save(last);
  }
  const NodeId made = tree_.add_grouped(parent, name, type);
  origins_.push_back(origin_);
  return made;
}

NodeId Writer::add_first(NodeId parent, NameId name, TypeId type) {
  save(parent);
  NodeId before = tree_[parent].first_child;
  for (NodeId at = before; at != no_node && tree_[at].name != name; at = tree_[at].next)
    before = at;
  save(before);
  const NodeId made = tree_.add_first(parent, name, type);
  fill();
  return made;
}

void Writer::set(NodeId node, Shape shape, std::string_view text) {
  save(node);
  tree_.set(node, shape, text);
  bytes_ += text.size();
  origins_[node] = origin_;
}

void Writer::set_type(NodeId node, TypeId type) {
  save(node);
  tree_.set_type(node, type);
}

void Writer::clear(NodeId node) {
  save(node);
  tree_.clear(node);
}

void Writer::remove(NodeId node) {
  const NodeId parent = tree_[node].parent;
  if (parent == no_node) return;
  NodeId before = no_node;
  for (NodeId at = tree_[parent].first_child; at != node; at = tree_[at].next) before = at;
  save(parent);
  save(before);
  save(node);
  tree_.remove(node);
}

void Writer::copy_into(NodeId node, NodeRef source) {
  const Tree& other = *source.tree;
  save(node);
  if (other[source.node].shape != Shape::object)
    tree_.set(node, other[source.node].shape, other.text(source.node));
  const NodeId last = other[source.node].last_child;  // it may be copied into itself
  for (NodeId at = other.first_child(source.node); at != no_node; at = other.next(at)) {
    save(tree_[node].last_child);
    tree_.copy(other, at, node);
    if (at == last) break;
  }
  origins_[node] = origin_;
  fill();
}

Writer::Mark Writer::mark() {
  const Mark made{tree_.size(), journal_.size(), marked_};
  marked_ = tree_.size();
  return made;
}

void Writer::keep(const Mark& mark) {
  marked_ = mark.outer;
  if (marked_ == 0) journal_.clear();
}

void Writer::roll_back(const Mark& mark) {
  while (journal_.size() > mark.journal) {  // newest first: the oldest state of a node wins
    tree_.restore(journal_.back().node, journal_.back().was);
    journal_.pop_back();
  }
  tree_.shrink(mark.nodes);
  origins_.resize(mark.nodes + 1);
  marked_ = mark.outer;
}

}  // namespace fingerpost::mapping
