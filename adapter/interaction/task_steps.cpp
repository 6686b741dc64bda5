#include "care/deadlines.h"
#include "care/loop.h"
#include "exchange/referral_step.h"
#include "exchange/waiting.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

using care::Event, care::Party;
using exchange::child, exchange::child_text;

// What is asked for of a Task.
struct Step {
  CareParameters parameters;
  std::string id;
  Event (*event)(care::Standing standing, Party by);
  Party by;
};

Result<Party> party_of(const CareParameters& parameters, Party otherwise) {
  const auto by = parameters.text("by");
  if (by.empty()) return otherwise;
  if (by == "requester") return Party::requester;
  if (by == "owner") return Party::owner;
  return Error{Kind::invalid, "it is said by the requester or by the owner", "by"};
}

// R4 has one place for what a standing is within its status.
std::string business_status(std::string_view code) {
  return R"({"coding":[{"system":)" + quoted(exchange::business_status_system) + R"(,"code":)" +
         quoted(code) + R"(}],"text":null})";
}

// A reason as it is to replace another one, in words too (fp-task-2).
std::string reason_of(const Context& context, NodeRef reason) {
  if (!reason) return {};
  if (reason.tree->has_value(reason.node))
    return R"({"coding":null,"text":)" + quoted(reason.tree->text(reason.node)) + "}";
  const auto coding = child(reason, "coding");
  auto words = child_text(reason, "text");
  if (words.empty()) words = child_text(coding, "display");
  if (words.empty()) words = child_text(coding, "code");
  const auto list = list_with(context, reason, "coding", {});
  return R"({"coding":)" + (list.empty() ? "null" : list) + R"(,"text":)" + quoted(words) + "}";
}

std::string output_of(std::string_view code, std::string_view member, const std::string& json) {
  return R"({"type":{"coding":[{"system":)" + quoted(outcome_system) + R"(,"code":)" +
         quoted(code) + "}]},\"" + std::string(member) + "\":" + json + "}";
}

// What kind of outcome a resource of the type is (CodeSystem referral-outcome).
std::string_view outcome_code(std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> table[] = {
      {"Observation", "measure"},
      {"QuestionnaireResponse", "measure"},
      {"CarePlan", "plan"},
      {"DocumentReference", "letter"},
      {"ServiceRequest", "next-request"}};
  for (const auto& [of, code] : table)
    if (of == type) return code;
  return "activity";
}

// What came of a referral is of its person, and goes to whoever asked for them.
Result<void> check_outcome(NodeRef task, NodeRef resource) {
  const auto person = exchange::read_reference(child_text(child(task, "for"), "reference"));
  if (is_only_about(resource, person)) return {};
  return Error{Kind::unsupported, "the outcome is another person's than Task.for", "Task.output"};
}

// The same of one that is stored here.
Result<void> check_outcome_at(const Session& session, NodeRef task, NodeRef reference) {
  const auto held = hold(session, child_text(reference, "reference"));
  if (held) return check_outcome(task, held->root());
  if (held.error().kind == Kind::unsupported) return {};  // elsewhere
  if (!exchange::is_absence(held.error())) return held.error();
  return Error{Kind::unsupported, "the outcome is not known here", "Task.output"};
}

Result<void> check_value(const Context& context, NodeRef value) {
  const auto& common = context.definitions.common();
  const auto type = (*value.tree)[value.node].type;
  if (value.tree->name_text(value.node) == "resource" || type == common.reference ||
      type == common.codeable_concept || type == common.string)
    return {};
  return Error{Kind::invalid,
               "an outcome is a resource, a Reference, a CodeableConcept or a string", "outcome"};
}

