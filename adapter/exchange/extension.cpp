#include "exchange/extension.h"

namespace fingerpost::exchange {

bool claims(NodeRef resource, std::string_view profile) {
  const Tree& tree = *resource.tree;
  for (auto node = child(child(resource, "meta"), "profile").node; node != no_node;
       node = tree.next_same(node))
    if (tree.text(node) == profile) return true;
  return false;
}

NodeRef extension(NodeRef element, std::string_view url) {
  if (!element) return {};
  const Tree& tree = *element.tree;
  for (auto node = child(element, "extension").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "url") == url) return {&tree, node};
  return {};
}

std::string_view extension_text(NodeRef element, std::string_view url, std::string_view part) {
  const auto found = extension(element, url);
  if (!found || part.empty()) return child_text(found, "value");
  return child_text(extension(found, part), "value");
}

bool has_code(NodeRef concept_node, std::string_view system, std::string_view code) {
  if (!concept_node) return false;
  const Tree& tree = *concept_node.tree;
  for (auto node = concept_node.node; node != no_node; node = tree.next_same(node))
    for (auto coding = child({&tree, node}, "coding").node; coding != no_node;
         coding = tree.next_same(coding))
      if (child_text({&tree, coding}, "code") == code &&
          child_text({&tree, coding}, "system") == system)
        return true;
  return false;
}

std::string_view code_of(NodeRef concept_node, std::string_view system) {
  if (!concept_node) return {};
  const Tree& tree = *concept_node.tree;
  for (auto node = concept_node.node; node != no_node; node = tree.next_same(node))
    for (auto coding = child({&tree, node}, "coding").node; coding != no_node;
         coding = tree.next_same(coding))
      if (child_text({&tree, coding}, "system") == system)
        return child_text({&tree, coding}, "code");
  return {};
}

}  // namespace fingerpost::exchange
