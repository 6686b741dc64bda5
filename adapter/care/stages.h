// The six stages of a personalised care and support plan, as PlanDefinition/six-stages of
// fhir-profiles/ has them: each begins when those before it are done or were skipped.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fingerpost::care {

struct Stage {
  std::string_view code;  // CodeSystem personalised-care-task
  int days;               // until it is due, from the plan's beginning
};
std::span<const Stage> stages();
std::optional<std::size_t> stage_of(std::string_view code);

enum class StageState : std::uint8_t { waits, begun, ended };
// Of a Task.status; a stage that is cancelled was skipped, and has ended.
StageState stage_state(std::string_view task_status);

// Whether stage `index` may come to `now`, by what the stages before it are; `all` has a state for
// each stage there is, in their order. Kind::unsupported, `where` Task.status, names the stage that
// comes first.
Result<void> check_stage(std::span<const StageState> all, std::size_t index, StageState now);

}  // namespace fingerpost::care
