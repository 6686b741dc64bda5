#include "interaction/parameters.h"

#include "base/text.h"
#include "interaction/commit.h"
#include "model/xml.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fingerpost::interaction {
namespace {

// Takes the first word.
std::string_view next_word(std::string_view& words) {
  const auto end = std::min(words.find(' '), words.size());
  const auto word = words.substr(0, end);
  words.remove_prefix(std::min(end + 1, words.size()));
  return word;
}

bool is_among(std::string_view name, std::string_view names) {
  while (!names.empty())
    if (next_word(names) == name) return true;
  return false;
}

Error unknown(std::string_view name, std::string_view names) {
  Error error{Kind::invalid, "there is no such parameter here", std::string(name)};
  std::string_view nearest;
  int least = static_cast<int>(std::min<std::size_t>(name.size(), 64) / 3) + 2;
  while (!names.empty() && name.size() <= 64) {
    const auto candidate = next_word(names);
    // One that is known with a modifier alone is the nearest.
    const bool lacks_modifier = candidate.starts_with(std::string(name) + ":");
    const int edits = lacks_modifier ? 0 : edit_distance(candidate, name);
    if (edits >= least) continue;
    least = edits;
    nearest = candidate;
  }
  if (!nearest.empty()) error.text += "; the nearest is " + std::string(nearest);
  return error;
}

}  // namespace

Result<std::vector<search::Pair>> take_parameters(const std::vector<search::Pair>& pairs,
                                                  std::string_view names,
                                                  search::Handling handling) {
  std::vector<search::Pair> taken;
  for (const auto& pair : pairs) {
    if (pair.first == "_format" || pair.first == "_pretty") continue;
    if (is_among(pair.first, names))
      taken.push_back(pair);
    else if (handling == search::Handling::strict)
      return unknown(pair.first, names);
  }
  return taken;
}

Result<void> refuse_repeated(const std::vector<search::Pair>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (pairs[i].first == pairs[j].first)
        return Error{Kind::invalid, "this parameter is given twice", pairs[i].first};
  return {};
}

Result<std::vector<search::Pair>> pairs_of(const Context& context, const OperationCall& call) {
  auto pairs = call.pairs;
  if (!call.body || call.body->empty()) return pairs;
  LET(const auto read, model::read_resource(context.definitions, *call.body, context.limits));
  const auto& tree = read.tree;
  if (context.definitions.type_name(tree[tree.root()].type) != "Parameters")
    return Error{Kind::invalid, "the body must be a Parameters resource", "Parameters"};
  for (auto node = child(tree, tree.root(), "parameter"); node != no_node;
       node = tree.next_same(node)) {
    const auto value = child(tree, node, "value");
    if (value == no_node || !tree.has_value(value))
      return Error{Kind::invalid, "the parameters here are primitives", "Parameters.parameter"};
    pairs.emplace_back(child_text(tree, node, "name"), tree.text(value));
  }
  return pairs;
}

}  // namespace fingerpost::interaction
