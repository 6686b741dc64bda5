#include "patch/xpath.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace fingerpost::patch {
namespace {

Error invalid(std::string text) {
  return {Kind::invalid, std::move(text), ""};
}

std::string_view local(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

struct Step {
  std::string_view name;  // "*", "text()", "@x" or a local name
  std::vector<std::string_view> predicates;
};

// Splits at "/" outside of brackets and quotes.
Result<std::vector<Step>> read_steps(std::string_view path) {
  std::vector<Step> steps;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    Step step;
    const auto end = std::min(path.find_first_of("/["), path.size());
    const auto name = path.substr(0, end);
    step.name = name.starts_with('@') || name == "text()" ? name : local(name);
    if (step.name.empty() || step.name == "@") return invalid("sel has a step without a name");
    path.remove_prefix(end);
    while (path.starts_with('[')) {
      char quote = 0;
      std::size_t close = 1;
      for (; close < path.size() && (quote != 0 || path[close] != ']'); ++close) {
        if (quote == 0 && (path[close] == '\'' || path[close] == '"')) {
          quote = path[close];
        } else if (path[close] == quote) {
          quote = 0;
        }
      }
      if (close == path.size()) return invalid("sel has an open bracket");
      step.predicates.push_back(path.substr(1, close - 1));
      path.remove_prefix(close + 1);
    }
    if (!path.empty() && path[0] != '/') return invalid("sel has text after a bracket");
    if (!path.empty()) path.remove_prefix(1);
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return invalid("sel is empty");
  return steps;
}

bool named(const XmlNode& node, std::string_view name) {
  if (name == "text()") return !node.element;
  return node.element && (name == "*" || node.name == name);
}

Result<void> charge(std::uint64_t& steps_left, std::size_t steps) {
  if (steps > steps_left)
    return Error{Kind::too_costly, "the patch takes more than the limit steps", ""};
  steps_left -= steps;
  return {};
}

Result<std::vector<Place>> walk(XmlNode& from, std::span<const Step> steps,
                                std::uint64_t& steps_left);

// Whether some node that the path gives from `node` has the value.
Result<bool> has_value(XmlNode& node, std::string_view path, std::string_view value,
                       std::uint64_t& steps_left) {
  LET_DONE(charge(steps_left, path.size()));
  LET(const auto steps, read_steps(path));
  LET(const auto places, walk(node, steps, steps_left));
  for (const auto& place : places) {
    if (!place.attribute.empty()) {
      if (place.parent->attribute(place.attribute)->value == value) return true;
      continue;
    }
    const auto& child = place.parent->children[place.index];
    const bool text_alone = child.children.size() == 1 && !child.children[0].element;
    if ((child.element ? text_alone ? child.children[0].text : "" : child.text) == value)
      return true;
  }
  return false;
}

Result<void> keep(std::vector<Place>& places, std::string_view predicate,
                  std::uint64_t& steps_left) {
  std::size_t number = 0;
  const auto* end = predicate.data() + predicate.size();
  if (const auto read = std::from_chars(predicate.data(), end, number);
      read.ec == std::errc() && read.ptr == end) {
    if (number == 0 || number > places.size())
      places.clear();
    else
      places = {places[number - 1]};
    return {};
  }
  const auto equals = predicate.find('=');
  const auto value = equals == std::string_view::npos ? "" : predicate.substr(equals + 1);
  if (value.size() < 2 || value.front() != value.back() ||
      (value.front() != '\'' && value.front() != '"'))
    return invalid("sel has a predicate that is neither [N] nor [path='value']");
  std::vector<Place> kept;
  for (auto& place : places) {
    if (!place.attribute.empty()) return invalid("sel has a predicate on an attribute");
    auto& node = place.parent->children[place.index];
    LET(const bool good, has_value(node, predicate.substr(0, equals),
                                   value.substr(1, value.size() - 2), steps_left));
    if (good) kept.push_back(place);
  }
  places = std::move(kept);
  return {};
}

Result<std::vector<Place>> walk(XmlNode& from, std::span<const Step> steps,
                                std::uint64_t& steps_left) {
  const auto& step = steps.front();
  LET_DONE(charge(steps_left, from.children.size() + 1));
  std::vector<Place> found;
  if (step.name.starts_with('@')) {
    if (steps.size() > 1) return invalid("sel has a step after an attribute");
    const auto name = local(step.name.substr(1));
    if (from.attribute(name) != nullptr) found.push_back({&from, 0, std::string(name)});
  }
  for (std::size_t i = 0; i < from.children.size(); ++i)
    if (named(from.children[i], step.name)) found.push_back({&from, i, ""});
  for (const auto predicate : step.predicates) LET_DONE(keep(found, predicate, steps_left));
  if (steps.size() == 1) return found;
  std::vector<Place> all;
  for (const auto& place : found) {
    LET(const auto below, walk(place.parent->children[place.index], steps.subspan(1), steps_left));
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace

Result<Place> select(XmlNode& root, std::string_view path, std::uint64_t& steps_left) {
  LET(const auto steps, read_steps(path));
  if (!named(root, steps.front().name) || !steps.front().predicates.empty())
    return invalid("sel begins with another element than the root");
  if (steps.size() == 1) return Place{};
  LET(const auto found, walk(root, std::span(steps).subspan(1), steps_left));
  if (found.size() != 1)
    return invalid(found.empty() ? "sel gives nothing" : "sel gives several nodes");
  return found[0];
}

}  // namespace fingerpost::patch
