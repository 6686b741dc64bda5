#include "interaction/care.h"

#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "interaction/conditional.h"
#include "interaction/references.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "store/body.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child;
using exchange::child_text;

bool is_among(std::string_view name, std::string_view names) {
  while (!names.empty()) {
    const auto end = std::min(names.find(' '), names.size());
    if (names.substr(0, end) == name) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

// What a parameter holds.
NodeRef content_of(const Tree& tree, NodeId parameter) {
  const auto value = child({&tree, parameter}, "value");
  return value ? value : child({&tree, parameter}, "resource");
}

}  // namespace

Result<CareParameters> CareParameters::read(const Context& context, const OperationCall& call,
                                            std::string_view names) {
  Tree none(context.definitions.names());
  if (!call.body || call.body->empty()) return CareParameters(std::move(none));
  LET(auto tree, read_body(context, *call.body));
  if (context.definitions.type_name(tree[tree.root()].type) != "Parameters")
    return Error{Kind::invalid, "the body must be a Parameters resource", ""};
  LET_DONE(make_local(context, tree));
  for (auto node = child({&tree, tree.root()}, "parameter").node; node != no_node;
       node = tree.next_same(node)) {
    const auto name = child_text({&tree, node}, "name");
    if (!is_among(name, names))
      return Error{Kind::invalid,
                   "the operation has no such parameter; it has: " + std::string(names),
                   std::string(name)};
    if (!content_of(tree, node))
      return Error{Kind::invalid, "the parameter has no value", std::string(name)};
  }
  return CareParameters(std::move(tree));
}

std::vector<NodeRef> CareParameters::values(std::string_view name) const {
  std::vector<NodeRef> found;
  for (auto node = child({&tree_, tree_.root()}, "parameter").node; node != no_node;
       node = tree_.next_same(node))
    if (child_text({&tree_, node}, "name") == name) found.push_back(content_of(tree_, node));
  return found;
}

NodeRef CareParameters::value(std::string_view name) const {
  const auto all = values(name);
  return all.empty() ? NodeRef{} : all[0];
}

std::string_view CareParameters::text(std::string_view name) const {
  const auto found = value(name);
  return found && found.tree->has_value(found.node) ? found.tree->text(found.node)
                                                    : std::string_view();
}

Result<Held> hold(const Session& session, std::string_view type, std::string_view id) {
  LET(auto stored, session.reader.read(type, id));
  LET(auto read,
      model::read_json(session.context.definitions, stored.body, session.context.limits));
  return Held{std::move(stored), std::move(read.tree)};
}

Result<Held> hold(const Session& session, std::string_view reference) {
  const auto place = exchange::read_reference(reference);
  if (place.id.empty())
    return Error{Kind::unsupported, "a resource that is not stored here", std::string(reference)};
  return hold(session, place.type, place.id);
}

bool names_patient(NodeRef reference) {
  return child_text(reference, "type") == "Patient" ||
         ("/" + std::string(child_text(reference, "reference"))).find("/Patient/") !=
             std::string::npos;
}

bool is_only_about(NodeRef resource, const exchange::Place& person) {
  const auto is_own = [&](NodeRef reference) {
    const auto place = exchange::read_reference(child_text(reference, "reference"));
    return !person.id.empty() && place.type == person.type && place.id == person.id;
  };
  const Tree& tree = *resource.tree;
  for (const auto* element : {"subject", "for", "patient"})
    for (auto node = child(resource, element).node; node != no_node; node = tree.next_same(node))
      if (!is_own({&tree, node})) return false;
  for (auto node = child(resource, "participant").node; node != no_node;
       node = tree.next_same(node)) {
    const auto actor = child({&tree, node}, "actor");
    if (names_patient(actor) && !is_own(actor)) return false;
  }
  return true;
}

std::string json_of(const Context& context, NodeRef node) {
  std::string json;
  if (node) model::write_json(context.definitions, *node.tree, node.node, json);
  return json;
}

std::string member(std::string_view name, std::string_view json) {
  if (json.empty()) return {};
  return quoted(name) + ":" + std::string(json) + ",";
}

std::string list_with(const Context& context, NodeRef resource, std::string_view name,
                      const std::vector<std::string>& more) {
  std::string list;
  const auto add_one = [&](const std::string& json) { list += (list.empty() ? "[" : ",") + json; };
  const Tree& tree = *resource.tree;
  for (auto node = child(resource, name).node; node != no_node; node = tree.next_same(node))
    add_one(json_of(context, {&tree, node}));
  for (const auto& json : more) add_one(json);
  return list.empty() ? list : list + "]";
}

std::string extensions_with(const Context& context, NodeRef resource, std::string_view url,
                            const std::string& extension) {
  std::string list = "[" + extension;
  const Tree& tree = *resource.tree;
  for (auto node = child(resource, "extension").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "url") != url) list += "," + json_of(context, {&tree, node});
  return list + "]";
}

