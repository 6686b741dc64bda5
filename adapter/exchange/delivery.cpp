#include "exchange/delivery.h"

#include "base/digest.h"
#include "base/uuid.h"
#include "exchange/contained.h"
#include "exchange/facts.h"
#include "exchange/marks.h"
#include "exchange/outward.h"
#include "exchange/referral_step.h"
#include "exchange/taken_along.h"
#include "exchange/unwritten.h"
#include "model/json.h"
#include "wire/json.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

using care::Party;
using care::Status;

constexpr std::string_view request_type = "ServiceRequest";

// R4 http.html#transaction: each resource is put under its own id.
std::string transaction(const Pieces& pieces, const Partner& partner) {
  std::string out = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (const auto* piece : pieces) {
    if (out.back() != '[') out += ',';
    const auto place = piece->type + "/" + piece->id;
    out += R"({"fullUrl":)";
    wire::write_json_string(out, partner.fhir_base + "/" + place);
    out += R"(,"resource":)" + piece->json;
    out += R"(,"request":{"method":"PUT","url":)";
    wire::write_json_string(out, place);
    out += "}}";
  }
  return out + "]}";
}

// What goes in a transaction, of all that the party told may have. status: the Task, as an answer.
enum class Share { all, request, task, status, fact };

store::OutboxRow row_for(const Partner& partner, const TaskChange& change, NodeRef task,
                         Share share) {
  store::OutboxRow row;
  row.lane = partner.id;
  row.receiver = partner.id;
  row.order_key = child_text(child(task, "for"), "reference");
  if (row.order_key.empty()) row.order_key = change.id;
  // A partner may be told of one change twice: as a party of it, and of the fact as the practice.
  const auto* what = share == Share::fact ? "outbox-fact" : "outbox";
  row.idempotency_key = uuid_v5({what, partner.id, change.id, change.seed});
  return row;
}

// HL7 v2.5.1 chapter 11: I12 is new, I13 a change, I14 the end of what was asked for.
MessageType message_type(const TaskChange& change, const Pieces& pieces, Party told, Share share) {
  if (share == Share::status) return {"RRI", "I15"};
  if (told == Party::requester) return {"RRI", ""};
  for (const auto* piece : pieces) {
    const auto status = child_text(piece->node, "status");
    const bool over =
        piece->type == "Task"
            ? status == "cancelled" || status == "entered-in-error" ||
                  has_business_status(piece->node, cancel_requested_code)
            : piece->type == request_type && (status == "revoked" || status == "entered-in-error");
    if (over) return {"REF", "I14"};
  }
  return {"REF", change.before ? "I13" : "I12"};
}

// The Task as it is said to a partner.
class Said {
 public:
  Said(const Parts& parts, const Resource& task, care::Disclosure level, Share share)
      : whole_(&task) {
    if (level == care::Disclosure::all) return;
    tree_ = disclosed(parts.definitions, task.node, level);
    // Who is told of a fact alone is told of nobody else's work.
    if (share == Share::fact) drop({"owner", "output", "statusReason", "businessStatus", "focus"});
    less_ = {task.type, task.id, {&*tree_, tree_->root()}, ""};
    model::write_json(parts.definitions, *tree_, tree_->root(), less_.json);
  }
  const Resource& resource() const { return tree_ ? less_ : *whole_; }

 private:
  void drop(std::initializer_list<std::string_view> names) {
    auto& tree = *tree_;
    for (const auto name : names)
      for (auto node = child({&tree, tree.root()}, name).node; node != no_node;
           node = child({&tree, tree.root()}, name).node)
        tree.remove(node);
  }

  const Resource* whole_;
  std::optional<Tree> tree_;
  Resource less_;
};

Pieces fhir_pieces(Neighbourhood& near, const Resource& task, Party told, Share share) {
  if (share == Share::fact) return {};
  if (share == Share::task || share == Share::status) return {&task};
  auto pieces = taken_along(near, task, told);
  if (share == Share::request) std::erase(pieces, &task);
  return pieces;
}

// A message names everybody anew, so it needs all the Task leads to, whoever is told.
Pieces message_pieces(Neighbourhood& near, const Resource& task, const Resource& said) {
  // What is not all that there is leads to the person and the parties alone, and to what was asked.
  if (&said != &task) {
    auto parties = parties_of(near, task, said);
    const auto* request = near.find(child_text(child(said.node, "focus"), "reference"));
    if (request != nullptr) parties.push_back(request);
    parties.push_back(&task);
    return parties;
  }
  auto pieces = taken_along(near, task, Party::owner);
  for (const auto* piece : taken_along(near, task, Party::requester))
    if (std::find(pieces.begin(), pieces.end(), piece) == pieces.end()) pieces.push_back(piece);
  return pieces;
}

