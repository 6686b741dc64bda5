// What a translation holds, so that two can be compared whatever ids their resources have.

#pragma once

#include "fingerpost/translate.h"
#include "model/json.h"
#include "support/definitions.h"
#include "support/reading.h"
#include "wire/json_view.h"
#include "wire/sorted_json.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

// Each resource as JSON, in which ids are the type and the how-manieth of it: two records with the
// same content are equal.
inline std::multiset<std::string> content(const Translation& made) {
  const Reader reader(made.bundle);
  std::map<std::string, std::string> names;
  std::map<std::string, int> counts;
  std::vector<NodeId> resources;
  for (const auto entry : reader.all(made.bundle.root(), "entry")) {
    const auto resource = reader.one(entry, "resource");
    const auto type = std::string(definitions().type_name(made.bundle[resource].type));
    names[reader.text(resource, "id")] = type + std::to_string(counts[type]++);
    resources.push_back(resource);
  }
  std::multiset<std::string> found;
  for (const auto resource : resources) {
    std::string text;
    model::write_json(definitions(), made.bundle, resource, text);
    for (std::size_t at = 0; at + 36 <= text.size(); ++at) {
      if (text[at] != '"' && text[at] != ':') continue;
      const auto name = names.find(text.substr(at + 1, 36));
      if (name != names.end()) text.replace(at + 1, 36, name->second);
    }
    const auto document = wire::parse_json(std::move(text), {});
    if (document) found.insert(wire::sorted_json(wire::JsonView(*document)));
  }
  return found;
}

// Where in a pretty JSON text a line holds one text value, and another value follows it: without
// such a line it is still JSON.
inline std::vector<std::pair<std::size_t, std::size_t>> single_values(const std::string& json) {
  std::vector<std::pair<std::size_t, std::size_t>> lines;
  for (auto at = json.find('\n'); at != std::string::npos; at = json.find('\n', at + 1)) {
    const auto end = json.find('\n', at + 1);
    if (end == std::string::npos) break;
    const auto line = std::string_view(json).substr(at, end - at);
    const bool names = line.find("resourceType") != std::string_view::npos ||
                       line.find("\"id\"") != std::string_view::npos ||
                       line.find("fullUrl") != std::string_view::npos;
    if (!names && line.ends_with("\",") && line.find("\": \"") != std::string_view::npos)
      lines.emplace_back(at, end - at);
  }
  return lines;
}

}  // namespace fingerpost::test
