#include "model/json.h"
#include "wire/json.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

namespace fingerpost::model {
namespace {

// Collects what is written, and appends it to a string piece by piece.
class Output {
 public:
  explicit Output(std::string& out) : out_(out) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { flush(); }

  void put(char c) {
    if (at_ == end()) flush();
    *at_++ = c;
  }
  void put(std::string_view text) {
    if (!fits(text.size())) return over(text);
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put(std::size_t count, char c) {
    for (; count > 0; --count) put(c);
  }
  void string(std::string_view text) {
    if (fits(wire::json_string_room(text.size()))) {
      at_ = wire::write_json_string(at_, text);
    } else {
      flush();
      wire::write_json_string(out_, text);
    }
  }

 private:
  const char* end() const { return buffer_ + sizeof buffer_; }
  bool fits(std::size_t size) {
    if (size > sizeof buffer_) return false;
    if (static_cast<std::size_t>(end() - at_) < size) flush();
    return true;
  }
  void over(std::string_view text) {
    flush();
    out_ += text;
  }
  void flush() {
    out_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
    at_ = buffer_;
  }

  std::string& out_;
  char buffer_[8192];
  char* at_ = buffer_;
};

class Writer {
 public:
  Writer(const Definitions& definitions, const Tree& tree, std::string& out, Pretty pretty)
      : definitions_(definitions), tree_(tree), out_(out), pretty_(pretty == Pretty::yes) {}

  void object(NodeId node) {
    out_.put('{');
    ++depth_;
    bool first = true;
    const TypeId type = tree_[node].type;
    if (definitions_.type(type).kind >= TypeKind::resource) {
      member("resourceType", first);
      out_.string(definitions_.type_name(type));
    }
    const std::size_t mark = written_.size();
    std::uint64_t seen = 0;
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
      if (first_of_name(mark, tree_[at].name, seen)) {
        if (written_.size() == mark + few_names) link(node);
        element(node, at, first);
      }
    forget(mark);
    --depth_;
    if (!first) line();
    out_.put('}');
  }

 private:
  // Members of one name are written where the first stands, so each name is asked for once. Of an
  // object with very many names, those after the first few stand in a set too. `seen` has a bit for
  // each remainder that a name of the object has left: most are told to be new by it.
  bool first_of_name(std::size_t mark, NameId name, std::uint64_t& seen) {
    const auto few = std::min(written_.size(), mark + few_names);
    const auto bit = std::uint64_t{1} << (name % 64);
    const bool may_be_known = (std::exchange(seen, seen | bit) & bit) != 0;
    for (std::size_t i = may_be_known ? mark : few; i < few; ++i)
      if (written_[i] == name) return false;
    if (few == mark + few_names && !many_.emplace(mark, name).second) return false;
    written_.push_back(name);
    return true;
  }
  void forget(std::size_t mark) {
    for (std::size_t i = mark + few_names; i < written_.size(); ++i)
      many_.erase({mark, written_[i]});
    written_.resize(mark);
  }

  // The children of an object of very many names, each to the next of its name: to look for that
  // behind each of them would take the square of their number.
  void link(NodeId node) {
    if (links_.empty()) links_.resize(tree_.size() + 1, not_linked);
    boost::unordered_flat_map<NameId, NodeId> last;
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      links_[at] = no_node;
      if (const auto [before, is_new] = last.emplace(tree_[at].name, at); !is_new)
        links_[std::exchange(before->second, at)] = at;
    }
  }
  NodeId next_same(NodeId node) const {
    return links_.empty() || links_[node] == not_linked ? tree_.next_same(node) : links_[node];
  }

  void element(NodeId parent, NodeId first_node, bool& first) {
    const Node& head = tree_[first_node];
    const Element* known = definitions_.element(tree_[parent].type, head.name);
    const std::string_view name = known != nullptr ? definitions_.json_name(*known, head.type)
                                                   : tree_.name_text_of(head.name);
    const NodeId second = next_same(first_node);
    const bool list =
        known != nullptr ? known->repeats() || second != no_node : head.listed || second != no_node;
    if (definitions_.type(head.type).kind == TypeKind::primitive)
      return primitives(name, first_node, list, first);
    member(name, first);
    values(first_node, list, [this](NodeId node) { value(node); });
  }

