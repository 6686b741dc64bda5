#include "model/primitives.h"
#include "patch/patch.h"
#include "path/fhirpath.h"

#include <charconv>
#include <string>
#include <vector>

namespace fingerpost::patch {
namespace {

using model::Definitions;
using model::Member;
using model::TypeKind;

Error invalid(std::string text) {
  return {Kind::invalid, std::move(text), ""};
}

// A part of a Parameters resource, by its name.
class Parts {
 public:
  Parts(const Definitions& definitions, const Tree& tree) : tree_(tree) {
    const auto& names = definitions.names();
    name_ = names.find("name");
    value_ = names.find("value");
    part_ = names.find("part");
  }

  const Tree& tree() const { return tree_; }
  NodeId first_part(NodeId parent) const { return tree_.child(parent, part_); }
  NodeId next(NodeId part) const { return tree_.next_same(part); }
  std::string_view name(NodeId part) const { return text(tree_.child(part, name_)); }
  NodeId value(NodeId part) const { return tree_.child(part, value_); }

  NodeId find(NodeId parent, std::string_view wanted) const {
    NodeId at = first_part(parent);
    while (at != no_node && name(at) != wanted) at = next(at);
    return at;
  }
  // The value of a part that must be there.
  Result<std::string> text_of(NodeId parent, std::string_view wanted) const {
    const NodeId part = find(parent, wanted);
    if (part == no_node || value(part) == no_node)
      return invalid("the part " + std::string(wanted) + " is missing");
    return std::string(text(value(part)));
  }
  Result<std::size_t> number_of(NodeId parent, std::string_view wanted) const {
    LET(const auto written, text_of(parent, wanted));
    std::size_t number = 0;
    const auto* end = written.data() + written.size();
    if (const auto read = std::from_chars(written.data(), end, number);
        read.ec != std::errc() || read.ptr != end)
      return invalid("the part " + std::string(wanted) + " is no index");
    return number;
  }

 private:
  std::string_view text(NodeId node) const {
    return node == no_node ? std::string_view() : tree_.text(node);
  }

  const Tree& tree_;
  NameId name_ = no_name, value_ = no_name, part_ = no_name;
};

// One element's repetitions: those there are, and where more would go.
struct List {
  NodeId parent = no_node;
  Member member;
  std::vector<NodeId> items;
};

class Patcher {
 public:
  Patcher(const Definitions& definitions, Tree& resource, const Tree& operations,
          const Limits& limits, const path::World& world)
      : definitions_(definitions),
        tree_(resource),
        parts_(definitions, operations),
        world_(limits) {
    if (world) world(world_);
  }

  Result<void> apply(NodeId operation) {
    LET(const auto type, parts_.text_of(operation, "type"));
    LET(const auto path, parts_.text_of(operation, "path"));
    struct Row {
      std::string_view type;
      Result<void> (Patcher::*apply)(NodeId operation, const std::string& path);
    };
    constexpr Row rows[] = {{"add", &Patcher::add},
                            {"insert", &Patcher::insert},
                            {"delete", &Patcher::remove},
                            {"replace", &Patcher::replace},
                            {"move", &Patcher::move}};
    for (const auto& row : rows)
      if (row.type == type) return (this->*row.apply)(operation, path);
    return invalid("an operation's type is add, insert, delete, replace or move");
  }

 private:
  Result<void> add(NodeId operation, const std::string& path) {
    LET(const auto parent, one(path));
    LET(const auto name, parts_.text_of(operation, "name"));
    const NodeId value = parts_.find(operation, "value");
    LET(const auto member, member_of(parent, name, value));
    const bool there = tree_.child(parent, member.element->name) != no_node;
    if (there && !member.element->repeats())
      return invalid("the element is there and may not repeat");
    return fill(tree_.add_grouped(parent, member.element->name, member.type), value);
  }

