#include "interaction/operation_parameters.h"

#include "wire/json.h"

namespace fingerpost::interaction {
namespace {

// R4 operationdefinition.html: `most` is max.
struct Row {
  std::string_view of;  // ids of definitions, parted by blanks
  std::string_view name;
  bool out;
  int least;
  std::string_view most;
  std::string_view type;
  std::string_view about;
};
constexpr std::string_view steps = "Task-accept Task-reject Task-cancel Task-complete";
constexpr std::string_view all =
    "Task-accept Task-reject Task-cancel Task-complete ServiceRequest-refer CarePlan-agree "
    "CarePlan-review Group-evaluate-cohort";

constexpr Row rows[] = {
    {"ServiceRequest-refer", "owner", false, 0, "1", "Reference",
     "The service that is asked; without it any may claim the Task."},
    {"ServiceRequest-refer", "requester", false, 0, "1", "Reference",
     "Who is to be told; otherwise the requester of the ServiceRequest."},
    {"ServiceRequest-refer", "due", false, 0, "1", "dateTime",
     "When an answer is due; otherwise in 14 days."},
    {"ServiceRequest-refer", "partOf", false, 0, "1", "Reference",
     "The Task that this is an onward referral of."},
    {"ServiceRequest-refer", "force", false, 0, "1", "boolean",
     "Ask although the same is asked for already."},
    {"ServiceRequest-refer", "return", true, 1, "1", "Task", "The referral Task."},
    {"Task-accept", "owner", false, 0, "1", "Reference", "Who claims a Task that nobody owns."},
    {"Task-reject Task-cancel", "reason", false, 0, "1", "CodeableConcept",
     "Why: needed, where the Task does not say it; or a string."},
    {"Task-reject", "next", false, 0, "1", "Reference", "The ServiceRequest to go on with."},
    {"Task-cancel", "by", false, 0, "1", "code",
     "requester (asks, and forces when no answer came in time) or owner (confirms, or gives back "
     "what nobody asked to be cancelled); otherwise requester."},
    {"Task-complete", "outcome", false, 1, "*", "Element",
     "A Reference, a CodeableConcept, a string, or a resource to be stored."},
    {"Task-accept Task-reject Task-cancel Task-complete ServiceRequest-refer CarePlan-review",
     "note", false, 0, "1", "string", "Words that go with it."},
    {steps, "return", true, 1, "1", "Task", "The Task as it stands then."},
    {"CarePlan-agree", "by", false, 1, "*", "Reference",
     "The person, and whoever agrees with them."},
    {"CarePlan-agree", "date", false, 0, "1", "dateTime", "When; otherwise now."},
    {"CarePlan-review", "goal", false, 0, "*", "Goal",
     "A goal of the plan as it is now, or a new one."},
    {"CarePlan-review", "activity", false, 0, "*", "Resource",
     "A ServiceRequest, Task or Appointment of the plan."},
    {"CarePlan-review", "budget", false, 0, "1", "Contract", "The personal health budget."},
    {"CarePlan-review", "encounter", false, 0, "1", "Encounter", "The review itself."},
    {"CarePlan-review", "observation", false, 0, "*", "Observation", "What was measured at it."},
    {"CarePlan-review", "reviewDue", false, 1, "1", "date", "When the next review is due."},
    {"CarePlan-agree CarePlan-review", "return", true, 1, "1", "CarePlan",
     "The plan as it stands then."},
    {"Group-evaluate-cohort", "practice", false, 0, "1", "Reference",
     "The practice whose patients are looked at; otherwise everybody's."},
    {"Group-evaluate-cohort", "return", true, 1, "1", "Group", "The cohort."},
    {"Patient-care-plan", "return", true, 1, "1", "Bundle",
     "A collection: the merged plan, its timeline, and what they are made of; a Linkage names "
     "those "
     "that were folded."},
    {"ServiceRequest-where-is-it", "return", true, 1, "1", "Parameters",
     "thread, requestStatus, canBeRouted, duplicateOf, and for each Task a referral: task, owner, "
     "status, "
     "businessStatus, reason, since, waitsFor, due, overdue, requesterMay, ownerMay, undelivered."},
    {"backport-subscription-status", "id", false, 0, "*", "id", "Only of these subscriptions."},
    {"backport-subscription-status", "status", false, 0, "*", "code", "Only of those that are so."},
    {"backport-subscription-status", "return", true, 1, "1", "Bundle",
     "A searchset of Parameters, the status of each."},
    {"backport-subscription-events", "eventsSinceNumber", false, 0, "1", "string",
     "The first event, by its number; otherwise the first of all."},
    {"backport-subscription-events", "eventsUntilNumber", false, 0, "1", "string",
     "The last event; otherwise the last there is."},
    {"backport-subscription-events", "content", false, 0, "1", "code",
     "empty: no references to what the events are about."},
    {"backport-subscription-events", "return", true, 1, "1", "Bundle",
     "A notification of type query-event, without resources."},
    {"HealthcareService-import-directory", "feed", false, 1, "1", "url",
     "Where it was published: the same service of the same feed is the same resource again."},
    {"HealthcareService-import-directory", "content", false, 1, "1", "Binary",
     "The feed's JSON: a service, a list of them, or a page."},
    {"HealthcareService-import-directory", "return", true, 1, "1", "OperationOutcome",
     "How many resources came of it, and which services were left out."},
    {all, "agent", false, 0, "1", "Reference",
     "Whose word it is: kept as a Provenance, and held to the party whose step it is."},
};

bool is_of(std::string_view ids, std::string_view id) {
  while (!ids.empty()) {
    const auto end = ids.find(' ');
    if (ids.substr(0, end) == id) return true;
    ids = end == std::string_view::npos ? std::string_view() : ids.substr(end + 1);
  }
  return false;
}

void write(std::string& out, std::string_view name, std::string_view text) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  wire::write_json_string(out, text);
}

}  // namespace

std::string parameters_of_definition(std::string_view id) {
  std::string list;
  for (const auto& row : rows) {
    if (!is_of(row.of, id)) continue;
    list += list.empty() ? R"(,"parameter":[{)" : ",{";
    write(list, "name", row.name);
    write(list, "use", row.out ? "out" : "in");
    list += R"(,"min":)" + std::to_string(row.least);
    write(list, "max", row.most);
    write(list, "documentation", row.about);
    write(list, "type", row.type);
    list += '}';
  }
  return list.empty() ? list : list + "]";
}

}  // namespace fingerpost::interaction
