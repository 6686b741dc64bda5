// Writes the target tree, keeps who made which node, and can take work back. Private to the room.

#pragma once

#include "fingerpost/tree.h"
#include "mapping/fml.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace fingerpost::mapping {

class Writer {
 public:
  explicit Writer(Tree& tree) : tree_(tree) { fill(); }

  const Tree& tree() const { return tree_; }
  std::size_t bytes() const { return bytes_; }  // of all texts written
  void reserve(std::size_t nodes) {             // as many more as may come
    tree_.reserve(tree_.size() + nodes);
    origins_.reserve(tree_.size() + nodes + 1);
  }
  // What is written from now on comes from here.
  void from(NodeRef source, RuleId rule) { origin_ = {source.tree, source.node, rule}; }
  std::vector<Origin> take_origins() {
    fill();
    return std::move(origins_);
  }

  NodeId add(NodeId parent, NameId name, TypeId type);  // after its siblings of that name
  NodeId add_first(NodeId parent, NameId name, TypeId type);
  void set(NodeId node, Shape shape, std::string_view text);
  void set_type(NodeId node, TypeId type);
  void clear(NodeId node);
  void remove(NodeId node);
  // Only those of its children that stay(child) holds for. Not to be taken back.
  template <class Stay>
  void keep_children(NodeId node, Stay&& stay) {
    Node changed = tree_[node];
    NodeId last = no_node;
    changed.first_child = no_node;
    for (NodeId at = tree_[node].first_child; at != no_node; at = tree_[at].next) {
      if (!stay(at)) continue;
      if (last == no_node) {
        changed.first_child = at;
      } else {
        follow(last, at);
      }
      last = at;
    }
    if (last != no_node) follow(last, no_node);
    changed.last_child = last;
    tree_.restore(node, changed);
  }
  // The children of another node, deep, and its value.
  void copy_into(NodeId node, NodeRef source);

  // A mark must be given back, newest first, by exactly one of keep and roll_back.
  struct Mark {
    std::size_t nodes;
    std::size_t journal;
    std::size_t outer;
  };
  Mark mark();
  void keep(const Mark& mark);
  void roll_back(const Mark& mark);

 private:
  void follow(NodeId node, NodeId next) {
    Node changed = tree_[node];
    changed.next = next;
    tree_.restore(node, changed);
  }
  struct Before {
    NodeId node;
    Node was;
  };
  void save(NodeId node) {
    if (node != no_node && node <= marked_) journal_.push_back({node, tree_[node]});
  }
  void fill() {
    for (auto made = static_cast<NodeId>(origins_.size()); made <= tree_.size(); ++made)
      bytes_ += made == no_node ? 0 : tree_[made].text_size;
    origins_.resize(tree_.size() + 1, origin_);
  }

  Tree& tree_;
  Origin origin_;
  std::vector<Origin> origins_;
  std::vector<Before> journal_;
  std::size_t bytes_ = 0;
  std::size_t marked_ = 0;  // nodes up to this one are older than the newest mark
};

}  // namespace fingerpost::mapping