  Result<void> insert(NodeId operation, const std::string& path) {
    LET(const auto index, parts_.number_of(operation, "index"));
    const NodeId value = parts_.find(operation, "value");
    LET(const auto list, list_at(path, value));
    if (index > list.items.size()) return invalid("the index is behind the end of the list");
    const NodeId made = tree_.add_grouped(list.parent, list.member.element->name, list.member.type);
    if (index < list.items.size()) tree_.move_before(made, list.items[index]);
    return fill(made, value);
  }

  Result<void> remove(NodeId, const std::string& path) {
    LET(const auto found, nodes(path));
    if (found.empty()) return {};
    if (found.size() > 1) return invalid("the path gives several elements");
    if (found[0] == tree_.root()) return invalid("a resource cannot be deleted by a patch");
    take_out(found[0]);
    return {};
  }

  Result<void> replace(NodeId operation, const std::string& path) {
    LET(const auto node, one(path));
    const NodeId value = parts_.find(operation, "value");
    if (node == tree_.root()) return invalid("a resource cannot be replaced by a patch");
    LET(const auto member, member_of(tree_.parent(node), tree_.name_text(node), value));
    tree_.clear(node);
    tree_.set_type(node, member.type);
    return fill(node, value);
  }

  Result<void> move(NodeId operation, const std::string& path) {
    LET(const auto from, parts_.number_of(operation, "source"));
    LET(const auto to, parts_.number_of(operation, "destination"));
    LET(const auto list, nodes(path));
    if (from >= list.size() || to >= list.size())
      return invalid("source or destination is behind the end of the list");
    for (const NodeId node : list)
      if (tree_.parent(node) != tree_.parent(list[0]) || tree_[node].name != tree_[list[0]].name)
        return invalid("the path gives no list");
    if (from == to) return {};
    // Before the item that comes next once the moved one is out.
    const std::size_t next = to > from ? to + 1 : to;
    const NodeId after_last = tree_.next(list.back());
    tree_.move_before(list[from], next < list.size() ? list[next] : after_last);
    return {};
  }

  // Elements of the resource itself that a path gives.
  Result<std::vector<NodeId>> nodes(const std::string& path) {
    path::CompileOptions options;
    options.start = tree_[tree_.root()].type;
    options.limits = world_.limits;
    LET(const auto expression, path::compile(path, definitions_, options));
    LET(const auto found, path::evaluate(expression, NodeRef{&tree_, tree_.root()}, world_));
    std::vector<NodeId> list;
    for (const auto& value : found) {
      if (!value.is_node() || value.node().tree != &tree_)
        return invalid("the path gives what is no element of the resource");
      list.push_back(value.node().node);
    }
    return list;
  }

  Result<NodeId> one(const std::string& path) {
    LET(const auto found, nodes(path));
    if (found.size() != 1)
      return invalid(found.empty() ? "the path gives nothing" : "the path gives several elements");
    return found[0];
  }

  // An empty list is found by its parent: the path without its last name.
  Result<List> list_at(const std::string& path, NodeId value) {
    List list;
    LET(list.items, nodes(path));
    std::string name;
    if (list.items.empty()) {
      const auto dot = path.rfind('.');
      if (dot == std::string::npos) return invalid("the path gives nothing");
      LET(list.parent, one(path.substr(0, dot)));
      name = path.substr(dot + 1);
    } else {
      list.parent = tree_.parent(list.items[0]);
      name = tree_.name_text(list.items[0]);
    }
    if (list.parent == no_node) return invalid("the path gives no list");
    LET(list.member, member_of(list.parent, name, value));
    if (!list.member.element->repeats()) return invalid("the path gives no list");
    for (const NodeId item : list.items)
      if (tree_.parent(item) != list.parent || tree_[item].name != list.member.element->name)
        return invalid("the path gives no list");
    return list;
  }

