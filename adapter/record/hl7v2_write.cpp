#include "base/text.h"
#include "record/hl7v2.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace fingerpost::record {

namespace {

constexpr std::size_t last_part = 1000;

// The number in "f5", "c2" or "s3".
std::optional<std::size_t> part_number(std::string_view name, char letter) {
  if (name.size() < 2 || name[0] != letter) return std::nullopt;
  const auto number = to_integer(name.substr(1));
  if (!number || *number < 1 || *number > static_cast<std::int64_t>(last_part)) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

bool is_segment(std::string_view name) {
  return name.size() == 3;
}

// The first node that is no part of a message; no_node when all are. `letters` is what the children
// of the node may be called: "" for groups, "f", "cs", "s", or "-" for nothing.
NodeId first_wrong(const Tree& tree, NodeId node, std::string_view letters) {
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    const auto name = tree.name_text(at);
    std::string_view below;
    if (letters.empty()) {
      below = is_segment(name) ? "f" : "";
    } else {
      if (letters.find(name.substr(0, 1)) == std::string_view::npos || !part_number(name, name[0]))
        return at;
      below = name[0] == 'f' ? "cs" : name[0] == 'c' ? "s" : "-";
    }
    if (const NodeId wrong = first_wrong(tree, at, below)) return wrong;
  }
  return no_node;
}

bool holds(const Hl7v2Group& group, NameId name) {
  return std::any_of(group.items.begin(), group.items.end(), [name](const Hl7v2Item& item) {
    return item.name == name || (item.group && holds(*item.group, name));
  });
}

// Where a child stands in its group: at the item of its name, or at the first group that has it
// when the tree leaves that group out.
const Hl7v2Item* item_of(const Hl7v2Group& group, NameId name) {
  const Hl7v2Item* inner = nullptr;
  for (const auto& item : group.items) {
    if (item.name == name) return &item;
    if (!inner && item.group && holds(*item.group, name)) inner = &item;
  }
  return inner;
}

using Parts = std::vector<std::pair<std::size_t, NodeId>>;

void sort(Parts& parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
}

class Writer {
 public:
  Writer(const Tree& tree, const Hl7v2WriteOptions& options)
      : tree_(tree), by_(options.by), charset_(wire::charset_name(options.charset)) {}

  void write_group(const Hl7v2Group& group, NodeId node);
  std::string take() { return std::move(out_); }

 private:
  void write_segment(NodeId node);
  std::size_t write_fields(const Parts& fields, std::size_t written, std::size_t from,
                           std::size_t to);
  bool written_nothing(std::size_t before, NodeId part, void (Writer::*write)(NodeId));
  void write_field(NodeId node);
  void write_component(NodeId node);
  void write_value(NodeId node);
  Parts parts(NodeId node, char letter) const;

  const Tree& tree_;
  const wire::Delimiters by_;
  const std::string_view charset_;
  std::string out_;
};

// Names the group does not have stay behind what stands before them.
void Writer::write_group(const Hl7v2Group& group, NodeId node) {
  Parts children;
  std::size_t place = 0;
  for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
    if (const auto* item = item_of(group, tree_[at].name))
      place = static_cast<std::size_t>(item - group.items.data());
    children.emplace_back(place, at);
  }
  sort(children);
  for (const auto& [order, child] : children) {
    const auto* item = item_of(group, tree_[child].name);
    if (is_segment(tree_.name_text(child))) {
      write_segment(child);
    } else {
      write_group(item && item->group ? *item->group : group, child);
    }
  }
}

void Writer::write_segment(NodeId node) {
  const auto fields = parts(node, 'f');
  out_ += tree_.name_text(node);
  if (tree_.name_text(node) != "MSH") {
    write_fields(fields, 0, 1, last_part);
  } else {
    out_ += by_.field;
    out_ += wire::encoding_characters(by_);
    auto written = write_fields(fields, 2, 3, 17);
    if (!charset_.empty()) {
      out_.append(18 - written, by_.field);
      out_ += charset_;
      written = 18;
    }
    write_fields(fields, written, 19, last_part);
  }
  out_ += '\r';
}

std::size_t Writer::write_fields(const Parts& fields, std::size_t written, std::size_t from,
                                 std::size_t to) {
  for (const auto& [number, field] : fields) {
    if (number < from || number > to) continue;
    const auto before = out_.size();
    if (number == written) {
      out_ += by_.repetition;
    } else {
      out_.append(number - written, by_.field);
    }
    if (written_nothing(before, field, &Writer::write_field)) continue;
    written = number;
  }
  return written;
}

// A part that holds nothing (an escape that stands for no character, say) is not there when it is
// read again: nor are the delimiters before it.
bool Writer::written_nothing(std::size_t before, NodeId part, void (Writer::*write)(NodeId)) {
  const auto begin = out_.size();
  (this->*write)(part);
  if (out_.size() != begin) return false;
  out_.resize(before);
  return true;
}

void Writer::write_field(NodeId node) {
  write_component(node);
  std::size_t written = 1;
  for (const auto& [number, component] : parts(node, 'c')) {
    const auto before = out_.size();
    out_.append(number - std::min(written, number), by_.component);
    if (written_nothing(before, component, &Writer::write_component)) continue;
    written = number;
  }
}

void Writer::write_component(NodeId node) {
  write_value(node);
  std::size_t written = 1;
  for (const auto& [number, subcomponent] : parts(node, 's')) {
    const auto before = out_.size();
    out_.append(number - std::min(written, number), by_.subcomponent);
    if (written_nothing(before, subcomponent, &Writer::write_value)) continue;
    written = number;
  }
}

void Writer::write_value(NodeId node) {
  if (tree_[node].shape == Shape::null) {
    out_ += "\"\"";
  } else {
    wire::escape(tree_.text(node), by_, out_);
  }
}

Parts Writer::parts(NodeId node, char letter) const {
  Parts found;
  for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
    if (const auto number = part_number(tree_.name_text(at), letter))
      found.emplace_back(*number, at);
  sort(found);
  return found;
}

NodeId find(const Tree& tree, NodeId node, std::string_view name) {
  NodeId at = tree.first_child(node);
  while (at != no_node && tree.name_text(at) != name) at = tree.next(at);
  return at;
}

bool is_whole(const wire::Delimiters& by) {
  return by.component != '\0' && by.repetition != '\0' && by.escape != '\0' &&
         by.subcomponent != '\0';
}

}  // namespace

Result<WrittenHl7v2> write_hl7v2(const Hl7v2Grammar& grammar, const Tree& tree,
                                 const Hl7v2WriteOptions& options) {
  if (!is_whole(options.by))
    return Error{Kind::invalid, "a message is written with four encoding characters", "MSH-2"};
  const NodeId msh = find(tree, tree.root(), "MSH");
  if (msh == no_node) return Error{Kind::invalid, "the message has no MSH", "MSH"};
  if (const NodeId wrong = first_wrong(tree, tree.root(), ""))
    return Error{Kind::invalid, "a name that is no part of a message", hl7v2_place(tree, wrong)};
  const NodeId type = find(tree, msh, "f9");  // no node has no text and no children
  const auto* structure = grammar.find(tree.text(type), tree.text(find(tree, type, "c2")));
  if (!structure) return Error{Kind::unsupported, "messages of this type are not written", "MSH-9"};
  Writer writer(tree, options);
  writer.write_group(*structure, tree.root());
  auto encoded = wire::encode_message(writer.take(), options.charset);
  return WrittenHl7v2{std::move(encoded.bytes), encoded.lost};
}

}  // namespace fingerpost::record
