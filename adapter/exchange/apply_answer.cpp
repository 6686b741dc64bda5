#include "exchange/apply_answer.h"

#include "care/referral.h"
#include "exchange/delivery.h"
#include "exchange/facts.h"
#include "exchange/neighbourhood.h"
#include "exchange/without_active.h"
#include "model/json.h"
#include "profile/validate.h"
#include "search/index_to_store.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

using care::Party;
using care::Status;

constexpr std::string_view nhs_number = "https://fhir.nhs.uk/Id/nhs-number";

// The mark of what an answer says of the request itself: the map's, and not stored.
constexpr std::string_view request_mark = "urn:fingerpost:bars:request-status";

std::vector<NodeId> entries_of(const Tree& bundle) {
  std::vector<NodeId> found;
  for (auto entry = child({&bundle, bundle.root()}, "entry").node; entry != no_node;
       entry = bundle.next_same(entry))
    if (child({&bundle, entry}, "resource")) found.push_back(entry);
  return found;
}

bool is_task(const Parts& parts, NodeRef resource) {
  return parts.definitions.type_name((*resource.tree)[resource.node].type) == "Task";
}

// urn:uuid of a resource that comes along is Type/id where it is stored.
void rewrite(const Parts& parts, const std::map<std::string, std::string, std::less<>>& types,
             Tree& tree, NodeId node) {
  const bool reference = tree[node].type == parts.definitions.common().reference;
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    rewrite(parts, types, tree, at);
    if (!reference || tree.name_text(at) != "reference" || !tree.has_value(at)) continue;
    const auto found = types.find(read_reference(tree.text(at)).id);
    if (found != types.end()) tree.set(at, Shape::string, found->second + "/" + found->first);
  }
}

Error unknown_referral() {
  return {Kind::not_found, "no referral of this id was sent to the sender", "Task.id"};
}

std::string text_of(const Parts& parts, NodeRef node) {
  std::string out;
  model::write_json(parts.definitions, *node.tree, node.node, out);
  return out;
}

bool holds(const Parts& parts, NodeRef task, std::string_view element, const std::string& text) {
  const Tree& tree = *task.tree;
  for (auto node = child(task, element).node; node != no_node; node = tree.next_same(node))
    if (text_of(parts, {&tree, node}) == text) return true;
  return false;
}

// Two different NHS numbers are two people; where either is not known nothing can be said.
bool same_patient(Neighbourhood& near, NodeRef said, NodeRef stored) {
  const auto number = child_text(child(child(said, "for"), "identifier"), "value");
  const auto* patient = near.find(child_text(child(stored, "for"), "reference"));
  if (number.empty() || patient == nullptr) return true;
  const Tree& tree = *patient->node.tree;
  for (auto node = child(patient->node, "identifier").node; node != no_node;
       node = tree.next_same(node))
    if (child_text({&tree, node}, "system") == nhs_number)
      return child_text({&tree, node}, "value") == number;
  return true;
}

// The step the stored Task takes; none where the answer is late or repeats what is known.
std::optional<Status> step(Status before, Status said) {
  if (said == Status::rejected && !care::terminal(before) &&
      !care::check_transition(before, said, Party::owner))
    said = Status::cancelled;
  if (care::terminal(before) || said == before || care::goes_back(before, said)) return {};
  return said;
}

class Answered {
 public:
  Answered(const Parts& parts, store::Reader& reader, const Translation& translation,
           const Source& source)
      : parts_(parts),
        reader_(reader),
        translation_(translation),
        source_(source),
        near_(parts, reader),
        answer_(parts.definitions.names()) {
    result_.issues = translation.issues;
  }

  Result<Applied> answer();
  Result<Applied> status();
  const std::optional<Error>& trouble() const { return near_.trouble(); }

 private:
  Result<void> find();
  Result<void> take_others();
  Result<void> complete_request();
  Result<void> change();
  void gain(Tree& tree, std::string_view element);
  Result<void> write(Tree& tree, Status before);

  const Parts& parts_;
  store::Reader& reader_;
  const Translation& translation_;
  const Source& source_;
  Neighbourhood near_;
  Tree answer_;  // the Task of the translation
  NodeRef said_;
  std::optional<store::Stored> stored_;
  std::optional<Tree> task_;   // as it is stored
  std::deque<Tree> requests_;  // that are written
  Applied result_;
};