  // The element of that name, and the type the value has in it. A choice may be named with its type
  // or without; a primitive may be sent as another that its text fits.
  Result<Member> member_of(NodeId parent, std::string_view name, NodeId value) const {
    const TypeId type = tree_[parent].type;
    const NameId known = definitions_.names().find(name);
    Member member = known == no_name ? Member{} : definitions_.member(type, known);
    if (member.element == nullptr && known != no_name)
      member.element = definitions_.element(type, known);
    if (member.element == nullptr) return invalid("the type has no such element");
    if (value == no_node) return invalid("the part value is missing");
    const NodeId sent = parts_.value(value);
    if (sent == no_node) {  // an anonymous type, given by its parts
      if (member.type == no_type) return invalid("the part value holds no value");
      return member;
    }
    const TypeId sent_type = parts_.tree()[sent].type;
    for (const auto& may : definitions_.types_of(*member.element))
      if (may.type == sent_type) return Member{member.element, sent_type};
    const auto wanted = definitions_.primitive(member.type);
    if (wanted != model::Primitive::none && model::matches(wanted, parts_.tree().text(sent)))
      return member;
    return invalid("the element may not be of the value's type");
  }

  Result<void> fill(NodeId node, NodeId value) {
    const NodeId sent = parts_.value(value);
    if (sent != no_node) {
      const Node& from = parts_.tree()[sent];
      if (from.shape != Shape::object)
        tree_.set(node, shape_in(tree_[node].type, from.shape), parts_.tree().text(sent));
      for (NodeId at = from.first_child; at != no_node; at = parts_.tree().next(at))
        tree_.copy(parts_.tree(), at, node);
      return {};
    }
    const NodeId first = parts_.first_part(value);
    if (first == no_node) return invalid("the part value holds no value");
    for (NodeId part = first; part != no_node; part = parts_.next(part)) {
      LET(const auto member, member_of(node, parts_.name(part), part));
      LET_DONE(fill(tree_.add_grouped(node, member.element->name, member.type), part));
    }
    return {};
  }

  // A value may come as another primitive, as a string most often.
  Shape shape_in(TypeId type, Shape sent) const {
    const auto primitive = definitions_.primitive(type);
    if (sent == Shape::null) return sent;
    if (primitive == model::Primitive::boolean) return Shape::boolean;
    if (primitive >= model::Primitive::integer && primitive <= model::Primitive::decimal)
      return Shape::number;
    return Shape::string;
  }

  // An element without value or children is not there, and so its parents.
  void take_out(NodeId node) {
    const NodeId parent = tree_.parent(node);
    tree_.remove(node);
    if (parent != tree_.root() && tree_.first_child(parent) == no_node && !tree_.has_value(parent))
      take_out(parent);
  }

  const Definitions& definitions_;
  Tree& tree_;
  Parts parts_;
  path::Environment world_;
};

}  // namespace

Result<void> apply_fhirpath(const Definitions& definitions, Tree& resource, const Tree& operations,
                            const Limits& limits, const path::World& world) {
  if (definitions.type_name(operations[operations.root()].type) != "Parameters")
    return Error{Kind::invalid, "a FHIRPath patch is a Parameters resource", ""};
  Patcher patcher(definitions, resource, operations, limits, world);
  const NameId parameter = definitions.names().find("parameter");
  const NameId name = definitions.names().find("name");
  std::size_t count = 0;
  for (NodeId at = operations.child(operations.root(), parameter); at != no_node;
       at = operations.next_same(at), ++count) {
    const auto where = "Parameters.parameter[" + std::to_string(count) + "]";
    if (count >= limits.patch_operations)
      return Error{Kind::too_costly,
                   "more operations than the limit patch_operations of " +
                       std::to_string(limits.patch_operations),
                   where};
    const NodeId named = operations.child(at, name);
    if (named == no_node || operations.text(named) != "operation")
      return Error{Kind::invalid, "a patch holds parameters named operation", where};
    if (auto done = patcher.apply(at); !done) {
      auto error = std::move(done).error();
      error.where = where;
      return error;
    }
  }
  return {};
}

}  // namespace fingerpost::patch
