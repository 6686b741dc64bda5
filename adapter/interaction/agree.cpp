#include "exchange/neighbourhood.h"
#include "interaction/answers.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

struct Agreement {
  CareParameters parameters;
  std::string id;
};

// A goal that nobody pursues makes no plan.
bool is_given_up(std::string_view status) {
  constexpr std::array given_up = {"cancelled", "rejected", "entered-in-error"};
  return std::find(given_up.begin(), given_up.end(), status) != given_up.end();
}

Result<void> check_plan(NodeRef plan) {
  const auto status = child_text(plan, "status");
  if (status != "draft" && status != "active" && status != "on-hold")
    return Error{
        Kind::unsupported,
        "a plan is agreed while it is a draft, active or on hold, not " + std::string(status),
        "CarePlan.status"};
  if (!child(plan, "goal"))
    return Error{Kind::unsupported, "an agreed plan has at least one goal", "CarePlan.goal"};
  if (!child(plan, "activity"))
    return Error{Kind::unsupported, "an agreed plan has at least one activity",
                 "CarePlan.activity"};
  return {};
}

std::string agreed_by(const Context& context, const CareParameters& parameters,
                      const std::string& date) {
  std::string parts = R"({"url":"date","valueDateTime":)" + quoted(date) + "}";
  for (const auto by : parameters.values("by"))
    parts += R"(,{"url":"by","valueReference":)" + json_of(context, by) + "}";
  return R"({"url":)" + quoted(agreed_extension) + R"(,"extension":[)" + parts + "]}";
}

// Who agrees: nobody's else patient, and where they are named by what is stored here, it is.
Result<void> check_by(const Session& session, NodeRef plan, const CareParameters& parameters,
                      Attempt& attempt) {
  const auto whose = child_text(child(plan, "subject"), "reference");
  const auto person = exchange::read_reference(whose);
  for (const auto by : parameters.values("by")) {
    if ((*by.tree)[by.node].type != session.context.definitions.common().reference)
      return Error{Kind::invalid, "who agrees is named by a Reference", "by"};
    const auto reference = child_text(by, "reference");
    const auto place = exchange::read_reference(reference);
    const bool own = place.id.empty() ? !reference.empty() && reference == whose
                                      : place.type == person.type && place.id == person.id;
    if (names_patient(by) && !own)
      return Error{Kind::unsupported, "the plan is another person's than who agrees", "by"};
    if (place.id.empty()) continue;
    const auto known = hold(session, place.type, place.id);
    if (!known && !exchange::is_absence(known.error())) return known.error();
    if (!known) return Error{Kind::unsupported, "who agrees is not known here", "by"};
    attempt.reads.push_back({place.type, place.id, known->stored.version});
  }
  return {};
}

// Whether an active plan was agreed so before: what was said then stands. Kind::conflict: it was
// agreed by others, or at another time.
Result<bool> is_agreed(const Context& context, NodeRef plan, const CareParameters& parameters) {
  if (child_text(plan, "status") != "active") return false;
  const Tree& tree = *plan.tree;
  for (auto node = child(plan, "extension").node; node != no_node; node = tree.next_same(node)) {
    if (child_text({&tree, node}, "url") != agreed_extension) continue;
    std::set<std::string> was, is;
    std::string_view date;
    for (auto part = child({&tree, node}, "extension").node; part != no_node;
         part = tree.next_same(part)) {
      const auto url = child_text({&tree, part}, "url");
      if (url == "by") was.insert(json_of(context, child({&tree, part}, "value")));
      if (url == "date") date = child_text({&tree, part}, "value");
    }
    for (const auto by : parameters.values("by")) is.insert(json_of(context, by));
    const auto said = parameters.text("date");
    if (was == is && (said.empty() || said == date)) return true;
    return Error{Kind::conflict,
                 "the plan is agreed, by others or at another time: what is to be agreed anew is a "
                 "draft or on hold",
                 "CarePlan.extension"};
  }
  return false;
}

// Whether a plan's resource says that it is somebody's else: a Contract may have no subject.
bool is_elsewhere(NodeRef plan, NodeRef resource) {
  const auto whose = child_text(child(plan, "subject"), "reference");
  const auto subject = child(resource, "subject");
  if (!subject) return false;
  for (auto node = subject.node; node != no_node; node = subject.tree->next_same(node))
    if (child_text({subject.tree, node}, "reference") == whose) return false;
  return true;
}