Result<void> Answered::find() {
  const auto& bundle = translation_.bundle;
  std::map<std::string, std::string, std::less<>> types;
  for (const auto entry : entries_of(bundle)) {
    const auto resource = child({&bundle, entry}, "resource");
    types.emplace(child_text(resource, "id"),
                  parts_.definitions.type_name(bundle[resource.node].type));
    if (!said_ && is_task(parts_, resource))
      said_ = {&answer_, answer_.copy(bundle, resource.node, answer_.root())};
  }
  if (said_) rewrite(parts_, types, answer_, said_.node);
  if (!said_) return Error{Kind::fault, "the translation holds no Task", "Task"};
  auto stored = reader_.read("Task", child_text(said_, "id"));
  if (!stored) return is_absence(stored.error()) ? unknown_referral() : stored.error();
  LET(auto read, model::read_json(parts_.definitions, stored->body, parts_.limits));
  stored_ = std::move(*stored);
  task_ = std::move(read.tree);
  if (!is_referral(near_, {&*task_, task_->root()})) return unknown_referral();
  return {};
}

// What the other side made beside, an Encounter of its own say, is stored as it tells of it.
Result<void> Answered::take_others() {
  const auto& bundle = translation_.bundle;
  Translation rest{Tree(bundle.names()), {}, {}, {}};
  rest.bundle.set_type(rest.bundle.root(), bundle[bundle.root()].type);
  bool any = false;
  for (const auto entry : entries_of(bundle)) {
    if (is_task(parts_, child({&bundle, entry}, "resource"))) continue;
    rest.bundle.copy(bundle, entry, rest.bundle.root());
    any = true;
  }
  if (!any) return {};
  auto source = source_;
  source.referral = source.links = false;
  source.past = true;
  LET(auto applied, apply(parts_, reader_, rest, source));
  std::move(applied.unit.writes.begin(), applied.unit.writes.end(),
            std::back_inserter(result_.unit.writes));
  std::move(applied.issues.begin(), applied.issues.end(), std::back_inserter(result_.issues));
  result_.late = std::move(applied.late);
  return {};
}

// The answer says that what was asked for is done: then the request is, too, if it is still asked.
Result<void> Answered::complete_request() {
  std::string_view told;
  const auto tag = child(child(said_, "meta"), "tag");
  if (child_text(tag, "system") == request_mark) told = child_text(tag, "code");
  if (told != "completed") return {};
  const auto place =
      read_reference(child_text(child({&*task_, task_->root()}, "focus"), "reference"));
  const auto stored = reader_.read("ServiceRequest", place.id);
  if (!stored) return is_absence(stored.error()) ? Result<void>{} : stored.error();
  LET(auto read, model::read_json(parts_.definitions, stored->body, parts_.limits));
  auto& tree = requests_.emplace_back(std::move(read.tree));
  const auto status = child({&tree, tree.root()}, "status");
  if (!status || (tree.text(status.node) != "active" && tree.text(status.node) != "on-hold"))
    return {};
  tree.set(status.node, Shape::string, "completed");
  auto& write = result_.unit.writes.emplace_back();
  write.type = "ServiceRequest";
  write.id = stored->id;
  write.if_version = stored->version;
  write.index = search::index_to_store(*parts_.parameters.now(), {&tree, tree.root()});
  write.body = store::prepare_body(parts_.definitions, tree, stored->id);
  near_.add({"ServiceRequest",
             write.id,
             {&tree, tree.root()},
             store::complete(write.body, stored->version + 1, parts_.clock.now_us())});
  return {};
}

// Repetitions of the element that the Task has not yet.
void Answered::gain(Tree& tree, std::string_view element) {
  const Tree& from = *said_.tree;
  for (auto node = child(said_, element).node; node != no_node; node = from.next_same(node))
    if (!holds(parts_, {&tree, tree.root()}, element, text_of(parts_, {&from, node})))
      tree.copy(from, node, tree.root());
}

