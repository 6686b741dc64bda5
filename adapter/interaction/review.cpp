#include "exchange/neighbourhood.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"

#include <map>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

// A parameter that brings resources, the types it may bring, and where the plan refers to them.
struct Part {
  std::string_view parameter;
  std::string_view types;    // parted by blanks
  std::string_view element;  // of CarePlan
};
constexpr Part parts[] = {
    {"goal", "Goal", "goal"},
    {"activity", "ServiceRequest Task Appointment", "activity"},
    {"budget", "Contract", "supportingInfo"},
    {"encounter", "Encounter", "supportingInfo"},
    {"observation", "Observation", "supportingInfo"},
};

struct Reviewed {
  CareParameters parameters;
  std::string id;
};

bool has_type(std::string_view types, std::string_view type) {
  const auto at = types.find(type);
  return at != std::string_view::npos && (at == 0 || types[at - 1] == ' ') &&
         (at + type.size() == types.size() || types[at + type.size()] == ' ');
}

// Where the plan refers to the resource: activities do one level down.
bool refers_to(NodeRef plan, std::string_view element, std::string_view place) {
  const Tree& tree = *plan.tree;
  for (auto node = child(plan, element).node; node != no_node; node = tree.next_same(node)) {
    const NodeRef at{&tree, node};
    const auto reference = element == "activity" ? child(at, "reference") : at;
    if (child_text(reference, "reference") == place) return true;
  }
  return false;
}

// One try at it: the plan, and what comes with it.
class Attempted {
 public:
  Attempted(const Session& session, const Reviewed& reviewed, const Held& plan)
      : session_(session), context_(session.context), reviewed_(reviewed), plan_(plan) {}

  Decision decide();

 private:
  std::optional<Answer> bring(const Part& part, NodeRef resource, std::vector<std::string>& added);
  Result<void> check_subject(NodeRef resource, std::string_view parameter) const;

  const Session& session_;
  const Context& context_;
  const Reviewed& reviewed_;
  const Held& plan_;
  Attempt attempt_;
};

// Nothing of anybody else comes with a plan.
Result<void> Attempted::check_subject(NodeRef resource, std::string_view parameter) const {
  const auto own =
      exchange::read_reference(child_text(child(plan_.root(), "subject"), "reference"));
  if (own.id.empty())
    return Error{Kind::unsupported, "whom the plan is for is no resource here", "CarePlan.subject"};
  if (is_only_about(resource, own)) return {};
  return Error{Kind::unsupported, "it is about another person than the plan",
               std::string(parameter)};
}

std::optional<Answer> Attempted::bring(const Part& part, NodeRef resource,
                                       std::vector<std::string>& added) {
  const std::string type(context_.definitions.type_name((*resource.tree)[resource.node].type));
  const auto refuse = [&](Kind kind, std::string text) {
    return care_failure(Error{kind, std::move(text), std::string(part.parameter)});
  };
  if (!has_type(part.types, type))
    return refuse(Kind::invalid, "this parameter brings: " + std::string(part.types));
  if (const auto same = check_subject(resource, part.parameter); !same)
    return care_failure(same.error());
  if (type == "Contract")
    if (const auto within = check_budget(context_, resource); !within)
      return care_failure(within.error());
  const std::string id(child_text(resource, "id"));
  auto drafted = draft_new(session_, json_of(context_, resource));
  if (auto* failed = std::get_if<Answer>(&drafted)) return std::move(*failed);
  auto& draft = std::get<Draft>(drafted);
  const auto place = type + "/" + draft.id;
  const auto stored = id.empty() ? Result<store::Stored>(Error{Kind::not_found, "", ""})
                                 : session_.reader.read(type, id);
  if (stored) {
    const auto before = hold(session_, type, id);
    if (!before) return care_failure(before.error());
    if (const auto same = check_subject(before->root(), part.parameter); !same)
      return care_failure(same.error());
    const auto version = child_text(child(resource, "meta"), "versionId");
    if (!version.empty() && version != std::to_string(stored->version))
      return refuse(Kind::conflict, "it has changed since: " + place);
    draft.must_be_new = false;
    draft.if_version = stored->version;
    draft.how = store::How::put;
  }
  if (!refers_to(plan_.root(), part.element, place)) {
    if (stored && part.element == "goal")
      return refuse(Kind::unsupported, "the plan has no such goal: " + place);
    const auto reference = R"({"reference":)" + quoted(place) + "}";
    added.push_back(part.element == "activity" ? R"({"reference":)" + reference + "}" : reference);
  }
  return add(attempt_, std::move(drafted));
}

Decision Attempted::decide() {
  const auto root = plan_.root();
  const auto& parameters = reviewed_.parameters;
  if (child_text(root, "status") != "active")
    return care_failure(
        Error{Kind::unsupported, "a plan is reviewed while it is active", "CarePlan.status"});
  attempt_.drafts.emplace_back();  // the answer is about the plan
  const auto due = R"({"url":)" + quoted(review_due_extension) + R"(,"valueDate":)" +
                   quoted(parameters.text("reviewDue")) + "}";
  std::string merge =
      "{" + member("extension", extensions_with(context_, root, review_due_extension, due));
  std::map<std::string_view, std::vector<std::string>> lists;
  for (const auto& part : parts)
    for (const auto resource : parameters.values(part.parameter))
      if (auto refused = bring(part, resource, lists[part.element])) return *std::move(refused);
  for (const auto& [element, added] : lists)
    if (!added.empty()) merge += member(element, list_with(context_, root, element, added));
  if (const auto note = parameters.text("note"); !note.empty())
    merge += member("note", list_with(context_, root, "note",
                                      {R"({"time":)" + quoted(now_of(context_)) + R"(,"text":)" +
                                       quoted(note) + "}"}));
  merge.back() = '}';
  auto drafted = draft_changed(session_, plan_, merge);
  if (auto* failed = std::get_if<Answer>(&drafted)) return std::move(*failed);
  attempt_.drafts.front() = std::get<Draft>(std::move(drafted));
  if (auto refused = add_agent(session_, parameters, attempt_)) return *std::move(refused);
  return std::move(attempt_);
}

Result<void> check_due(const Context& context, const CareParameters& parameters) {
  const auto value = parameters.value("reviewDue");
  if (!value) return Error{Kind::invalid, "when the next review is due is said", "reviewDue"};
  if ((*value.tree)[value.node].type != context.definitions.find("date"))
    return Error{Kind::invalid, "when the next review is due is a valueDate", "reviewDue"};
  const auto due = parameters.text("reviewDue");
  const auto today = now_of(context).substr(0, std::string_view("2026-11-22").size());
  if (due.size() == today.size() && due > today) return {};
  return Error{Kind::invalid, "the next review is due on a day to come", "reviewDue"};
}

}  // namespace

void review(const Session& session, const OperationCall& call, Done done) {
  auto parameters = CareParameters::read(
      session.context, call, "goal activity budget encounter observation reviewDue note agent");
  if (!parameters) return done(care_failure(parameters.error()));
  if (const auto due = check_due(session.context, *parameters); !due)
    return done(care_failure(due.error()));
  const auto reviewed =
      std::make_shared<const Reviewed>(Reviewed{*std::move(parameters), std::string(call.id)});
  decide_and_commit(
      session,
      [&session, reviewed]() -> Decision {
        const auto plan = hold(session, "CarePlan", reviewed->id);
        if (!plan) return care_failure(plan.error());
        return Attempted(session, *reviewed, *plan).decide();
      },
      Return::representation, std::move(done));
}

}  // namespace fingerpost::interaction