void add_for(const Parts& parts, Neighbourhood& near, const TaskChange& change,
             const Resource& task, const Partner& partner, Party told, Share share,
             std::vector<store::OutboxRow>& out) {
  const auto spoken = language(partner);
  if (!spoken || partner.id == change.from) return;
  // A BaRS message is about a request: a fact alone has no place in one.
  if (share == Share::fact && *spoken == Language::bars) return;
  const bool to_practice =
      told == Party::requester && practice_of(parts, near, change.task) == &partner;
  auto level = to_practice ? disclosure_of(parts, near, change.task) : care::Disclosure::all;
  if (share == Share::fact) level = std::min(level, care::Disclosure::codes);
  if (level != care::Disclosure::all && share == Share::all) share = Share::task;
  const Said said(parts, task, level, share);
  const bool fhir = *spoken == Language::fhir;
  auto row = row_for(partner, change, change.task, share);
  auto pieces =
      fhir ? fhir_pieces(near, task, told, share) : message_pieces(near, task, said.resource());
  if (to_practice && change.fact != nullptr) pieces.push_back(change.fact);
  std::replace(pieces.begin(), pieces.end(), &task, &said.resource());
  row.kind = kind_of(*spoken);
  if (fhir) {
    row.body = transaction(pieces, partner);
  } else {
    write_outward(parts, pieces, partner, message_type(change, pieces, told, share), row);
    if (to_practice) note_disclosure(row, level);
  }
  out.push_back(std::move(row));
}

// The person's practice, where it is not who asked, is told of a fact alone.
void tell_practice(const Parts& parts, Neighbourhood& near, const TaskChange& change,
                   const Resource& task, std::vector<store::OutboxRow>& out) {
  if (change.fact == nullptr) return;
  const auto* practice = practice_of(parts, near, change.task);
  if (practice != nullptr && practice != find_partner(parts, near, child(change.task, "requester")))
    add_for(parts, near, change, task, *practice, Party::requester, Share::fact, out);
}

// The owner must be somebody when the referral is to reach him.
Result<const Partner*> owner_of(const Parts& parts, Neighbourhood& near, NodeRef task) {
  const auto reference = child(task, "owner");
  const auto* partner = find_partner(parts, near, reference);
  const bool demanded =
      parts.partners.unknown_receiver == UnknownReceiver::refuse && !parts.partners.list.empty();
  if (partner == nullptr && reference && demanded)
    return Error{Kind::unsupported, "the referral's receiver is not a partner of this gateway",
                 "Task.owner"};
  return partner;
}

// "ServiceRequest/1", of any base and any version of it.
bool names_request(std::string_view reference) {
  reference = reference.substr(0, reference.find("/_history/"));
  const auto slash = reference.rfind('/');
  if (slash == std::string_view::npos) return false;
  const auto rest = reference.substr(0, slash);
  const auto type = rest.substr(rest.rfind('/') + 1);  // npos + 1 is 0
  return type == request_type;
}

bool contains_request(const Parts& parts, NodeRef task, std::string_view id) {
  const auto held = contained(task, id);
  return held && parts.definitions.type_name((*held.tree)[held.node].type) == request_type;
}

// Whoever is asked to act gets what is asked for. That a referral has ended can always be told.
Result<void> check_focus(Neighbourhood& near, const TaskChange& change, Status after) {
  if (change.before && care::terminal(after)) return {};
  const auto* found = near.find(child_text(child(change.task, "focus"), "reference"));
  if (found != nullptr && found->type == request_type) return {};
  return Error{Kind::unsupported, "the ServiceRequest of a referral is a resource known here",
               "Task.focus"};
}

bool withdrawn(NodeRef task) {
  const Tree& tree = *task.tree;
  const auto reason = child(task, "statusReason");
  for (auto coding = child(reason, "coding").node; coding != no_node;
       coding = tree.next_same(coding))
    if (child_text({&tree, coding}, "system") == care::status_reason_system &&
        child_text({&tree, coding}, "code") == withdrawn_code)
      return true;
  return false;
}