// The changed Task, valid, when it is another than the stored one.
Result<void> Answered::write(Tree& tree, Status before) {
  leave_out_active(parts_.definitions, tree, result_.issues);
  for (const auto& issue : profile::validate(parts_.definitions, tree, tree.root(), parts_.limits))
    if (issue.severity <= Severity::error)
      return Error{Kind::invalid, issue.text, issue.expression};
  auto body = store::prepare_body(parts_.definitions, tree, stored_->id);
  if (store::same(body, stored_->body)) {
    result_.issues.push_back({Severity::information, "informational", "Task",
                              "the answer says nothing new: the Task stays as it is"});
    return {};
  }
  auto& write = result_.unit.writes.emplace_back();
  write.type = "Task";
  write.id = stored_->id;
  write.if_version = stored_->version;
  write.index = search::index_to_store(*parts_.parameters.now(), {&tree, tree.root()});
  write.body = std::move(body);
  near_.add({"Task",
             write.id,
             {&tree, tree.root()},
             store::complete(write.body, stored_->version + 1, parts_.clock.now_us())});
  TaskChange change{{&tree, tree.root()}, stored_->id, before, source_.seed, source_.partner};
  LET(const auto after, status_of(change.task));
  LET(change.fact, add_fact(parts_, near_, reader_, change, after, result_.unit));
  return add_deliveries(parts_, near_, change, result_.unit.outbox);
}

// A message may leave out why; whoever is told after us asks for it (fp-task-2).
void say_why(const model::Definitions& definitions, Tree& task, Status status) {
  const bool needed = status == Status::rejected || status == Status::cancelled ||
                      status == Status::failed || status == Status::on_hold;
  if (!needed || child({&task, task.root()}, "statusReason")) return;
  const auto& names = definitions.names();
  const auto reason = task.add_grouped(task.root(), names.find("statusReason"),
                                       definitions.common().codeable_concept);
  task.set(task.add(reason, names.find("text"), definitions.common().string), Shape::string,
           "The service gave no reason");
}

Result<void> Answered::change() {
  LET(const auto before, status_of({&*task_, task_->root()}));
  Tree tree(parts_.definitions.names());
  tree.set_type(tree.root(), (*task_)[task_->root()].type);
  for (auto node = task_->first_child(task_->root()); node != no_node; node = task_->next(node))
    tree.copy(*task_, node, tree.root());
  std::optional<Status> after;
  if (child(said_, "status")) {
    LET(const auto said, status_of(said_));
    after = step(before, said);
  }
  if (after) {
    LET_DONE(care::check_transition(before, *after, Party::owner));
    const auto& names = parts_.definitions.names();
    tree.set(tree.child(tree.root(), names.find("status")), Shape::string, care::code(*after));
    if (const auto reason = tree.child(tree.root(), names.find("statusReason")); reason != no_node)
      tree.remove(reason);
  }
  if (!care::terminal(before))
    for (const auto* element : {"identifier", "output", "note"}) gain(tree, element);
  if (after) {
    gain(tree, "statusReason");
    say_why(parts_.definitions, tree, *after);
  }
  if (after == Status::completed && !child({&tree, tree.root()}, "output"))
    return Error{Kind::invalid, "a referral is completed with its outcome", "Task.output"};
  if (after == Status::completed) LET_DONE(complete_request());
  return write(tree, before);
}

Result<Applied> Answered::answer() {
  LET_DONE(find());
  const NodeRef task{&*task_, task_->root()};
  const auto* owner = find_partner(parts_, near_, child(task, "owner"));
  if (owner == nullptr || owner->id != source_.partner) return unknown_referral();
  if (!same_patient(near_, said_, task))
    return Error{Kind::invalid, "the referral is about another patient", "Task.for"};
  LET_DONE(take_others());
  LET_DONE(change());
  return std::move(result_);
}

Result<Applied> Answered::status() {
  const auto found = find();
  if (!found && found.error().kind == Kind::not_found)
    return Error{Kind::not_found, "no referral of this number came from the sender", "Task.id"};
  LET_DONE(found);
  const auto* asking = parts_.partners.find(source_.partner);
  if (asking == nullptr || !language(*asking))
    return Error{Kind::unsupported, "the status cannot be sent: the sender has no address here",
                 "MSH-3"};
  add_status(parts_, near_, {{&*task_, task_->root()}, stored_->id, {}, source_.seed, ""}, *asking,
             result_.unit.outbox);
  return std::move(result_);
}

}  // namespace

Result<Applied> apply_answer(const Parts& parts, store::Reader& reader,
                             const Translation& translation, const Source& source) {
  Answered answered(parts, reader, translation, source);
  auto applied = answered.answer();
  if (answered.trouble()) return *answered.trouble();
  return applied;
}

Result<Applied> apply_status_request(const Parts& parts, store::Reader& reader,
                                     const Translation& translation, const Source& source) {
  Answered answered(parts, reader, translation, source);
  auto applied = answered.status();
  if (answered.trouble()) return *answered.trouble();
  return applied;
}

}  // namespace fingerpost::exchange
