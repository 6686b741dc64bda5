#include "exchange/facts.h"

#include "base/uuid.h"
#include "exchange/extension.h"
#include "exchange/made.h"
#include "exchange/quoted.h"
#include "store/body.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view snomed = "http://snomed.info/sct";

bool is_social_prescribing(NodeRef request) {
  return has_code(child(request, "category"), care::category_system, "social-prescribing") ||
         has_code(child(request, "code"), snomed, care::social_prescribing_code);
}

// Nothing goes into the record of somebody who may be another: what the sender says of who the
// person is must be traced.
bool is_traced(NodeRef request) {
  const auto level = extension_text(request, care::identity_assurance_extension);
  return level.empty() || level == "verified";
}

std::string thread_of(NodeRef task, const Resource& request) {
  for (const auto thread : {child(request.node, "requisition"), child(task, "groupIdentifier")})
    if (const auto value = child_text(thread, "value"); !value.empty()) return std::string(value);
  return request.id;
}

// What was done is a Procedure; that it was declined, an Observation.
std::string json_of_fact(const Parts& parts, NodeRef task, const Resource& request,
                         const care::Fact& fact, bool done, const std::string& id) {
  const auto now = quoted(store::instant(parts.clock.now_us()));
  const auto who = member_of(parts, "subject", child(task, "for"));
  return R"({"resourceType":)" + quoted(done ? "Procedure" : "Observation") + R"(,"id":)" +
         quoted(id) + R"(,"identifier":[{"system":)" + quoted(care::thread_system) +
         R"(,"value":)" + quoted(thread_of(task, request)) + R"(}],"basedOn":[{"reference":)" +
         quoted("ServiceRequest/" + request.id) + R"(}],"status":)" +
         quoted(done ? "completed" : "final") + R"(,"code":{"coding":[{"system":)" +
         quoted(snomed) + R"(,"code":)" + quoted(fact.code) + R"(,"display":)" +
         quoted(fact.display) + "}]}," + who +
         quoted(done ? "performedDateTime" : "effectiveDateTime") + ":" + now + "}";
}

// What the Task says of its course in codes, dates and references; the rest of it is words.
constexpr std::array<std::string_view, 18> coded = {"id",
                                                    "meta",
                                                    "identifier",
                                                    "basedOn",
                                                    "groupIdentifier",
                                                    "partOf",
                                                    "status",
                                                    "intent",
                                                    "priority",
                                                    "focus",
                                                    "for",
                                                    "executionPeriod",
                                                    "requester",
                                                    "owner",
                                                    "authoredOn",
                                                    "lastModified",
                                                    "restriction",
                                                    "performerType"};

bool is_coded(std::string_view element) {
  return std::find(coded.begin(), coded.end(), element) != coded.end();
}

// A CodeableConcept, without its words where it may have none.
void copy_concept(const Tree& from, NodeId concept_node, bool words, NodeId under, Tree& to) {
  const auto made = to.add(under, from[concept_node].name, from[concept_node].type);
  for (auto node = from.first_child(concept_node); node != no_node; node = from.next(node))
    if (from.name_text(node) == "coding" || (words && from.name_text(node) == "text"))
      to.copy(from, node, made);
}

// An output: what kind of outcome it is, and a code; its words, or what it refers to, where they
// may be told.
void copy_output(const model::Definitions& definitions, const Tree& from, NodeId output, bool words,
                 Tree& to) {
  const auto& names = definitions.names();
  const auto& common = definitions.common();
  const auto made = to.add(to.root(), names.find("output"), from[output].type);
  const auto type = child({&from, output}, "type");
  if (type) copy_concept(from, type.node, words, made, to);
  const auto said = child({&from, output}, "value");
  const bool codes = said && from[said.node].type == common.codeable_concept;
  if (codes) return copy_concept(from, said.node, words, made, to);
  if (words && said) {
    to.copy(from, said.node, made);
    return;
  }
  const auto value = to.add(made, names.find("value"), common.codeable_concept);
  if (child(type, "coding")) {
    for (auto coding = child(type, "coding").node; coding != no_node;
         coding = from.next_same(coding))
      to.copy(from, coding, value);
    return;
  }
  to.set(to.add(value, names.find("text"), common.string), Shape::string, "Not disclosed");
}

}  // namespace

care::Disclosure disclosure_of(const Parts& parts, Neighbourhood& near, NodeRef task) {
  const auto* request = near.find(child_text(child(task, "focus"), "reference"));
  if (request == nullptr) return parts.policy.disclosure;
  const Tree& tree = *request->node.tree;
  for (auto node = child(request->node, "supportingInfo").node; node != no_node;
       node = tree.next_same(node)) {
    const auto* consent = near.find(child_text({&tree, node}, "reference"));
    if (consent == nullptr || consent->type != "Consent" ||
        child_text(consent->node, "status") != "active")
      continue;
    const auto level =
        care::read_disclosure(extension_text(consent->node, care::disclosure_extension));
    if (level) return *level;
  }
  return parts.policy.disclosure;
}

const Partner* practice_of(const Parts& parts, Neighbourhood& near, NodeRef task) {
  const auto* patient = near.find(child_text(child(task, "for"), "reference"));
  if (patient != nullptr && patient->type == "Patient") {
    const Tree& tree = *patient->node.tree;
    for (const auto* element : {"generalPractitioner", "managingOrganization"})
      for (auto node = child(patient->node, element).node; node != no_node;
           node = tree.next_same(node))
        if (const auto* partner = find_partner(parts, near, {&tree, node})) return partner;
  }
  return find_partner(parts, near, child(task, "requester"));
}

Result<const Resource*> add_fact(const Parts& parts, Neighbourhood& near, store::Reader& reader,
                                 const TaskChange& change, care::Status after, store::Unit& unit) {
  const auto reason = code_of(child(change.task, "statusReason"), care::status_reason_system);
  const auto fact = care::fact_of(change.before, after, reason);
  if (!fact) return nullptr;
  const auto* request = near.find(child_text(child(change.task, "focus"), "reference"));
  const auto person = read_reference(child_text(child(change.task, "for"), "reference"));
  if (request == nullptr || request->type != "ServiceRequest" ||
      !is_social_prescribing(request->node) || !is_traced(request->node) ||
      person.type != "Patient" || disclosure_of(parts, near, change.task) == care::Disclosure::none)
    return nullptr;
  const bool done = fact->code == care::social_prescribing_code;
  const auto thread = thread_of(change.task, *request);
  const auto id = uuid_v5({"gp-fact", person.id, thread, fact->code});
  const std::string type = done ? "Procedure" : "Observation";
  LET(const bool added,
      add_once(parts, near, json_of_fact(parts, change.task, *request, *fact, done, id), type, id,
               reader, unit));
  return added ? near.find(type, id) : nullptr;
}

Tree disclosed(const model::Definitions& definitions, NodeRef task, care::Disclosure level) {
  const Tree& from = *task.tree;
  Tree tree(definitions.names());
  tree.set_type(tree.root(), from[task.node].type);
  const bool words = level >= care::Disclosure::summary;
  for (auto node = from.first_child(task.node); node != no_node; node = from.next(node)) {
    const auto name = from.name_text(node);
    if (is_coded(name))
      tree.copy(from, node, tree.root());
    else if (name == "output")
      copy_output(definitions, from, node, words, tree);
    else if (name == "statusReason" || name == "businessStatus" || name == "code")
      copy_concept(from, node, words, tree.root(), tree);
  }
  return tree;
}

}  // namespace fingerpost::exchange
