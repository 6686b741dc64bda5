// What a map needs beside itself.

#include "mapping/parse.h"

#include <set>

namespace fingerpost::mapping {
namespace {

void collect(const std::vector<RuleText>& rules, std::set<std::string>& urls) {
  for (const auto& rule : rules) {
    for (const auto& target : rule.targets)
      if (target.transform == Transform::translate && target.arguments.size() > 1)
        if (const auto& url = target.arguments[1].text; !url.starts_with("#")) urls.insert(url);
    collect(rule.rules, urls);
  }
}

}  // namespace

std::vector<std::string> concept_maps_of(const MapText& map) {
  std::set<std::string> urls;
  for (const auto& group : map.groups) collect(group.rules, urls);
  return {urls.begin(), urls.end()};
}

}  // namespace fingerpost::mapping
