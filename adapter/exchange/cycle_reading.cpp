// Readings that a person takes at home, against what the goals ask for (OM-20).

#include "base/uuid.h"
#include "care/names.h"
#include "care/threshold.h"
#include "exchange/cycle.h"
#include "exchange/extension.h"
#include "exchange/made.h"
#include "exchange/quoted.h"
#include "store/body.h"

#include <charconv>

namespace fingerpost::exchange {
namespace {

std::optional<double> number_of(NodeRef quantity) {
  const auto text = child_text(quantity, "value");
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view unit_of(NodeRef quantity) {
  const auto code = child_text(quantity, "code");
  return code.empty() ? child_text(quantity, "unit") : code;
}

bool same_code(NodeRef a, NodeRef b) {
  if (!a || !b) return false;
  const Tree& tree = *a.tree;
  for (auto node = child(a, "coding").node; node != no_node; node = tree.next_same(node))
    if (has_code(b, child_text({&tree, node}, "system"), child_text({&tree, node}, "code")))
      return true;
  return false;
}

// A range; or a quantity, whose comparator says which way: without one it is no bound.
std::optional<care::Threshold> threshold_of(NodeRef target, std::string_view unit) {
  const auto detail = child(target, "detail");
  care::Threshold asked;
  const auto low = child(detail, "low"), high = child(detail, "high");
  for (const auto& bound : {low, high, low || high ? NodeRef{} : detail})
    if (bound && number_of(bound) && unit_of(bound) != unit) return std::nullopt;
  if (low || high) {
    if (low) asked.low = number_of(low);
    if (high) asked.high = number_of(high);
    return asked;
  }
  asked.comparator = child_text(detail, "comparator");
  if (asked.comparator.starts_with('<')) asked.high = number_of(detail);
  if (asked.comparator.starts_with('>')) asked.low = number_of(detail);
  return asked;
}

// Whether a goal asks for something else than the Observation, or a component of it, says.
bool breaks_goal(NodeRef goal, NodeRef observation) {
  const auto value = child(observation, "value");
  const auto reading = number_of(value);
  const Tree& tree = *goal.tree;
  for (auto node = child(goal, "target").node; reading && node != no_node;
       node = tree.next_same(node)) {
    const NodeRef target{&tree, node};
    if (!same_code(child(target, "measure"), child(observation, "code"))) continue;
    const auto asked = threshold_of(target, unit_of(value));
    if (asked && care::breaks(*asked, *reading)) return true;
  }
  const Tree& parts = *observation.tree;
  for (auto node = child(observation, "component").node; node != no_node;
       node = parts.next_same(node))
    if (breaks_goal(goal, {&parts, node})) return true;
  return false;
}

// By the person, for the person.
std::string person_who_took(NodeRef observation) {
  const std::string person(child_text(child(observation, "subject"), "reference"));
  const Tree& tree = *observation.tree;
  for (auto node = child(observation, "performer").node; node != no_node;
       node = tree.next_same(node))
    if (!person.empty() && read_reference(person).type == "Patient" &&
        child_text({&tree, node}, "reference") == person)
      return person;
  return {};
}

std::string check_json(Cycle& cycle, NodeRef observation, std::string_view observation_id,
                       const std::string& goal_id, const std::string& id) {
  const auto& parts = cycle.parts;
  const auto now = parts.clock.now_us();
  const auto within =
      std::chrono::duration_cast<std::chrono::microseconds>(parts.policy.check_within);
  const auto person = child(observation, "subject");
  const auto* patient = cycle.near.find(child_text(person, "reference"));
  const auto practice =
      patient == nullptr ? NodeRef{} : child(patient->node, "generalPractitioner");
  return R"({"resourceType":"Task","id":)" + quoted(id) + R"(,"meta":{"profile":[)" +
         quoted(care::stage_task_profile) + R"(]},"basedOn":[{"reference":)" +
         quoted("Goal/" + goal_id) + R"(}],"status":"requested","intent":"order","code":)" +
         coded(care::task_code_system, "check-reading") +
         R"(,"description":"A reading taken at home is not what the goal asks for","focus":)" +
         R"({"reference":)" + quoted("Observation/" + std::string(observation_id)) + "}," +
         member_of(parts, "for", person) + R"("authoredOn":)" + quoted(store::instant(now)) + "," +
         member_of(parts, "owner", practice) + R"("restriction":{"period":{"end":)" +
         quoted(store::instant(now + within.count())) + "}}}";
}

// Another reading of the same commit has raised it.
bool is_raised_here(const Cycle& cycle, const std::string& goal_id) {
  for (const auto& write : cycle.unit.writes) {
    const auto* task = write.type == "Task" ? cycle.near.find("Task", write.id) : nullptr;
    if (task != nullptr &&
        has_code(child(task->node, "code"), care::task_code_system, "check-reading") &&
        child_text(child(task->node, "basedOn"), "reference") == "Goal/" + goal_id)
      return true;
  }
  return false;
}

}  // namespace

// One at a time for each goal: of two at the same instant the later one is decided on again, and
// finds the Task of the other.
Result<void> keep_reading(Cycle& cycle, const Written& one) {
  if (one.after == nullptr) return {};
  const NodeRef observation{one.after, one.after->root()};
  const auto person = person_who_took(observation);
  if (person.empty() || child_text(observation, "status") == "entered-in-error") return {};
  LET(const auto goals,
      cycle.find("Goal", {{"patient", person}, {"lifecycle-status", "accepted,active,on-hold"}}));
  for (const auto& goal_id : goals) {
    const auto* goal = cycle.near.find("Goal", goal_id);
    if (goal == nullptr || !breaks_goal(goal->node, observation)) continue;
    LET(auto open, find_all(cycle.parts, cycle.reader, "Task",
                            {{"based-on", "Goal/" + goal_id},
                             {"code", std::string(care::task_code_system) + "|check-reading"},
                             {"status", "requested,received,accepted,ready,in-progress,on-hold"}}));
    if (!open.ids.empty() || is_raised_here(cycle, goal_id)) continue;
    cycle.unit.searches.push_back(std::move(open));
    const auto id = uuid_v5({"check-reading", goal_id, one.id});
    LET([[maybe_unused]] const bool added,
        add_once(cycle.parts, cycle.near, check_json(cycle, observation, one.id, goal_id, id),
                 "Task", id, cycle.reader, cycle.unit));
  }
  return {};
}

}  // namespace fingerpost::exchange
