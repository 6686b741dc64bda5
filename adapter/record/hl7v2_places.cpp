#include "record/hl7v2_places.h"

#include <unordered_map>

namespace fingerpost::record {
namespace {

bool is_segment_name(std::string_view name) {
  return name.size() == 3 && name[0] >= 'A' && name[0] <= 'Z';
}

// Counts each segment and field among those of its name.
class Count {
 public:
  Count(const Tree& tree, std::vector<std::uint32_t>& before) : tree_(tree), before_(before) {}

  void group(NodeId node) {
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      if (!is_segment_name(tree_.name_text(at))) {
        group(at);
        continue;
      }
      before_[at] = segments_[tree_[at].name]++;
      fields(at);
    }
  }

 private:
  struct Seen {
    NodeId segment = no_node;
    std::uint32_t times = 0;
  };

  void fields(NodeId segment) {
    for (NodeId at = tree_.first_child(segment); at != no_node; at = tree_.next(at)) {
      auto& seen = fields_[tree_[at].name];
      if (seen.segment != segment) seen = {segment, 0};
      before_[at] = seen.times++;
    }
  }

  const Tree& tree_;
  std::vector<std::uint32_t>& before_;
  std::unordered_map<NameId, std::uint32_t> segments_;
  std::unordered_map<NameId, Seen> fields_;
};

// "[2]" for a second; nothing for a first.
std::string numbered(std::uint32_t before) {
  return before == 0 ? std::string() : "[" + std::to_string(before + 1) + "]";
}

}  // namespace

std::string Hl7v2Places::place(NodeRef of) {
  if (of.tree != &tree_) return Hl7v2Places(*of.tree).place(of);
  if (before_.size() != tree_.size() + 1) {
    before_.assign(tree_.size() + 1, 0);
    Count(tree_, before_).group(tree_.root());
  }
  std::vector<NodeId> path;
  NodeId node = of.node;
  for (; node != no_node && !is_segment_name(tree_.name_text(node)); node = tree_.parent(node))
    path.push_back(node);
  if (node == no_node)  // a group or the message
    return std::string(path.empty() ? std::string_view() : tree_.name_text(path.front()));
  std::string place(tree_.name_text(node));
  place += numbered(before_[node]);
  char between = '-';
  for (auto at = path.rbegin(); at != path.rend(); ++at) {
    const auto part = tree_.name_text(*at);
    if (part.starts_with('s') && between == '.' && path.size() == 2) place += ".1";
    place += between;
    place += part.substr(1);
    if (between == '-') place += numbered(before_[*at]);
    between = '.';
  }
  return place;
}

}  // namespace fingerpost::record
