#include "interaction/authorise.h"

#include "search/search.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

using access::can_create, access::can_delete, access::can_read, access::can_search,
    access::can_update, access::Caller, access::every_type, access::Rights;
using search::Criterion, search::Include, search::Plan;

constexpr std::string_view everything_read = "system/*.rs";

constexpr std::array operation_needs = {
    OperationNeeds{"expand", "ValueSet", can_read},
    OperationNeeds{"validate-code", "ValueSet", can_read},
    OperationNeeds{"validate-code", "CodeSystem", can_read},
    OperationNeeds{"lookup", "CodeSystem", can_read},
    OperationNeeds{"subsumes", "CodeSystem", can_read},
    OperationNeeds{"translate", "ConceptMap", can_read},
    OperationNeeds{"closure", any_type, 0, "system/ConceptMap.u"},
    OperationNeeds{"transform", "StructureMap", can_read, everything_read},
    OperationNeeds{"validate", any_type, can_read},
    OperationNeeds{"everything", "Patient", can_read, everything_read},
    OperationNeeds{"everything", "CarePlan", can_read, everything_read},
    OperationNeeds{"reindex-status", "SearchParameter", can_read},
    OperationNeeds{"meta", any_type, can_read}, OperationNeeds{"explain", any_type, can_search},
    OperationNeeds{"meta-add", any_type, can_update | can_read},
    OperationNeeds{"meta-delete", any_type, can_update | can_read},
    OperationNeeds{"accept", "Task", can_update | can_read},
    OperationNeeds{"reject", "Task", can_update | can_read},
    OperationNeeds{"cancel", "Task", can_update | can_read},
    OperationNeeds{"complete", "Task", can_update | can_read, "system/ServiceRequest.ru"},
    OperationNeeds{"refer", "ServiceRequest", can_update | can_read, "system/Task.c"},
    OperationNeeds{"where-is-it", "ServiceRequest", can_read, "system/Task.r"},
    OperationNeeds{"agree", "CarePlan", can_update | can_read, "system/Goal.cru system/Consent.cr"},
    OperationNeeds{"review", "CarePlan", can_update | can_read,
                   "system/Goal.cru system/ServiceRequest.cru system/Task.cru"},
    OperationNeeds{"care-plan", "Patient", can_read, everything_read},
    OperationNeeds{"evaluate-cohort", "Group", can_update | can_read, everything_read},
    // What a message makes is decided by the maps, and written whatever else the caller may write.
    OperationNeeds{"process-message", any_type, 0, "system/MessageHeader.c"},
    OperationNeeds{"import-directory", "HealthcareService", can_create | can_update,
                   "system/Organization.cu system/Location.cu"},
    OperationNeeds{"status", "Subscription", can_read},
    OperationNeeds{"events", "Subscription", can_read},
    OperationNeeds{"expunge", any_type, can_delete}};

Error missing(std::string_view type, Rights rights) {
  return {Kind::forbidden,
          "the scope " + access::write_scope({std::string(type), rights}) + " is needed", ""};
}

Result<void> need(const Caller& caller, std::string_view type, Rights rights) {
  if (caller.may(type, rights)) return {};
  return missing(type, rights);
}

