// The stages of a plan as Tasks, and its next review (OM-17, OM-18); the sessions of a referral
// (OM-5, OM-22).

#include "base/uuid.h"
#include "care/names.h"
#include "care/sessions.h"
#include "care/stages.h"
#include "exchange/cycle.h"
#include "exchange/extension.h"
#include "exchange/made.h"
#include "exchange/quoted.h"
#include "exchange/speaker.h"
#include "store/body.h"

#include <charconv>
#include <vector>

namespace fingerpost::exchange {
namespace {

using care::StageState;

constexpr std::int64_t day_us = std::int64_t{24} * 3600 * 1'000'000;

bool follows_stages(NodeRef plan) {
  const Tree& tree = *plan.tree;
  for (auto node = child(plan, "instantiatesCanonical").node; node != no_node;
       node = tree.next_same(node)) {
    const auto canonical = tree.text(node);
    if (canonical.substr(0, canonical.find('|')) == care::six_stages) return true;
  }
  return false;
}

std::string stage_id(std::string_view plan, std::string_view code) {
  return uuid_v5({"stage", plan, code});
}

// Task `stage-task` of fhir-profiles/, based on the plan.
std::string task_json(const Cycle& cycle, NodeRef plan, std::string_view plan_id,
                      const std::string& id, std::string_view code, const std::string& due) {
  const auto& parts = cycle.parts;
  const auto thread = child(extension(plan, care::thread_extension), "value");
  return R"({"resourceType":"Task","id":)" + quoted(id) + R"(,"meta":{"profile":[)" +
         quoted(care::stage_task_profile) + R"(]},"basedOn":[{"reference":)" +
         quoted("CarePlan/" + std::string(plan_id)) + "}]," +
         member_of(parts, "groupIdentifier", thread) +
         R"("status":"requested","intent":"order","code":)" + coded(care::task_code_system, code) +
         "," + member_of(parts, "for", child(plan, "subject")) + R"("authoredOn":)" +
         quoted(store::instant(parts.clock.now_us())) + "," +
         member_of(parts, "owner", child(plan, "author")) + R"("restriction":{"period":{"end":)" +
         quoted(due) + "}}}";
}

Result<void> add_stages(Cycle& cycle, NodeRef plan, std::string_view plan_id) {
  for (const auto& stage : care::stages()) {
    const auto id = stage_id(plan_id, stage.code);
    const auto due = store::instant(cycle.parts.clock.now_us() + stage.days * day_us);
    LET([[maybe_unused]] const bool added,
        add_once(cycle.parts, cycle.near, task_json(cycle, plan, plan_id, id, stage.code, due),
                 "Task", id, cycle.reader, cycle.unit));
  }
  return {};
}

// An open Task of the plan takes its last step, unless the commit writes it itself.
Result<void> end_task(Cycle& cycle, const std::string& id, const std::string& members) {
  if (writes(cycle.unit, "Task", id)) return {};
  const auto stored = cycle.reader.read("Task", id);
  if (!stored) return is_absence(stored.error()) ? Result<void>{} : stored.error();
  const auto* known = cycle.near.find("Task", id);
  if (known == nullptr || care::stage_state(child_text(known->node, "status")) == StageState::ended)
    return {};
  LET(auto tree, with_members(cycle.parts, stored->body, "Task", members));
  add_write(cycle.parts, cycle.near, std::move(tree), id, stored->version, cycle.unit);
  return {};
}

std::string completed_now(const Cycle& cycle) {
  const auto now = quoted(store::instant(cycle.parts.clock.now_us()));
  return R"("status":"completed","lastModified":)" + now + R"(,"executionPeriod":{"end":)" + now +
         "}";
}

std::string skipped_because(const Cycle& cycle, std::string_view why) {
  return R"("status":"cancelled","statusReason":{"text":)" + quoted(why) + R"(},"lastModified":)" +
         quoted(store::instant(cycle.parts.clock.now_us()));
}

// What each stage of the plan is, as the commit leaves it.
std::vector<StageState> states_of(Cycle& cycle, std::string_view plan_id) {
  std::vector<StageState> states;
  for (const auto& stage : care::stages()) {
    const auto* task = cycle.near.find("Task", stage_id(plan_id, stage.code));
    states.push_back(task == nullptr ? StageState::ended
                                     : care::stage_state(child_text(task->node, "status")));
  }
  return states;
}

// The plan was agreed: so is its stage, if it is that stage's turn.
Result<void> end_agreement(Cycle& cycle, std::string_view plan_id) {
  const auto states = states_of(cycle, plan_id);
  const auto index = *care::stage_of("agree");
  if (!care::check_stage(states, index, StageState::ended)) return {};
  return end_task(cycle, stage_id(plan_id, "agree"), completed_now(cycle));
}

// When the next review is due it is somebody's Task; those before it are done, or were never due.
Result<void> set_review(Cycle& cycle, NodeRef plan, std::string_view plan_id, std::string_view due,
                        bool reviewed) {
  const auto id = uuid_v5({"review", plan_id, due});
  LET(auto open, cycle.find("Task", {{"based-on", "CarePlan/" + std::string(plan_id)},
                                     {"code", std::string(care::task_code_system) + "|review"}}));
  open.push_back(stage_id(plan_id, "review"));
  const auto members =
      reviewed ? completed_now(cycle) : skipped_because(cycle, "The review is due on another day");
  for (const auto& other : open)
    if (other != id) LET_DONE(end_task(cycle, other, members));
  LET([[maybe_unused]] const bool added,
      add_once(cycle.parts, cycle.near,
               task_json(cycle, plan, plan_id, id, "review", std::string(due)), "Task", id,
               cycle.reader, cycle.unit));
  return {};
}

std::optional<care::Sessions> sessions_of(NodeRef task) {
  if (!extension(task, care::sessions_extension)) return std::nullopt;
  const auto number = [&](std::string_view part) {
    const auto text = extension_text(task, care::sessions_extension, part);
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  care::Sessions sessions{number("planned"), number("attended"), std::nullopt};
  if (const int needed = number("needed"); needed != 0) sessions.needed = needed;
  return sessions;
}

Result<void> keep_sessions(Cycle& cycle, const std::optional<Tree>& before, NodeRef task) {
  const auto now = sessions_of(task);
  const auto was = before ? sessions_of({&*before, before->root()}) : std::nullopt;
  if (was && !now)
    return Error{Kind::unsupported, "the sessions of a referral stay with it", "Task.extension"};
  if (!now) return {};
  LET_DONE(care::check_sessions(was, *now, cycle.audited()));
  if (child_text(task, "status") != "completed") return {};
  // Why it was held once is no reason why it is completed.
  const auto earlier = before ? child({&*before, before->root()}, "statusReason") : NodeRef{};
  const auto reason = json_of(cycle.parts, child(task, "statusReason"));
  return care::check_completed(*now, !reason.empty() && reason != json_of(cycle.parts, earlier));
}

// A Task that the gateway made for a stage of a plan keeps the stages' order.
Result<void> keep_stage(Cycle& cycle, const Written& one, const std::optional<Tree>& before,
                        NodeRef task) {
  const auto index = care::stage_of(code_of(child(task, "code"), care::task_code_system));
  const auto plan = read_reference(child_text(child(task, "basedOn"), "reference"));
  if (!index || plan.type != "CarePlan" || !before) return {};
  if (one.id != stage_id(plan.id, care::stages()[*index].code)) return {};
  auto states = states_of(cycle, plan.id);
  states[*index] = care::stage_state(child_text({&*before, before->root()}, "status"));
  const auto now = care::stage_state(child_text(task, "status"));
  LET_DONE(care::check_stage(states, *index, now));
  const bool skipped = now == StageState::ended && child_text(task, "status") != "completed";
  if (!skipped || child(task, "statusReason")) return {};
  return Error{Kind::unsupported, "a stage that did not take place says why", "Task.statusReason"};
}

void add_each(NodeRef resource, std::string_view element, std::vector<NodeRef>& parties) {
  each(resource, element, [&](NodeRef party) { parties.push_back(party); });
}

void add_practice(Cycle& cycle, NodeRef person, std::vector<NodeRef>& parties) {
  const auto* patient = cycle.stored.find(child_text(person, "reference"));
  if (patient == nullptr) return;
  for (const auto* element : {"generalPractitioner", "managingOrganization"})
    add_each(patient->node, element, parties);
}

// What the gateway, or a plan, gives somebody to do is done by his organisation, by whoever made
// the plan, or by the person's practice: a service does not close the Task that asks after it.
Result<void> check_whose_stage(Cycle& cycle, const Written& one, NodeRef was) {
  if (cycle.speaker.anybody || !claims(was, care::stage_task_profile)) return {};
  std::vector<NodeRef> parties;
  add_each(was, "owner", parties);
  if (const auto* plan = cycle.stored.find(child_text(child(was, "basedOn"), "reference")))
    add_each(plan->node, "author", parties);
  add_practice(cycle, child(was, "for"), parties);
  return check_speaker(cycle.parts, cycle.stored, cycle.speaker, {}, "Task/" + std::string(one.id),
                       parties);
}

// A plan is changed by whoever made it, takes part in it, or is the person's practice: what a
// community service does is in its own referrals, and the clinical plan stays as it is (OM-19).
Result<void> check_whose(Cycle& cycle, const Written& one, NodeRef was) {
  std::vector<NodeRef> said, parties;
  for (const auto& other : cycle.written)
    if (other.type == "Provenance" && other.after != nullptr)
      said.push_back({other.after, other.after->root()});
  if (said.empty() && cycle.speaker.anybody) return {};
  for (const auto* element : {"author", "contributor", "subject"}) add_each(was, element, parties);
  add_practice(cycle, child(was, "subject"), parties);
  const auto plan = "CarePlan/" + std::string(one.id);
  LET_DONE(check_speaker(cycle.parts, cycle.stored, cycle.speaker, {}, plan, parties));
  return check_speaker(cycle.parts, cycle.near, anybody(), said, plan, parties);
}

}  // namespace

Result<void> keep_task(Cycle& cycle, const Written& one) {
  LET(const auto before, cycle.before(one));
  if (before) LET_DONE(check_whose_stage(cycle, one, {&*before, before->root()}));
  if (one.after == nullptr) return {};
  const NodeRef task{one.after, one.after->root()};
  LET_DONE(keep_sessions(cycle, before, task));
  return keep_stage(cycle, one, before, task);
}

Result<void> keep_plan(Cycle& cycle, const Written& one) {
  LET(const auto earlier, cycle.before(one));
  const auto was = earlier ? NodeRef{&*earlier, earlier->root()} : NodeRef{};
  if (was) LET_DONE(check_whose(cycle, one, was));
  if (one.after == nullptr) return {};
  const NodeRef plan{one.after, one.after->root()};
  const auto status = child_text(plan, "status");
  const bool staged = follows_stages(plan);
  if (status == "revoked" || status == "completed" || status == "entered-in-error") {
    if (!staged || !was || child_text(was, "status") == status) return {};
    for (const auto& stage : care::stages())
      LET_DONE(end_task(cycle, stage_id(one.id, stage.code),
                        skipped_because(cycle, "The plan has ended")));
    return {};
  }
  const auto agreed = [](NodeRef of) {
    return static_cast<bool>(extension(of, care::agreed_extension));
  };
  // What is first heard of when it is agreed is of a record.
  const bool begins = staged && !agreed(plan) && !(was && follows_stages(was));
  if (begins) LET_DONE(add_stages(cycle, plan, one.id));
  if (staged && agreed(plan) && !agreed(was)) LET_DONE(end_agreement(cycle, one.id));
  const auto due = extension_text(plan, care::review_due_extension);
  const auto due_before = extension_text(was, care::review_due_extension);
  if (due.empty() || due == due_before || status != "active") return {};
  return set_review(cycle, plan, one.id, due, !due_before.empty());
}

}  // namespace fingerpost::exchange
