#include "interaction/terminology.h"

#include "base/uuid.h"
#include "interaction/stored_codes.h"
#include "interaction/stored_definitions.h"
#include "model/json.h"
#include "profile/validator.h"
#include "store/store.h"
#include "terminology/elements.h"
#include "terminology/writer.h"

#include <string>
#include <utility>

namespace fingerpost::interaction {
namespace {

// The issues of an OperationOutcome, for a Bundle's entry.
Issues issues_of(const Tree& outcome) {
  Issues made;
  const terminology::Elements at{outcome};
  at.each(outcome.root(), "issue", [&](NodeId issue) {
    const NodeId details = at.child(issue, "details");
    made.push_back({Severity::error, std::string(at.text(issue, "code")), "",
                    std::string(details == no_node ? "" : at.text(details, "text"))});
  });
  return made;
}

// The value set that an element is bound to, which `context` names as
// "[StructureDefinition url]#[id or path of the element, or name of its slice]".
Result<std::string> bound_value_set(const Session& session, std::string_view text) {
  const auto hash = text.find('#');
  if (session.context.validator == nullptr || hash == std::string_view::npos)
    return Error{Kind::unsupported,
                 "a context is the url of a StructureDefinition, # and an element", "context"};
  const std::string url(text.substr(0, hash));
  LET(const auto stored, definitions_for(session, nullptr, {&url, 1}));
  const auto& registry =
      stored && stored->registry ? *stored->registry : session.context.validator->registry();
  const Tree* const tree = registry.with_snapshot(url);
  if (tree == nullptr)
    return Error{Kind::not_found, "the context's StructureDefinition is not known", "context"};
  const terminology::Elements at{*tree};
  const auto name = text.substr(hash + 1);
  std::string found;
  if (const NodeId snapshot = at.child(tree->root(), "snapshot"); snapshot != no_node)
    at.each(snapshot, "element", [&](NodeId element) {
      const NodeId binding = at.child(element, "binding");
      const bool named = at.text(element, "id") == name || at.text(element, "path") == name ||
                         at.text(element, "sliceName") == name;
      if (named && binding != no_node && found.empty()) found = at.text(binding, "valueSet");
    });
  if (found.empty())
    return Error{Kind::not_found, "the context names no element that is bound to a value set",
                 "context"};
  return found;
}

// A context stands for the url of a value set where none is given.
Result<void> take_context(const Session& session, Tree& parameters) {
  const terminology::Elements at{parameters};
  std::string context;
  bool named = false;
  at.each(parameters.root(), "parameter", [&](NodeId parameter) {
    const auto name = at.text(parameter, "name");
    named = named || name == "url" || name == "valueSet";
    if (name == "context") context = at.text(parameter, "value");
  });
  if (context.empty() || named) return {};
  LET(const auto url, bound_value_set(session, context));
  const auto& definitions = session.context.definitions;
  const terminology::Writer to(definitions, parameters);
  to.part(parameters.root(), "url", definitions.common().uri, url);
  to.part(parameters.root(), "inferSystem", true);  // a context says as much as a system does
  return {};
}

}  // namespace

Answer ask_terminology(const Session& session, const OperationCall& call, std::string_view resource,
                       terminology::Reply (*operation)(const terminology::Question& question)) {
  const auto& context = session.context;
  auto parameters = parameters_of(session, call, resource);
  if (!parameters) return failure(parameters.error());
  if (const auto known = take_context(session, *parameters); !known) return failure(known.error());
  CodeGatherer gatherer(session);
  gatherer.want_all_of(*parameters, parameters->root());
  if (const auto found = gatherer.gather(call.type == "ConceptMap"); !found)
    return failure(found.error());
  const auto all = std::move(gatherer).take();
  const auto identifier = "urn:uuid:" + uuid_v4(context.random);
  const auto reply =
      operation({context.definitions, all, context.limits, *parameters, call.accept_language,
                 store::instant(context.clock.now_us()), identifier});
  Answer answer;
  if (reply.failed) {
    answer.status = status_of(*reply.failed);
    answer.issues = issues_of(reply.tree);
  }
  model::write_json(context.definitions, reply.tree, reply.tree.root(), answer.body);
  return answer;
}

}  // namespace fingerpost::interaction