Result<void> need_scopes(const Caller& caller, std::string_view scopes) {
  while (!scopes.empty()) {
    const auto end = std::min(scopes.find(' '), scopes.size());
    LET(const auto scope, access::read_scope(scopes.substr(0, end)));
    LET_DONE(need(caller, scope.type, scope.rights));
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  return {};
}

Result<void> authorise_operation(const Caller& caller, const Path& path) {
  const auto call = call_of(path);
  const auto* const operation = operation_of(call);
  if (operation == nullptr) return {};  // there is none: nothing is looked at
  const auto needs = needs_of(*operation);
  LET_DONE(need(caller, call.type.empty() ? every_type : call.type, needs.rights));
  return need_scopes(caller, needs.also);
}

bool is_write(Verb verb) {
  return verb != Verb::get;
}

Result<void> authorise_criteria(const Caller& caller, const std::vector<Criterion>& criteria) {
  for (const auto& criterion : criteria) {
    const bool elsewhere =
        criterion.test == Criterion::Test::chain || criterion.test == Criterion::Test::has;
    if (elsewhere) {
      LET_DONE(need(caller, criterion.target, can_search));
    }
    LET_DONE(authorise_criteria(caller, criterion.parts));
  }
  return {};
}

// One include for each type it may lead to and that the caller may read.
Result<void> split(const Caller& caller, const Plan& plan, const Include& include,
                   std::vector<Include>& to) {
  LET_DONE(need(caller, include.source, can_read));
  if (!include.target.empty() || include.reverse || caller.may(every_type, can_read)) {
    if (!include.target.empty()) {
      LET_DONE(need(caller, include.target, can_read));
    }
    to.push_back(include);
    return {};
  }
  const auto& targets = plan.parameters->key(include.key).targets;
  if (targets.empty()) return missing(every_type, can_read);
  const auto before = to.size();
  for (const auto target : targets) {
    if (!caller.may(target, can_read)) continue;
    to.push_back(include);
    to.back().target = target;
  }
  if (to.size() == before) return missing(targets.front(), can_read);
  return {};
}

}  // namespace

OperationNeeds needs_of(const Operation& operation) {
  const auto* const found = std::find_if(
      operation_needs.begin(), operation_needs.end(),
      [&](const auto& one) { return one.name == operation.name && one.type == operation.type; });
  if (found != operation_needs.end()) return *found;
  return {operation.name, operation.type, access::all_rights, "system/*.cruds"};
}

Result<void> authorise(const Caller& caller, const Offer& offer, const Path& path,
                       bool conditional) {
  if (caller.local) return {};
  if (offer.interaction == Interaction::operation) return authorise_operation(caller, path);
  if (offer.interaction == Interaction::search_system || offer.place == Place::system_search ||
      offer.needs == 0)
    return {};
  if (offer.place == Place::compartment)
    return path[2] == every_type ? Result<void>() : need(caller, path[2], offer.needs);
  const auto rights = static_cast<Rights>(offer.needs | (conditional ? can_search : 0));
  return need(caller, is_typed(offer.place) ? path[0] : every_type, rights);
}

void authorise(const Session& session, std::vector<Entry>& entries, BundleOptions& options) {
  const auto& caller = *session.caller;
  if (caller.local) return;
  for (auto& entry : entries) {
    if (entry.refused) continue;
    const auto* const offer = find_offer(place_of(entry.path), entry.verb);
    if (offer == nullptr) continue;
    const auto allowed = authorise(caller, *offer, entry.path, entry.condition.has_value());
    if (!allowed) entry.refused = failure(allowed.error());
    if (is_write(entry.verb) && !caller.may(entry.path[0], can_read))
      options.back = Return::minimal;
  }
}

Result<void> authorise(const Caller& caller, Plan& plan) {
  if (caller.local) return {};
  if (!plan.type.empty()) {
    LET_DONE(need(caller, plan.type, can_search));
  }
  LET_DONE(authorise_criteria(caller, plan.criteria));
  std::vector<Include> includes;
  for (const auto& include : plan.includes) {
    LET_DONE(split(caller, plan, include, includes));
  }
  plan.includes = std::move(includes);
  for (auto& other : plan.others) {
    LET_DONE(authorise(caller, other));
  }
  return {};
}

Result<std::vector<search::Pair>> within_scopes(const Session& session,
                                                std::vector<search::Pair> pairs,
                                                std::string_view whose) {
  const auto& caller = *session.caller;
  const auto parameters = session.context.parameters.now();
  const bool named = std::any_of(pairs.begin(), pairs.end(),
                                 [](const search::Pair& pair) { return pair.first == "_type"; });
  if (named || caller.may(every_type, can_search)) return pairs;
  std::string types;
  for (const auto& scope : caller.scopes.list()) {
    if (!caller.may(scope.type, can_search) || !is_resource_type(session.context, scope.type))
      continue;
    if (!whose.empty() && parameters->compartment(whose, scope.type) == nullptr) continue;
    types.append(types.empty() ? "" : ",").append(scope.type);
  }
  if (types.empty()) return missing(every_type, can_search);
  pairs.emplace_back("_type", types);
  return pairs;
}

}  // namespace fingerpost::interaction
