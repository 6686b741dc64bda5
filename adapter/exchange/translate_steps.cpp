#include "exchange/translate_steps.h"

#include "mapping/loss.h"

#include <map>

namespace fingerpost::exchange {

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