// The Task as it stood, but cancelled, and why.
Tree withdrawn_copy(const model::Definitions& definitions, NodeRef task) {
  const auto& common = definitions.common();
  const auto& names = definitions.names();
  Tree tree(names);
  tree.set_type(tree.root(), (*task.tree)[task.node].type);
  for (auto node = task.tree->first_child(task.node); node != no_node; node = task.tree->next(node))
    if (task.tree->name_text(node) != "statusReason") tree.copy(*task.tree, node, tree.root());
  tree.set(tree.child(tree.root(), names.find("status")), Shape::string, code(Status::cancelled));
  const auto add = [&](NodeId to, const char* name, TypeId type, std::string_view value = "") {
    const auto node = tree.add(to, names.find(name), type);
    if (!value.empty()) tree.set(node, Shape::string, value);
    return node;
  };
  const auto reason = add(tree.root(), "statusReason", common.codeable_concept);
  const auto coding = add(reason, "coding", common.coding);
  add(coding, "system", common.uri, care::status_reason_system);
  add(coding, "code", common.code, withdrawn_code);
  add(reason, "text", common.string, "The referral was given to another service");
  return tree;
}

}  // namespace

bool is_referral(Neighbourhood& near, NodeRef task) {
  const auto focus = child(task, "focus");
  if (child_text(focus, "type") == request_type) return true;
  const auto reference = child_text(focus, "reference");
  if (names_request(reference)) return true;
  if (reference.starts_with('#')) return contains_request(near.parts(), task, reference.substr(1));
  const auto* resource = near.find(reference);
  return resource != nullptr && resource->type == request_type;
}

Result<care::Status> status_of(NodeRef task) {
  const auto status = care::read_status(child_text(task, "status"));
  if (!status) return Error{Kind::invalid, "not a status of a Task", "Task.status"};
  return *status;
}

Result<void> add_deliveries(const Parts& parts, Neighbourhood& near, const TaskChange& change,
                            std::vector<store::OutboxRow>& out) {
  if (!is_referral(near, change.task)) return {};
  LET(const auto after, status_of(change.task));
  auto told = change.told ? change.told : care::route(change.before, after);
  if (change.request_only) told = Party::owner;
  if (!told) return {};
  const auto* task = near.find("Task", change.id);
  if (task == nullptr) return Error{Kind::fault, "the Task to deliver is not at hand", "Task"};
  const auto tell = [&](const Partner* partner, Party party) {
    const auto share = change.request_only ? Share::request : Share::all;
    if (partner != nullptr) add_for(parts, near, change, *task, *partner, party, share, out);
  };
  tell_practice(parts, near, change, *task, out);
  // Either party may cancel, and a message does not say which did: both are told, but where it says
  // that the requester did.
  const bool both = after == Status::cancelled && !withdrawn(change.task);
  if (*told == Party::requester || both)
    tell(find_partner(parts, near, child(change.task, "requester")), Party::requester);
  if (*told == Party::requester) return {};
  LET_DONE(check_focus(near, change, after));
  const auto found = owner_of(parts, near, change.task);
  const bool ends = change.before && care::terminal(after);
  if (!found && !ends) return found.error();
  const auto* owner = found ? *found : nullptr;
  // That what he has ends, or shall, asks for nothing that a mark protects from.
  const bool takes_back =
      change.before && care::open(*change.before) &&
      (care::terminal(after) || has_business_status(change.task, cancel_requested_code));
  if (owner != nullptr && !takes_back) {
    auto carried = check_carried(*owner, marks_of(near, change.task));
    // Whoever has it has what it was marked with, unless that is what changes.
    const bool anew = !change.before || *change.before == Status::draft || change.request_only;
    if (carried && anew) carried = check_flags(near, *owner, change.task);
    if (carried) carried = check_request(near, change.task);
    if (!carried) return care::terminal(after) ? Result<void>{} : carried;
  }
  tell(owner, Party::owner);
  return {};
}

bool withdraw(const Parts& parts, Neighbourhood& near, const TaskChange& change, NodeRef before,
              std::vector<store::OutboxRow>& out) {
  if (!change.before || !care::open(*change.before)) return false;
  const auto* owner = find_partner(parts, near, child(before, "owner"));
  if (owner == find_partner(parts, near, child(change.task, "owner"))) return false;
  if (owner == nullptr) return true;
  const auto tree = withdrawn_copy(parts.definitions, before);
  Resource task{"Task", std::string(change.id), {&tree, tree.root()}, ""};
  model::write_json(parts.definitions, tree, tree.root(), task.json);
  auto told = change;
  told.task = task.node;
  add_for(parts, near, told, task, *owner, Party::owner, Share::task, out);
  return true;
}

void add_status(const Parts& parts, Neighbourhood& near, const TaskChange& change,
                const Partner& partner, std::vector<store::OutboxRow>& out) {
  const auto* task = near.find("Task", change.id);
  if (task != nullptr)
    add_for(parts, near, change, *task, partner, Party::requester, Share::status, out);
}

}  // namespace fingerpost::exchange
