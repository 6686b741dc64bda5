#include "exchange/transport.h"

#include "exchange/delivery.h"
#include "exchange/neighbourhood.h"
#include "exchange/outward.h"
#include "model/json.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

using remote::Answer;
using remote::Outcome;

remote::FhirClientOptions with_bases(remote::FhirClientOptions options, const Partners& partners) {
  for (const auto& partner : partners.list)
    if (partner.channel == Channel::fhir) options.bases.push_back(partner.fhir_base);
  return options;
}

struct TaskState {
  std::string id;
  std::string status;
};

TaskState state_of(NodeRef task) {
  return {std::string(child_text(task, "id")), std::string(child_text(task, "status"))};
}

// The Task of a transaction that delivery.cpp wrote.
TaskState task_of(const Parts& parts, const std::string& bundle) {
  const auto read = model::read_json(parts.definitions, bundle, parts.limits);
  if (!read) return {};
  const Tree& tree = read->tree;
  for (auto entry = child({&tree, tree.root()}, "entry").node; entry != no_node;
       entry = tree.next_same(entry)) {
    const auto resource = child({&tree, entry}, "resource");
    if (resource && parts.definitions.type_name(tree[resource.node].type) == "Task")
      return state_of(resource);
  }
  return {};
}

Answer compare(const Parts& parts, const TaskState& ours, Answer answer) {
  if (answer.outcome != Outcome::delivered && answer.status != 404) return answer;
  const auto read = model::read_json(parts.definitions, answer.body, parts.limits);
  const bool same = read && state_of({&read->tree, read->tree.root()}).status == ours.status;
  if (same) return {Outcome::delivered, "the peer has it already", 0, answer.status, ""};
  return {Outcome::later, "the peer does not have it", 0, answer.status, ""};
}

}  // namespace

Wires::Wires(const Parts& parts, remote::FhirClientOptions fhir, remote::MllpClientOptions mllp)
    : parts_(parts),
      fhir_(with_bases(std::move(fhir), parts.partners), parts.clock),
      mllp_(std::move(mllp)) {}

void Wires::send(const store::OutboxRow& row, const Partner& partner, Done done) {
  const bool fhir = row.kind == fhir_kind && partner.channel == Channel::fhir;
  const bool answer = row.kind == hl7v2_answer_kind;
  const bool mllp = (row.kind == hl7v2_kind || answer) && partner.channel == Channel::mllp;
  if (fhir) return fhir_.send({partner.fhir_base, row.body, row.idempotency_key}, std::move(done));
  if (!mllp) return done({Outcome::refused, "the partner is not reached this way", 0, 0, ""});
  mllp_.send({partner.host, partner.port, row.body, control_id(row.idempotency_key), !answer},
             std::move(done));
}

void Wires::look_up(const store::OutboxRow& row, const Partner& partner, Done done) {
  auto ours = row.kind == fhir_kind ? task_of(parts_, row.body) : TaskState{};
  if (ours.id.empty()) return done({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
  const auto url = partner.fhir_base + "/Task/" + ours.id;
  fhir_.send({url, "", ""}, [this, ours = std::move(ours), done = std::move(done)](Answer answer) {
    done(compare(parts_, ours, std::move(answer)));
  });
}

}  // namespace fingerpost::exchange
