#include "command/named_code.h"

#include "base/text.h"

#include <cstdint>
#include <string_view>

namespace fingerpost::command {
namespace {

NodeId child(const Tree& tree, NodeId node, std::string_view name) {
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (tree.name_text(at) == name) return at;
  return no_node;
}

// "name[2]" is the third of its name.
NodeId step(const Tree& tree, NodeId node, std::string_view text) {
  const auto bracket = text.find('[');
  std::int64_t index = 0;
  if (bracket != std::string_view::npos) {
    const auto end = text.find(']', bracket);
    if (end == std::string_view::npos) return no_node;
    index = to_integer(text.substr(bracket + 1, end - bracket - 1)).value_or(-1);
  }
  auto at = child(tree, node, text.substr(0, bracket));
  for (; at != no_node && index > 0; --index) at = tree.next_same(at);
  return index == 0 ? at : no_node;
}

// As model::location writes it, from behind the resource's type.
NodeId at_place(const Tree& tree, std::string_view place) {
  auto node = tree.root();
  for (auto dot = place.find('.'); dot != std::string_view::npos && node != no_node;) {
    place.remove_prefix(dot + 1);
    dot = place.find('.');
    node = step(tree, node, place.substr(0, dot));
  }
  return node;
}

std::string coding_text(const Tree& tree, NodeId coding) {
  const auto text = [&](std::string_view name) {
    const auto found = child(tree, coding, name);
    return found == no_node ? std::string() : std::string(tree.text(found));
  };
  const auto system = text("system");
  return system.empty() ? text("code") : system + "|" + text("code");
}

}  // namespace

std::string code_of(const Tree& tree, const Issue& issue) {
  if (issue.code != "code-invalid") return {};
  const auto node = at_place(tree, issue.expression);
  if (node == no_node) return {};
  if (tree.has_value(node)) return std::string(tree.text(node));
  const auto first = child(tree, node, "coding");
  if (first == no_node) return coding_text(tree, node);
  std::string codes;
  for (auto at = first; at != no_node; at = tree.next_same(at))
    codes += (codes.empty() ? "" : ", ") + coding_text(tree, at);
  return codes;
}

}  // namespace fingerpost::command
