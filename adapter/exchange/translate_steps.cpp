#include "exchange/translate_steps.h"

#include "mapping/loss.h"
#include "model/json.h"

#include <map>

namespace fingerpost::exchange {

namespace {

// An empty text is left out as none; what a uri names is for the maps to say.
bool is_bad(const model::Definitions& definitions, const Tree& tree, NodeId node) {
  const auto kind = definitions.primitive(tree[node].type);
  return kind != model::Primitive::none && kind != model::Primitive::uri && tree.has_value(node) &&
         !tree.text(node).empty() && !model::matches(kind, tree.text(node));
}

}  // namespace

void drop_bad_values(const model::Definitions& definitions, Tree& tree, Issues& issues) {
  for (NodeId parent = tree.root(); parent <= tree.size(); ++parent) {
    NodeId before = no_node;
    NodeId next = no_node;
    for (auto node = tree.first_child(parent); node != no_node; node = next) {
      next = tree.next(node);
      if (!is_bad(definitions, tree, node)) {
        before = node;
        continue;
      }
      issues.push_back({Severity::error, "value", model::location(definitions, tree, node),
                        "this is no value of its type; left out"});
      remove_after(tree, before, node);
    }
  }
}

void add_report(const mapping::Maps& maps, const mapping::Transformed& run,
                const std::function<std::string(NodeRef)>& place, bool trace, Translation& made) {
  const auto report = mapping::loss_report(maps, run, made.bundle, place,
                                           trace ? mapping::Trace::yes : mapping::Trace::no);
  for (const auto& list : {report.degraded, report.issues})
    made.issues.insert(made.issues.end(), list.begin(), list.end());
  std::map<std::string, std::size_t> places;
  for (const auto& lost : report.lost) ++places[lost.place];
  for (const auto& [where, count] : places) made.lost.push_back({where, "", count});
  for (const auto& step : report.trace)
    made.traced.push_back({step.target, step.source,
                           std::string(step.rule.file) + ":" + std::to_string(step.rule.line) +
                               " " + std::string(step.rule.group)});
}

void add_finish(Finish& finish, Translation& made) {
  finish.run();
  made.issues.insert(made.issues.end(), finish.issues.begin(), finish.issues.end());
  for (const auto& [type, count] : finish.unlinked)
    made.lost.push_back({type.empty() ? "Reference.reference" : "Reference.reference to " + type,
                         "the resource is not part of the result: kept by type and identifier",
                         count});
}

}  // namespace fingerpost::exchange