// The goals that were proposed are the person's from now on, in their own words as they stand.
std::optional<Answer> add_goals(const Session& session, NodeRef plan, Attempt& attempt) {
  const Tree& tree = *plan.tree;
  bool pursued = false;
  std::set<std::string> seen;
  for (auto node = child(plan, "goal").node; node != no_node; node = tree.next_same(node)) {
    const auto goal = hold(session, child_text({&tree, node}, "reference"));
    if (!goal)
      return care_failure(
          Error{Kind::unsupported, "a goal of the plan is not known here", "CarePlan.goal"});
    if (!seen.insert(goal->stored.id).second) continue;
    if (is_elsewhere(plan, goal->root()))
      return care_failure(
          Error{Kind::unsupported, "a goal of the plan is somebody else's", "CarePlan.goal"});
    const auto status = child_text(goal->root(), "lifecycleStatus");
    pursued = pursued || !is_given_up(status);
    if (status != "proposed") {
      attempt.reads.push_back({"Goal", goal->stored.id, goal->stored.version});
      continue;
    }
    if (auto refused =
            add(attempt, draft_changed(session, *goal, R"({"lifecycleStatus":"accepted"})")))
      return refused;
  }
  if (pursued) return {};
  return care_failure(
      Error{Kind::unsupported, "every goal of the plan was given up", "CarePlan.goal"});
}

// What the plan costs is allocated, or who gives it has agreed to more.
std::optional<Answer> check_budgets(const Session& session, NodeRef plan, Attempt& attempt) {
  const Tree& tree = *plan.tree;
  for (auto node = child(plan, "supportingInfo").node; node != no_node;
       node = tree.next_same(node)) {
    const auto place = exchange::read_reference(child_text({&tree, node}, "reference"));
    if (place.type != "Contract") continue;
    const auto contract = hold(session, place.type, place.id);
    if (!contract)
      return care_failure(Error{Kind::unsupported, "the budget of the plan is not known here",
                                "CarePlan.supportingInfo"});
    if (is_elsewhere(plan, contract->root()))
      return care_failure(Error{Kind::unsupported, "the budget of the plan is somebody else's",
                                "CarePlan.supportingInfo"});
    attempt.reads.push_back({place.type, place.id, contract->stored.version});
    if (const auto within = check_budget(session.context, contract->root()); !within)
      return care_failure(within.error());
  }
  return {};
}

std::string merge_of(const Context& context, NodeRef plan, const CareParameters& parameters) {
  const std::string date(parameters.text("date").empty() ? now_of(context)
                                                         : std::string(parameters.text("date")));
  auto extensions =
      extensions_with(context, plan, agreed_extension, agreed_by(context, parameters, date));
  std::string merge = R"({"status":"active",)" + member("extension", extensions);
  if (!child(child(plan, "period"), "start"))
    merge += R"("period":{"start":)" + quoted(date) + "},";
  merge.back() = '}';
  return merge;
}

Decision decide(const Session& session, const Agreement& agreement) {
  const auto& context = session.context;
  const auto& parameters = agreement.parameters;
  const auto plan = hold(session, "CarePlan", agreement.id);
  if (!plan) return care_failure(plan.error());
  if (const auto fit = check_plan(plan->root()); !fit) return care_failure(fit.error());
  Attempt attempt;
  if (const auto fit = check_by(session, plan->root(), parameters, attempt); !fit)
    return care_failure(fit.error());
  const auto agreed = is_agreed(context, plan->root(), parameters);
  if (!agreed) return care_failure(agreed.error());
  if (auto refused =
          add(attempt, draft_changed(session, *plan,
                                     *agreed ? "{}" : merge_of(context, plan->root(), parameters))))
    return *std::move(refused);
  if (auto refused = check_budgets(session, plan->root(), attempt)) return *std::move(refused);
  if (auto refused = add_goals(session, plan->root(), attempt)) return *std::move(refused);
  if (*agreed && attempt.drafts.size() == 1) return answer_of(plan->stored);
  if (auto refused = add_agent(session, parameters, attempt)) return *std::move(refused);
  return attempt;
}

}  // namespace

void agree(const Session& session, const OperationCall& call, Done done) {
  auto parameters = CareParameters::read(session.context, call, "by date agent");
  if (!parameters) return done(care_failure(parameters.error()));
  if (!parameters->value("by"))
    return done(care_failure(Error{Kind::invalid, "who agrees is said", "by"}));
  const auto agreement =
      std::make_shared<const Agreement>(Agreement{*std::move(parameters), std::string(call.id)});
  decide_and_commit(
      session, [&session, agreement] { return decide(session, *agreement); },
      Return::representation, std::move(done));
}

}  // namespace fingerpost::interaction
