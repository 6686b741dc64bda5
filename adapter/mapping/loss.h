// The loss report: which source leaves nothing read, what came through degraded, and why.

#pragma once

#include "mapping/fml.h"

#include <functional>
#include <string>
#include <vector>

namespace fingerpost::mapping {

// One target element's story, for the trace.
struct Step {
  std::string target;  // FHIRPath of the target element
  std::string source;  // place of the source
  RulePlace rule;
};

struct LossReport {
  // Source places nothing read, the topmost of each unread subtree; `count` values lie below it.
  struct Lost {
    std::string place;
    std::size_t count = 0;
  };
  std::vector<Lost> lost;
  Issues degraded;  // warnings: an unmapped code, a rewritten identifier
  Issues issues;    // errors: what an isolated group gave up
  std::vector<Step> trace;
};

enum class Trace : std::uint8_t { no, yes };
using Place = std::function<std::string(NodeRef)>;  // absent: model::location

LossReport loss_report(const Maps& maps, const Transformed& run, const Tree& target,
                       const Place& place = {}, Trace trace = Trace::no);

}  // namespace fingerpost::mapping
