// The one tree that every format is read into and written from: FHIR R4 and STU3, HL7 v2, rows.
//
// A node has an element name, a type, a value text and children. Repetitions of an element are
// siblings of one name. A choice element carries its FHIR name and its actual type ("value" of type
// Quantity, never "valueQuantity"). A FHIR primitive is one node: its value is the node's text, its
// id and extensions ("_birthDate" in JSON) are the node's children. A resource's type is the node's
// type; there is no "resourceType" child. Numbers, dates and unknown text keep their characters.

#pragma once

#include "fingerpost/names.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost {

// A type of the definitions (model/definitions.h). 0 is "not known".
using TypeId = std::uint32_t;
constexpr TypeId no_type = 0;

// A node of one tree. 0 is "no node"; the root is 1.
using NodeId = std::uint32_t;
constexpr NodeId no_node = 0;

// What kind of value a node itself holds. object: none of its own, only children.
// null: a primitive without a value (only extensions, or a gap in a list).
enum class Shape : std::uint8_t { object, string, number, boolean, null };

struct Node {
  NameId name = no_name;
  TypeId type = no_type;
  NodeId parent = no_node;
  NodeId first_child = no_node;
  NodeId last_child = no_node;
  NodeId next = no_node;  // the next sibling, of any name
  const char* text = "";
  std::uint32_t text_size = 0;
  Shape shape = Shape::object;
  bool listed =
      false;  // stood in an array where it was read; only for elements no definition knows
};

// Owns its nodes, and the texts that were stored in it. One thread at a time; const use by many.
class Tree {
 public:
  explicit Tree(const Names& names);

  // The first node, made by the constructor; its name, type and shape are the caller's to set.
  NodeId root() const { return 1; }
  std::size_t size() const { return nodes_.size() - 1; }  // nodes, removed ones included

  const Node& operator[](NodeId node) const { return nodes_[node]; }
  std::string_view text(NodeId node) const { return {nodes_[node].text, nodes_[node].text_size}; }
  NodeId parent(NodeId node) const { return nodes_[node].parent; }
  NodeId first_child(NodeId node) const { return nodes_[node].first_child; }
  NodeId next(NodeId node) const { return nodes_[node].next; }
  NodeId child(NodeId node, NameId name) const;  // the first of that name
  NodeId next_same(NodeId node) const;           // the next sibling of the same name
  bool has_value(NodeId node) const {
    return nodes_[node].shape != Shape::object && nodes_[node].shape != Shape::null;
  }

  const Names& names() const { return *names_; }
  std::string_view name_text(NodeId node) const { return name_text_of(nodes_[node].name); }
  std::string_view name_text_of(NameId name) const;

  // Adds a last child. The new node is an object until set.
  NodeId add(NodeId parent, NameId name, TypeId type);
  // Adds a child so that repetitions of one name stay together: after the last sibling of that
  // name.
  NodeId add_grouped(NodeId parent, NameId name, TypeId type);
  // Adds a child before the first sibling of that name.
  NodeId add_first(NodeId parent, NameId name, TypeId type);
  // Sets the value. set_view does not copy: the text must outlive the tree, or be kept by it.
  void set(NodeId node, Shape shape, std::string_view text) { set_view(node, shape, store(text)); }
  void set_view(NodeId node, Shape shape, std::string_view text);
  void set_type(NodeId node, TypeId type) { nodes_[node].type = type; }
  void set_name(NodeId node, NameId name) { nodes_[node].name = name; }
  void set_listed(NodeId node) { nodes_[node].listed = true; }
  void clear(NodeId node);   // takes its value and children away
  void remove(NodeId node);  // takes it out of its parent; the root stays
  // Puts a child before a sibling of its own parent; no_node: behind them all.
  void move_before(NodeId node, NodeId sibling);
  // Copies name, type, value and all children of another tree's node (or of this one's) under
  // parent. The texts are copied unless `source` keeps the same storage alive.
  NodeId copy(const Tree& source, NodeId node, NodeId parent);

  // Takes changes back, for a caller that kept every older node as it was before it changed.
  void restore(NodeId node, const Node& as_it_was) { nodes_[node] = as_it_was; }
  void shrink(std::size_t nodes) { nodes_.resize(nodes + 1); }  // forgets the newest ones

  // A name no definition knows, for this tree alone.
  NameId local_name(std::string_view text);
  // A copy of the text that lives as long as the tree.
  std::string_view store(std::string_view text);
  // Keeps what set_view texts point into.
  void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  void reserve(std::size_t nodes) { nodes_.reserve(nodes + 1); }

 private:
  NodeId copy_before(const Tree& source, NodeId node, NodeId parent, NodeId end);

  const Names* names_;
  std::vector<Node> nodes_;
  std::unique_ptr<Names> local_names_;  // made when the first is needed
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t chunk_left_ = 0;
  char* chunk_at_ = nullptr;
  std::vector<std::shared_ptr<const void>> owners_;
};

// A place in a tree: a view, for as long as the tree lives and does not move.
struct NodeRef {
  const Tree* tree = nullptr;
  NodeId node = no_node;

  explicit operator bool() const { return node != no_node; }
  friend bool operator==(const NodeRef&, const NodeRef&) = default;
};

}  // namespace fingerpost