// The outcomes as Task.output; those that come whole are drafted beside the Task.
std::variant<std::vector<std::string>, Answer> outputs_of(const Session& session,
                                                          const CareParameters& parameters,
                                                          NodeRef task, Attempt& attempt) {
  const auto& context = session.context;
  const auto& definitions = context.definitions;
  std::vector<std::string> outputs;
  for (const auto outcome : parameters.values("outcome")) {
    if (const auto fit = check_value(context, outcome); !fit) return care_failure(fit.error());
    const auto type = (*outcome.tree)[outcome.node].type;
    const bool whole = outcome.tree->name_text(outcome.node) == "resource";
    const auto own =
        whole ? check_outcome(task, outcome) : check_outcome_at(session, task, outcome);
    if (!own) return care_failure(own.error());
    if (whole) {
      if (auto refused = add(attempt, draft_new(session, json_of(context, outcome))))
        return *std::move(refused);
      const auto& draft = attempt.drafts.back();
      outputs.push_back(output_of(outcome_code(draft.type), "valueReference",
                                  R"({"reference":)" + quoted(draft.type + "/" + draft.id) + "}"));
    } else if (type == definitions.common().reference) {
      const auto place = exchange::read_reference(child_text(outcome, "reference"));
      outputs.push_back(
          output_of(outcome_code(place.type), "valueReference", json_of(context, outcome)));
    } else if (type == definitions.common().codeable_concept) {
      outputs.push_back(output_of("activity", "valueCodeableConcept", json_of(context, outcome)));
    } else {
      outputs.push_back(
          output_of("activity", "valueString", quoted(outcome.tree->text(outcome.node))));
    }
  }
  if (const auto next = parameters.value("next"))
    outputs.push_back(output_of("next-request", "valueReference", json_of(context, next)));
  return outputs;
}

std::string note_of(const Session& session, const CareParameters& parameters, NodeRef task) {
  const auto note = parameters.text("note");
  if (note.empty()) return {};
  return list_with(
      session.context, task, "note",
      {R"({"time":")" + now_of(session.context) + R"(","text":)" + quoted(note) + "}"});
}

// The change of the Task that takes the event's step.
std::string merge_of(const Session& session, const Step& step, NodeRef task, Event event,
                     care::Standing reached, const std::vector<std::string>& outputs) {
  const auto& context = session.context;
  const auto now = now_of(context);
  const bool redirected = static_cast<bool>(step.parameters.value("next"));
  std::string merge = "{" + member("status", quoted(care::code(reached.status)));
  if (!child(task, "owner"))
    merge += member("owner", json_of(context, step.parameters.value("owner")));
  merge += member("statusReason", reason_of(context, step.parameters.value("reason")));
  if (redirected) merge += member("businessStatus", business_status("referred-onward"));
  if (event == Event::ask_cancel)
    merge += member("businessStatus", business_status(exchange::cancel_requested_code));
  if (!outputs.empty()) merge += member("output", list_with(context, task, "output", outputs));
  if (event == Event::complete) merge += member("executionPeriod", R"({"end":")" + now + "\"}");
  merge += member("note", note_of(session, step.parameters, task));
  return merge + R"("lastModified":")" + now + "\"}";
}

Result<care::Given> given_of(const Session& session, const Step& step, NodeRef task,
                             care::Standing standing, bool output) {
  const auto& context = session.context;
  const auto& deadlines = context.policy.deadlines;
  care::Given given;
  given.reason = step.parameters.value("reason") || child(task, "statusReason");
  given.output = output || child(task, "output");
  const exchange::Past past{context.definitions, context.limits, session.reader};
  LET(const auto since, exchange::waiting_since(past, step.id, task, standing, deadlines));
  given.overdue =
      care::overdue(standing, since, exchange::seconds_of(context.clock.now_us()), deadlines)
          .has_value();
  return given;
}

// Who claims what somebody has already is told so, and takes it from nobody.
Result<void> check_claim(const Step& step, NodeRef task, care::Standing standing) {
  const auto claims = child_text(step.parameters.value("owner"), "reference");
  const auto owner = child(task, "owner");
  if (!owner && claims.empty() && step.by == Party::owner &&
      care::has(care::in_asked, standing.status))
    return Error{Kind::unsupported,
                 "nobody owns the referral: whoever claims it says so by the parameter owner of "
                 "$accept",
                 "Task.owner"};
  if (claims.empty() || !owner || child_text(owner, "reference") == claims) return {};
  return Error{Kind::unsupported, "the referral has an owner", "Task.owner"};
}