Drafted draft_changed(const Session& session, const Held& held, const std::string& merge) {
  auto sent = patched(session, held.stored, {PatchForm::merge, merge});
  if (auto* failed = std::get_if<Answer>(&sent)) return std::move(*failed);
  auto draft = draft_of(store::Write::Op::put, held.stored.type, held.stored.id);
  draft.if_version = held.stored.version;
  draft.how = store::How::patch;
  draft.tree = std::get<Tree>(std::move(sent));
  return draft;
}

Drafted draft_new(const Session& session, std::string json) {
  const auto& context = session.context;
  auto sent = read_sent(session, std::move(json));
  if (auto* failed = std::get_if<Answer>(&sent)) return std::move(*failed);
  auto& tree = std::get<Tree>(sent);
  std::string id(child_text({&tree, tree.root()}, "id"));
  if (id.empty()) id = uuid_v4(context.random);
  auto draft =
      draft_of(store::Write::Op::put, context.definitions.type_name(tree[tree.root()].type), id);
  draft.must_be_new = true;
  draft.how = store::How::post;
  draft.tree = std::move(tree);
  return draft;
}

Answer care_failure(const Error& error) {
  return error.kind == Kind::unsupported ? failure(Status::unprocessable, error) : failure(error);
}

bool changes_nothing(const Context& context, Draft& draft, const store::Stored& stored) {
  return store::same(store::prepare_body(context.definitions, *draft.tree, draft.id), stored.body);
}

std::optional<Answer> add(Attempt& attempt, Drafted drafted) {
  if (auto* failed = std::get_if<Answer>(&drafted)) return std::move(*failed);
  attempt.drafts.push_back(std::get<Draft>(std::move(drafted)));
  return {};
}

std::optional<Answer> add_agent(const Session& session, const CareParameters& parameters,
                                Attempt& attempt) {
  const auto agent = parameters.value("agent");
  if (!agent) return {};
  return add_provenance(session,
                        R"({"resourceType":"Provenance","recorded":")" + now_of(session.context) +
                            R"(","agent":[{"who":)" + json_of(session.context, agent) + "}]}",
                        attempt);
}

Result<Searched> search_held(const Session& session, std::string_view type,
                             const std::vector<search::Pair>& pairs) {
  const auto most = static_cast<std::size_t>(session.context.limits.page_max);
  LET(auto matches, find_matches(session, type, pairs, most));
  if (matches.more)
    return Error{Kind::too_costly, "more than the limit page_max to look at", std::string(type)};
  Searched searched;
  for (const auto& id : matches.guard.ids) {
    LET(auto held, hold(session, type, id));
    searched.found.push_back(std::move(held));
  }
  searched.guard = std::move(matches.guard);
  return searched;
}

Result<void> check_budget(const Context& context, NodeRef contract) {
  const auto amount = [](std::string_view code) {
    return "term.asset.valuedItem.where(entity.coding.where(system = '" +
           std::string(care::budget_system) + "' and code = '" + std::string(code) +
           "').exists()).net.value";
  };
  const auto within = "(type.coding.code contains 'personal-health-budget').not() or " +
                      amount("agreed") + ".empty() or " + amount("agreed") +
                      " <= " + amount("allocation") +
                      " or signer.where(type.code = 'GRANTOR').party.reference"
                      ".intersect(authority.reference).exists()";
  LET(const auto expression, path::compile(within, context.definitions));
  path::Environment environment(context.limits);
  const auto holds = path::test(expression, path::Value(contract), environment);
  if (holds && *holds) return {};
  return Error{Kind::unsupported,
               "the budget agrees to more than was allocated, and who gives it has not signed",
               "Contract.term.asset.valuedItem"};
}

std::string now_of(const Context& context) {
  return store::instant(context.clock.now_us());
}

}  // namespace fingerpost::interaction
