#include "care/stages.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::care {
namespace {

constexpr std::array<Stage, 6> table = {{{"prepare", 14},
                                         {"conversation", 28},
                                         {"agree", 28},
                                         {"record", 35},
                                         {"make-it-happen", 90},
                                         {"review", 365}}};

}  // namespace

std::span<const Stage> stages() {
  return table;
}

std::optional<std::size_t> stage_of(std::string_view code) {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].code == code) return i;
  return std::nullopt;
}

StageState stage_state(std::string_view task_status) {
  constexpr std::array ended = {"completed", "cancelled", "rejected", "failed", "entered-in-error"};
  constexpr std::array begun = {"in-progress", "on-hold"};
  const auto is = [&](const auto& list) {
    return std::find(list.begin(), list.end(), task_status) != list.end();
  };
  if (is(ended)) return StageState::ended;
  return is(begun) ? StageState::begun : StageState::waits;
}

Result<void> check_stage(std::span<const StageState> all, std::size_t index, StageState now) {
  if (all[index] == StageState::ended && now != StageState::ended)
    return Error{Kind::unsupported, "a stage that has ended stays so", "Task.status"};
  if (now == StageState::waits || all[index] == now) return {};
  for (std::size_t i = 0; i < index; ++i)
    if (all[i] != StageState::ended)
      return Error{Kind::unsupported,
                   "the stage comes after " + std::string(table[i].code) +
                       ", which is done or skipped first",
                   "Task.status"};
  return {};
}

}  // namespace fingerpost::care
