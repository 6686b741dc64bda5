// What a map needs beside itself: concept maps, and our extensions of the language.

#include "mapping/parse.h"

#include <set>
#include <string_view>

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

namespace {

class Extensions {
 public:
  void look_at(const std::vector<RuleText>& rules) {
    for (const auto& rule : rules) {
      for (const auto& source : rule.sources)
        for (const auto* path : {&source.fallback, &source.condition, &source.check, &source.log})
          look_at(path->text);
      for (const auto& target : rule.targets) look_at(target);
      for (const auto& call : rule.calls) look_at(call.arguments);
      look_at(rule.rules);
    }
  }
  void use(const char* name) { names_.insert(name); }
  std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

 private:
  void look_at(std::string_view path) {
    if (path.find("isnull(") != std::string_view::npos) use("isnull");
  }
  void look_at(const std::vector<ArgumentText>& arguments) {
    for (const auto& argument : arguments)
      if (argument.kind == ArgumentText::Kind::path) look_at(std::string_view(argument.text));
  }
  void look_at(const TargetText& target) {
    struct Row {
      Transform transform;
      std::size_t least;  // arguments that make it ours
      const char* name;
    };
    constexpr Row rows[] = {
        {Transform::uuid, 1, "uuid"},           {Transform::reference, 2, "reference"},
        {Transform::translate, 4, "translate"}, {Transform::error, 0, "error"},
        {Transform::warn, 0, "warn"},           {Transform::ignore, 0, "ignore"},
        {Transform::v2date, 0, "v2date"},       {Transform::hl7v3date, 0, "hl7v3date"},
        {Transform::csvdate, 0, "csvdate"},     {Transform::clear, 0, "clear"}};
    for (const auto& row : rows)
      if (row.transform == target.transform && target.arguments.size() >= row.least) use(row.name);
    look_at(target.arguments);
  }

  std::set<std::string> names_;
};

}  // namespace

std::vector<std::string> extensions_of(const MapText& map) {
  Extensions found;
  for (const auto& group : map.groups) found.look_at(group.rules);
  if (!map.isolated.empty()) found.use("isolate");
  if (!map.parameters.empty()) found.use("parameter");
  return found.names();
}

std::vector<std::string> concept_maps_of(const MapText& map) {
  std::set<std::string> urls;
  for (const auto& group : map.groups) collect(group.rules, urls);
  return {urls.begin(), urls.end()};
}

}  // namespace fingerpost::mapping
