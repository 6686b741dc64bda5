#include "exchange/differences.h"

#include "model/json.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fingerpost::exchange {
namespace {

using Values = std::map<std::string, std::string>;

void gather(const model::Definitions& definitions, const Tree& tree, NodeId node, Values& out) {
  if (tree.has_value(node)) out.emplace(model::location(definitions, tree, node), tree.text(node));
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    gather(definitions, tree, at, out);
}

Values values_of(const model::Definitions& definitions, NodeRef resource) {
  Values found;
  if (resource) gather(definitions, *resource.tree, resource.node, found);
  std::erase_if(found, [](const auto& value) {
    const auto below = std::string_view(value.first).substr(value.first.find('.') + 1);
    return below == "id" || below == "meta.versionId" || below == "meta.lastUpdated";
  });
  return found;
}

}  // namespace

std::vector<Difference> differences(const model::Definitions& definitions, NodeRef before,
                                    NodeRef after) {
  const auto was = values_of(definitions, before);
  auto will = values_of(definitions, after);
  std::vector<Difference> found;
  for (const auto& [path, text] : was) {
    const auto other = will.find(path);
    if (other == will.end()) {
      found.push_back({path, text, std::nullopt});
      continue;
    }
    if (other->second != text) found.push_back({path, text, other->second});
    will.erase(other);
  }
  for (const auto& [path, text] : will) found.push_back({path, std::nullopt, text});
  std::sort(found.begin(), found.end(),
            [](const Difference& a, const Difference& b) { return a.path < b.path; });
  return found;
}

}  // namespace fingerpost::exchange
