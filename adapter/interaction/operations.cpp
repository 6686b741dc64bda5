#include "interaction/operations.h"

#include "base/text.h"
#include "interaction/care_operations.h"
#include "interaction/closure.h"
#include "interaction/interactions.h"
#include "interaction/parameters.h"
#include "interaction/remote_codes.h"
#include "interaction/subscription_operations.h"
#include "model/xml.h"
#include "store/store.h"
#include "terminology/expansion_parameters.h"

#include <algorithm>
#include <array>

namespace fingerpost::interaction {
namespace {

#define FINGERPOST_OWN "OperationDefinition/"
#define FINGERPOST_R4 "http://hl7.org/fhir/OperationDefinition/"
#define FINGERPOST_BACKPORT \
  "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-"
constexpr std::array offered = {
    Operation{"expand", "ValueSet", on_type | on_instance, FINGERPOST_R4 "ValueSet-expand", expand,
              nullptr, terminology::expansion_parameters_in_url},
    Operation{"validate-code", "ValueSet", on_type | on_instance,
              FINGERPOST_R4 "ValueSet-validate-code", validate_code, nullptr,
              "url context valueSet valueSetVersion code system systemVersion display coding "
              "codeableConcept date abstract displayLanguage"},
    Operation{"validate-code", "CodeSystem", on_type | on_instance,
              FINGERPOST_R4 "CodeSystem-validate-code", validate_code, nullptr,
              "url codeSystem code version display coding codeableConcept date abstract "
              "displayLanguage"},
    Operation{"lookup", "CodeSystem", on_type, FINGERPOST_R4 "CodeSystem-lookup", lookup, nullptr,
              "code system version coding date displayLanguage property"},
    Operation{"subsumes", "CodeSystem", on_type | on_instance, FINGERPOST_R4 "CodeSystem-subsumes",
              subsumes, nullptr, "codeA codeB system version codingA codingB url"},
    Operation{"translate", "ConceptMap", on_type | on_instance,
              FINGERPOST_R4 "ConceptMap-translate", translate, nullptr,
              "url conceptMap conceptMapVersion code system version source coding codeableConcept "
              "target targetsystem dependency reverse"},
    Operation{"closure", any_type, on_system, FINGERPOST_R4 "ConceptMap-closure", nullptr, closure,
              "name version"},
    Operation{"transform", "StructureMap", on_type | on_instance,
              FINGERPOST_R4 "StructureMap-transform", transform, nullptr, "source content"},
    Operation{"validate", any_type, on_type | on_instance, FINGERPOST_R4 "Resource-validate",
              validate, nullptr, "resource mode profile"},
    Operation{"everything", "Patient", on_instance, FINGERPOST_R4 "Patient-everything", everything,
              nullptr, "start end _since _type _count _cursor"},
    Operation{"everything", "CarePlan", on_instance, FINGERPOST_OWN "CarePlan-everything",
              everything, nullptr, "start end _since _type _count _cursor"},
    Operation{"reindex-status", "SearchParameter", on_type | on_instance,
              FINGERPOST_OWN "SearchParameter-reindex-status", reindex_status},
    Operation{"meta", any_type, on_system | on_type | on_instance | on_version,
              FINGERPOST_R4 "Resource-meta", meta},
    Operation{"explain", any_type, on_system | on_type, FINGERPOST_OWN "Resource-explain", explain,
              nullptr, takes_any},
    Operation{"meta-add", any_type, on_instance, FINGERPOST_R4 "Resource-meta-add", nullptr,
              meta_add},
    Operation{"meta-delete", any_type, on_instance, FINGERPOST_R4 "Resource-meta-delete", nullptr,
              meta_delete},
    Operation{"accept", "Task", on_instance, FINGERPOST_OWN "Task-accept", nullptr, accept},
    Operation{"reject", "Task", on_instance, FINGERPOST_OWN "Task-reject", nullptr, reject},
    Operation{"cancel", "Task", on_instance, FINGERPOST_OWN "Task-cancel", nullptr, cancel},
    Operation{"complete", "Task", on_instance, FINGERPOST_OWN "Task-complete", nullptr, complete},
    Operation{"refer", "ServiceRequest", on_instance, FINGERPOST_OWN "ServiceRequest-refer",
              nullptr, refer},
    Operation{"where-is-it", "ServiceRequest", on_instance,
              FINGERPOST_OWN "ServiceRequest-where-is-it", where_is_it},
    Operation{"agree", "CarePlan", on_instance, FINGERPOST_OWN "CarePlan-agree", nullptr, agree},
    Operation{"review", "CarePlan", on_instance, FINGERPOST_OWN "CarePlan-review", nullptr, review},
    Operation{"care-plan", "Patient", on_instance, FINGERPOST_OWN "Patient-care-plan", care_plan},
    Operation{"evaluate-cohort", "Group", on_instance, FINGERPOST_OWN "Group-evaluate-cohort",
              nullptr, evaluate_cohort},
    Operation{"process-message", any_type, on_system, FINGERPOST_R4 "MessageHeader-process-message",
              nullptr, process_message, "async response-url"},
    Operation{"import-directory", "HealthcareService", on_type,
              FINGERPOST_OWN "HealthcareService-import-directory", nullptr, import_directory},
    Operation{"status", "Subscription", on_type | on_instance,
              FINGERPOST_BACKPORT "subscription-status", subscription_status, nullptr, "id status"},
    Operation{"events", "Subscription", on_instance, FINGERPOST_BACKPORT "subscription-events",
              subscription_events, nullptr, "eventsSinceNumber eventsUntilNumber content"},
    Operation{"expunge", any_type, on_instance, FINGERPOST_OWN "Resource-expunge", nullptr,
              expunge}};
#undef FINGERPOST_OWN
#undef FINGERPOST_R4
#undef FINGERPOST_BACKPORT

Error not_found() {
  return {Kind::not_found, "this operation is not offered here", ""};
}

// Adds {name, value[x]} with the type a text in a URL can be told to have.
void add_primitive(const Context& context, Tree& tree, const search::Pair& pair) {
  const auto& definitions = context.definitions;
  const auto& types = definitions.common();
  const auto name = [&](std::string_view text) { return definitions.names().find(text); };
  const auto& [key, value] = pair;
  const NodeId parameter =
      tree.add(tree.root(), name("parameter"), definitions.find("Parameters.parameter"));
  tree.set(tree.add(parameter, name("name"), types.string), Shape::string, key);
  const bool is_flag = value == "true" || value == "false";
  const bool is_number = (key == "count" || key == "offset") && to_integer(value);
  const TypeId type = is_flag ? types.boolean : (is_number ? types.integer : types.string);
  const NodeId node = tree.add(parameter, name("value"), type);
  tree.set(node, is_flag ? Shape::boolean : (is_number ? Shape::number : Shape::string), value);
}

void add_resource(const Context& context, Tree& tree, std::string_view named, const Tree& from) {
  const auto& definitions = context.definitions;
  const NodeId parameter = tree.add(tree.root(), definitions.names().find("parameter"),
                                    definitions.find("Parameters.parameter"));
  tree.set(tree.add(parameter, definitions.names().find("name"), definitions.common().string),
           Shape::string, named);
  tree.set_name(tree.copy(from, from.root(), parameter), definitions.names().find("resource"));
}

// The resource that a call is of: as it is stored, or R4's own of the id it was published with.
Result<Tree> instance_of(const Session& session, const OperationCall& call) {
  const auto& definitions = session.context.definitions;
  const auto stored = session.reader.read(call.type, call.id);
  if (stored) return read_body(session.context, stored->body);
  if (stored.error().kind != Kind::not_found) return stored.error();
  const std::string type(call.type), id(call.id);
  for (const auto& url :
       {"http://hl7.org/fhir/" + type + '/' + id, "http://terminology.hl7.org/" + type + '/' + id,
        "http://hl7.org/fhir/" + id}) {
    const auto source = definitions.source(url);
    if (source.empty()) continue;
    LET(auto tree, read_body(session.context, std::string(source)));
    if (definitions.type_name(tree[tree.root()].type) == call.type) return tree;
  }
  return stored.error();
}

}  // namespace

std::span<const Operation> operations() {
  return offered;
}

std::vector<Operation> operations(const Context& context) {
  std::vector<Operation> open;
  for (const auto& operation : offered) {
    const bool closed = (operation.start == expunge && !context.may_expunge) ||
                        (operation.start == process_message && context.messages == nullptr);
    if (!closed) open.push_back(operation);
  }
  return open;
}

OperationCall call_of(const Path& path) {
  OperationCall call;
  const auto size = path.size();
  if (size > 1) call.type = path[0];
  if (size > 2) call.id = path[1];
  if (size > 4) call.version = path[3];
  call.name = path[size - 1].substr(1);
  return call;
}

Level level_of(const OperationCall& call) {
  if (call.type.empty()) return on_system;
  if (call.id.empty()) return on_type;
  return call.version.empty() ? on_instance : on_version;
}

const Operation* operation_of(const OperationCall& call) {
  const auto* const found =
      std::find_if(std::begin(offered), std::end(offered), [&](const Operation& one) {
        return one.name == call.name && (one.type == call.type || one.type == any_type) &&
               one.on(level_of(call));
      });
  return found == std::end(offered) ? nullptr : found;
}

namespace {

Result<void> check_taken(const Operation& operation, const OperationCall& call) {
  if (operation.takes == takes_any) return {};
  LET_DONE(take_parameters(call.pairs, operation.takes, call.handling));
  return {};
}

}  // namespace

Answer operate(const Session& session, const OperationCall& call) {
  const auto* const found = operation_of(call);
  if (found == nullptr) return failure(not_found());
  if (found->run == nullptr)
    return failure(Status::method_not_allowed,
                   Error{Kind::unsupported, "this operation is asked for by POST", ""});
  if (const auto taken = check_taken(*found, call); !taken) return failure(taken.error());
  return found->run(session, call);
}

void operate(const Session& session, const OperationCall& call, Done done) {
  const auto* const found = operation_of(call);
  if (found != nullptr && found->start != nullptr) {
    if (const auto taken = check_taken(*found, call); !taken) return done(failure(taken.error()));
    return found->start(session, call, std::move(done));
  }
  ask(session, call, std::move(done));
}

void ask(const Session& session, const OperationCall& call, Done done) {
  const auto* const found = operation_of(call);
  // Elsewhere nothing is asked that is not offered here, where nobody was asked for the right to
  // it.
  if (found == nullptr) return done(failure(not_found()));
  if (found->run == validate && session.context.remote_codes != nullptr)
    return validate_elsewhere(session, call, std::move(done));
  if (auto question = remote_question(session, call))
    return ask_elsewhere(session, *std::move(question), {}, std::move(done));
  auto here = operate(session, call);
  if (auto question = membership_question(session, call, here))
    return ask_elsewhere(session, *std::move(question), std::move(here), std::move(done));
  done(std::move(here));
}

Result<Tree> read_body(const Context& context, const std::string& body, model::Model model) {
  LET(auto read, model::read_resource(context.definitions, body, context.limits, model));
  for (const auto& issue : read.issues)
    if (issue.severity <= Severity::error && issue.code == "value")
      return Error{Kind::invalid, issue.text, issue.expression};
  return std::move(read.tree);
}

Result<Tree> parameters_of(const Session& session, const OperationCall& call,
                           std::string_view resource) {
  const auto& context = session.context;
  Tree made(context.definitions.names());
  made.set_type(made.root(), context.definitions.find("Parameters"));
  for (const auto& pair : call.pairs)
    if (!pair.first.starts_with('_')) add_primitive(context, made, pair);
  if (!call.id.empty()) {
    LET(const auto tree, instance_of(session, call));
    add_resource(context, made, resource, tree);
  }
  if (!call.body || call.body->empty()) return made;
  LET(const auto sent, read_body(context, *call.body));
  const auto type = context.definitions.type_name(sent[sent.root()].type);
  if (type != "Parameters") {
    if (type != call.type || !call.id.empty())
      return Error{Kind::invalid, "the body must be a Parameters resource", ""};
    add_resource(context, made, resource, sent);
    return made;
  }
  for (NodeId at = sent.first_child(sent.root()); at != no_node; at = sent.next(at))
    if (sent.name_text(at) == "parameter") made.copy(sent, at, made.root());
  return made;
}

}  // namespace fingerpost::interaction