  // R4 json.html#primitive: values in "name", ids and extensions in "_name", lists side by side.
  void primitives(std::string_view name, NodeId first_node, bool list, bool& first) {
    if (!list && tree_.first_child(first_node) == no_node) {
      member(name, first);
      return scalar(first_node);
    }
    bool any_value = false;
    bool any_extra = false;
    for (NodeId at = first_node; at != no_node; at = next_same(at)) {
      any_value |= tree_.has_value(at);
      any_extra |= tree_.first_child(at) != no_node;
    }
    if (any_value || !any_extra) {
      member(name, first);
      values(first_node, list, [this](NodeId node) { scalar(node); });
    }
    if (!any_extra) return;
    std::string extra("_");
    member(extra += name, first);
    values(first_node, list, [this](NodeId node) {
      if (tree_.first_child(node) == no_node) {
        out_.put("null");
      } else {
        object(node);
      }
    });
  }

  template <class Write>
  void values(NodeId first_node, bool list, Write&& write) {
    if (!list) return write(first_node);
    out_.put('[');
    ++depth_;
    for (NodeId at = first_node; at != no_node; at = next_same(at)) {
      if (at != first_node) out_.put(',');
      line();
      write(at);
    }
    --depth_;
    line();
    out_.put(']');
  }

  void value(NodeId node) {
    if (tree_[node].shape == Shape::object) return object(node);
    scalar(node);
  }

  void scalar(NodeId node) {
    switch (tree_[node].shape) {
      case Shape::string:
        return out_.string(tree_.text(node));
      case Shape::number:
      case Shape::boolean:
        out_.put(tree_.text(node));
        return;
      default:
        out_.put("null");
    }
  }

  void member(std::string_view name, bool& first) {
    if (!first) out_.put(',');
    first = false;
    line();
    out_.string(name);
    out_.put(':');
    if (pretty_) out_.put(' ');
  }

  void line() {
    if (!pretty_) return;
    out_.put('\n');
    out_.put(static_cast<std::size_t>(depth_) * 2, ' ');
  }

  const Definitions& definitions_;
  const Tree& tree_;
  Output out_;
  bool pretty_;
  int depth_ = 0;
  static constexpr std::size_t few_names = 64;
  std::vector<NameId> written_;  // names of the open objects, innermost last
  std::set<std::pair<std::size_t, NameId>> many_;
  static constexpr NodeId not_linked = ~NodeId{0};
  std::vector<NodeId> links_;  // by node; none when no object has more than a few names
};

}  // namespace

void write_json(const Definitions& definitions, const Tree& tree, NodeId node, std::string& out,
                Pretty pretty) {
  Writer(definitions, tree, out, pretty).object(node);
}

std::string location(const Definitions& definitions, const Tree& tree, NodeId node) {
  std::vector<NodeId> way;
  for (NodeId at = node; at != no_node; at = tree.parent(at)) way.push_back(at);
  std::string text;
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    const Node& here = tree[*at];
    if (at == way.rbegin()) {
      const bool resource = definitions.type(here.type).kind >= TypeKind::resource;
      text += resource ? definitions.type_name(here.type) : tree.name_text(*at);
      continue;
    }
    (text += '.') += tree.name_text(*at);
    const Element* known = definitions.element(tree[here.parent].type, here.name);
    std::size_t index = 0;
    for (NodeId same = tree.child(here.parent, here.name); same != *at && same != no_node;
         same = tree.next_same(same))
      ++index;
    if (index > 0 || here.listed || (known != nullptr && known->repeats()))
      text += "[" + std::to_string(index) + "]";
  }
  return text;
}

}  // namespace fingerpost::model
