#include "exchange/apply_answer.h"

#include "care/referral.h"
#include "exchange/delivery.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"
#include "profile/validate.h"
#include "search/index_to_store.h"

#include <algorithm>
#include <optional>

namespace fingerpost::exchange {
namespace {

using care::Party;
using care::Status;

constexpr std::string_view nhs_number = "https://fhir.nhs.uk/Id/nhs-number";

// The Task a translated message is about.
NodeRef task_in(const Parts& parts, const Tree& bundle) {
  for (auto entry = child({&bundle, bundle.root()}, "entry").node; entry != no_node;
       entry = bundle.next_same(entry)) {
    const auto resource = child({&bundle, entry}, "resource");
    if (resource && parts.definitions.type_name(bundle[resource.node].type) == "Task")
      return resource;
  }
  return {};
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
        near_(parts, reader) {
    result_.issues = translation.issues;
  }

  Result<Applied> answer();
  Result<Applied> status();
  const std::optional<Error>& trouble() const { return near_.trouble(); }

 private:
  Result<void> find();
  Result<void> change();
  void gain(Tree& tree, std::string_view element);
  Result<void> write(Tree& tree, Status before);

  const Parts& parts_;
  store::Reader& reader_;
  const Translation& translation_;
  const Source& source_;
  Neighbourhood near_;
  NodeRef said_;  // in the translation
  std::optional<store::Stored> stored_;
  std::optional<Tree> task_;  // as it is stored
  Applied result_;
};

Result<void> Answered::find() {
  said_ = task_in(parts_, translation_.bundle);
  if (!said_) return Error{Kind::fault, "the translation holds no Task", "Task"};
  auto stored = reader_.read("Task", child_text(said_, "id"));
  if (!stored) return is_absence(stored.error()) ? unknown_referral() : stored.error();
  LET(auto read, model::read_json(parts_.definitions, stored->body, parts_.limits));
  stored_ = std::move(*stored);
  task_ = std::move(read.tree);
  if (!is_referral(near_, {&*task_, task_->root()})) return unknown_referral();
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
  return add_deliveries(parts_, near_,
                        {{&tree, tree.root()}, stored_->id, before, source_.seed, source_.partner},
                        result_.unit.outbox);
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
  if (after) gain(tree, "statusReason");
  if (after == Status::completed && !child({&tree, tree.root()}, "output"))
    return Error{Kind::invalid, "a referral is completed with its outcome", "NTE"};
  return write(tree, before);
}

Result<Applied> Answered::answer() {
  LET_DONE(find());
  const NodeRef task{&*task_, task_->root()};
  const auto* owner = find_partner(parts_, near_, child(task, "owner"));
  if (owner == nullptr || owner->id != source_.partner) return unknown_referral();
  if (!same_patient(near_, said_, task))
    return Error{Kind::invalid, "the referral is about another patient", "PID-3"};
  LET_DONE(change());
  return std::move(result_);
}

Result<Applied> Answered::status() {
  const auto found = find();
  if (!found && found.error().kind == Kind::not_found)
    return Error{Kind::not_found, "no referral of this number came from the sender", "Task.id"};
  LET_DONE(found);
  const auto* asking = parts_.partners.find(source_.partner);
  if (asking == nullptr || (asking->channel != Channel::mllp && asking->channel != Channel::fhir))
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
