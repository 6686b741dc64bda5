#include "base/uuid.h"
#include "care/deadlines.h"
#include "exchange/referral_step.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"
#include "interaction/duplicates.h"
#include "search/range.h"
#include "store/body.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

struct Referral {
  CareParameters parameters;
  std::string id;  // of the request
};

// Whether the request may be sent at all: it is an order that stands, and nobody has it or did it.
Result<void> check_request(NodeRef request, const std::vector<Held>& tasks) {
  if (child_text(request, "status") != "active")
    return Error{Kind::unsupported, "a request is referred while it is active",
                 "ServiceRequest.status"};
  const auto intent = child_text(request, "intent");
  if (intent == "proposal" || intent == "plan" || intent == "option")
    return Error{Kind::unsupported, "what is referred is an order, not an idea of one",
                 "ServiceRequest.intent"};
  std::vector<care::Standing> standings;
  std::string holder;
  for (const auto& task : tasks) {
    LET(const auto standing, exchange::standing_of(task.root()));
    standings.push_back(standing);
    if (!care::terminal(standing.status) || standing.status == care::Status::completed)
      holder = task.place();
  }
  if (care::can_be_routed(standings)) return {};
  return Error{Kind::conflict, "the request is with a service, or was done: " + holder,
               "ServiceRequest"};
}

// Everybody whom the referral names is named by a Reference.
Result<void> check_references(const Context& context, const CareParameters& parameters) {
  for (const std::string name : {"owner", "requester", "partOf", "agent"}) {
    const auto value = parameters.value(name);
    if (value && (*value.tree)[value.node].type != context.definitions.common().reference)
      return Error{Kind::invalid, "it is named by a Reference", name};
  }
  return {};
}

// Nobody can answer by a time that has passed. A day is within to its end.
Result<void> check_due(const Context& context, const CareParameters& parameters) {
  const auto due = parameters.value("due");
  if (!due) return {};
  const auto range = search::date_range(parameters.text("due"));
  if (range && range->high > context.clock.now_us()) return {};
  return Error{Kind::invalid, "an answer is due on a date, or at a time with its zone, to come",
               "due"};
}

std::string due_of(const Session& session, const CareParameters& parameters) {
  const auto due = parameters.text("due");
  if (!due.empty()) return std::string(due);
  constexpr std::int64_t second_us = 1'000'000;
  const auto wait =
      std::chrono::duration_cast<std::chrono::seconds>(session.context.policy.deadlines.response);
  return store::instant(session.context.clock.now_us() + wait.count() * second_us);
}

// The thread of the request, by which everything that comes of it is found.
std::string thread_of(const Context& context, const Held& request) {
  if (const auto thread = child(request.root(), "requisition")) return json_of(context, thread);
  return R"({"system":)" + quoted(thread_system) + R"(,"value":)" +
         quoted(uuid_v5({"thread", request.stored.id})) + "}";
}

// The first Task of an onward referral says which one it is a part of.
std::string task_json(const Session& session, const Referral& referral, const Held& request) {
  const auto& context = session.context;
  const auto& parameters = referral.parameters;
  const auto root = request.root();
  const auto now = quoted(now_of(context));
  const auto asker = parameters.value("requester");
  const auto part_of = json_of(context, parameters.value("partOf"));
  std::string json =
      R"({"resourceType":"Task","meta":{"profile":[)" + quoted(referral_task_profile) + "]},";
  json += member("groupIdentifier", thread_of(context, request));
  if (!part_of.empty()) json += R"("partOf":[)" + part_of + "],";
  json += R"("status":"requested","intent":"order",)";
  const auto priority = child_text(root, "priority");
  if (!priority.empty()) json += member("priority", quoted(priority));
  json += R"("code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code",)"
          R"("code":"fulfill"}]},)";
  json += R"("focus":{"reference":)" + quoted(request.place()) + "},";
  json += member("for", json_of(context, child(root, "subject")));
  json += member("authoredOn", now) + member("lastModified", now);
  json += member("requester", json_of(context, asker ? asker : child(root, "requester")));
  json += member("owner", json_of(context, parameters.value("owner")));
  if (const auto note = parameters.text("note"); !note.empty())
    json += R"("note":[{"text":)" + quoted(note) + "}],";
  return json + R"("restriction":{"period":{"end":)" + quoted(due_of(session, parameters)) + "}}}";
}

Decision decide(const Session& session, const Referral& referral) {
  auto request = hold(session, "ServiceRequest", referral.id);
  if (!request) return care_failure(request.error());
  Attempt attempt;
  auto tasks = search_held(session, "Task", {{"focus", "ServiceRequest/" + referral.id}});
  if (!tasks) return care_failure(tasks.error());
  attempt.searches.push_back(std::move(tasks->guard));
  if (const auto fit = check_request(request->root(), tasks->found); !fit)
    return care_failure(fit.error());
  if (!referral.parameters.is_set("force")) {
    auto same = open_duplicate(session, *request,
                               child_text(referral.parameters.value("owner"), "reference"));
    if (!same) return care_failure(same.error());
    attempt.searches.push_back(std::move(same->guard));
    if (!same->task.empty())
      return care_failure(Error{
          Kind::conflict,
          "the same was asked for before, and is open: " + same->task + "; force asks all the same",
          "ServiceRequest"});
  }
  auto json = task_json(session, referral, *request);
  if (auto refused = add(attempt, draft_new(session, std::move(json)))) return *std::move(refused);
  if (child(request->root(), "requisition")) {
    attempt.reads.push_back({"ServiceRequest", referral.id, request->stored.version});
  } else {
    const auto merge = R"({"requisition":)" + thread_of(session.context, *request) + "}";
    if (auto refused = add(attempt, draft_changed(session, *request, merge)))
      return *std::move(refused);
  }
  if (auto refused = add_agent(session, referral.parameters, attempt)) return *std::move(refused);
  return attempt;
}

}  // namespace

void refer(const Session& session, const OperationCall& call, Done done) {
  auto parameters =
      CareParameters::read(session.context, call, "owner requester due note partOf force agent");
  if (!parameters) return done(care_failure(parameters.error()));
  if (const auto named = check_references(session.context, *parameters); !named)
    return done(care_failure(named.error()));
  if (const auto due = check_due(session.context, *parameters); !due)
    return done(care_failure(due.error()));
  const auto referral =
      std::make_shared<const Referral>(Referral{*std::move(parameters), std::string(call.id)});
  decide_and_commit(
      session, [&session, referral] { return decide(session, *referral); }, Return::representation,
      std::move(done));
}

}  // namespace fingerpost::interaction