// Who says that it is the one party's step is not the other one.
Result<void> check_agent(const Step& step, NodeRef task) {
  const auto agent = child_text(step.parameters.value("agent"), "reference");
  const auto requester = child_text(child(task, "requester"), "reference");
  const auto owner = child_text(child(task, "owner"), "reference");
  const bool by_owner = step.by == Party::owner;
  if (agent.empty() || requester == owner || agent != (by_owner ? requester : owner)) return {};
  return Error{Kind::forbidden,
               std::string("the step belongs to the ") + (by_owner ? "owner" : "requester"),
               "agent"};
}

Decision decide(const Session& session, const Step& step) {
  auto held = hold(session, "Task", step.id);
  if (!held) return care_failure(held.error());
  const auto task = held->root();
  const auto focus = exchange::read_reference(child_text(child(task, "focus"), "reference"));
  if (focus.type != "ServiceRequest")
    return care_failure(
        Error{Kind::unsupported, "the Task is no referral: its focus is no request", "Task.focus"});
  const auto standing = exchange::standing_of(task);
  if (!standing) return care_failure(standing.error());
  if (const auto own = check_agent(step, task); !own) return care_failure(own.error());
  if (const auto free = check_claim(step, task, *standing); !free)
    return care_failure(free.error());
  Attempt attempt;
  auto outputs = outputs_of(session, step.parameters, task, attempt);
  if (auto* failed = std::get_if<Answer>(&outputs)) return std::move(*failed);
  const auto& output = std::get<std::vector<std::string>>(outputs);
  const auto event = step.event(*standing, step.by);
  const auto given = given_of(session, step, task, *standing, !output.empty());
  if (!given) return care_failure(given.error());
  const auto reached = care::after(*standing, event, step.by, *given);
  if (!reached) return care_failure(reached.error());
  const auto merge = merge_of(session, step, task, event, *reached, output);
  if (auto refused = add(attempt, draft_changed(session, *held, merge))) return *std::move(refused);
  std::swap(attempt.drafts.front(), attempt.drafts.back());  // the answer is about the Task
  if (auto refused = add_agent(session, step.parameters, attempt)) return *std::move(refused);
  return attempt;
}

void start(const Session& session, const OperationCall& call, std::string_view names, Party by,
           Event (*event)(care::Standing, Party), Done done) {
  auto parameters = CareParameters::read(session.context, call, names);
  if (!parameters) return done(care_failure(parameters.error()));
  const auto party = party_of(*parameters, by);
  if (!party) return done(care_failure(party.error()));
  const auto step = std::make_shared<const Step>(
      Step{*std::move(parameters), std::string(call.id), event, *party});
  decide_and_commit(
      session, [&session, step] { return decide(session, *step); }, Return::representation,
      std::move(done));
}

}  // namespace

void accept(const Session& session, const OperationCall& call, Done done) {
  start(
      session, call, "owner note agent", Party::owner,
      [](care::Standing, Party) { return Event::accept; }, std::move(done));
}

void reject(const Session& session, const OperationCall& call, Done done) {
  start(
      session, call, "reason next note agent", Party::owner,
      [](care::Standing, Party) { return Event::reject; }, std::move(done));
}

void complete(const Session& session, const OperationCall& call, Done done) {
  start(
      session, call, "outcome note agent", Party::owner,
      [](care::Standing, Party) { return Event::complete; }, std::move(done));
}

// The requester asks; the owner answers, or gives back what nobody asked him to.
void cancel(const Session& session, const OperationCall& call, Done done) {
  const auto event = [](care::Standing standing, Party by) {
    const bool asked = standing.withdrawal == care::Withdrawal::asked;
    if (by == Party::owner) return asked ? Event::confirm_cancel : Event::give_back;
    if (standing.status == care::Status::draft) return Event::discard;
    return asked ? Event::force_cancel : Event::ask_cancel;
  };
  start(session, call, "by reason note agent", Party::requester, event, std::move(done));
}

}  // namespace fingerpost::interaction
