#include "base/text.h"
#include "interaction/operations.h"
#include "interaction/outcome.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "store/body.h"
#include "store/store.h"

#include <optional>

namespace fingerpost::interaction {
namespace {

// What is to be validated, what its bytes showed, and how it was asked.
struct Subject {
  Tree tree;
  Issues issues;
  std::string mode, profile;
};

std::string_view pair_named(const OperationCall& call, std::string_view name) {
  for (const auto& [key, value] : call.pairs)
    if (key == name) return value;
  return {};
}

// The resource at `node` as a tree of its own, and the issues of its part of the whole.
Subject part_of(const model::Definitions& definitions, model::ReadTree& whole, NodeId node) {
  Subject subject{Tree(definitions.names()), {}, "", ""};
  auto& tree = subject.tree;
  const auto& from = whole.tree;
  tree.set_type(tree.root(), from[node].type);
  for (NodeId at = from.first_child(node); at != no_node; at = from.next(at))
    tree.copy(from, at, tree.root());
  const auto place = model::location(definitions, from, node);
  for (auto& issue : whole.issues) {
    if (!issue.expression.starts_with(place)) continue;
    issue.expression.replace(0, place.size(), definitions.type_name(from[node].type));
    subject.issues.push_back(std::move(issue));
  }
  return subject;
}

// The resource that the call is of, as it is stored.
Result<Subject> stored_subject(const Session& session, const OperationCall& call) {
  LET(auto stored, session.reader.read(call.type, call.id));
  LET(auto read, model::read_json(session.context.definitions, std::move(stored.body),
                                  session.context.limits));
  return Subject{std::move(read.tree), std::move(read.issues), "", ""};
}

// A Parameters resource holds mode and profile and, beside them, the subject, if that is not the
// stored one.
Result<Subject> from_parameters(const Session& session, const OperationCall& call,
                                model::ReadTree& read) {
  const auto& definitions = session.context.definitions;
  const auto& tree = read.tree;
  const auto name = [&](std::string_view text) { return definitions.names().find(text); };
  NodeId resource = no_node;
  std::string mode, profile;
  for (NodeId at = tree.child(tree.root(), name("parameter")); at != no_node;
       at = tree.next_same(at)) {
    const NodeId named = tree.child(at, name("name"));
    const NodeId value = tree.child(at, name("value"));
    const auto key = named == no_node ? std::string_view() : tree.text(named);
    const auto text = value == no_node ? std::string_view() : tree.text(value);
    if (key == "resource") resource = tree.child(at, name("resource"));
    if (key == "mode") mode = text;
    if (key == "profile") profile = text;
  }
  if (resource == no_node && call.id.empty())
    return Error{Kind::invalid, "the parameter resource is missing", "Parameters"};
  auto subject =
      resource == no_node ? stored_subject(session, call) : part_of(definitions, read, resource);
  if (!subject) return subject;
  subject->mode = std::move(mode);
  subject->profile = std::move(profile);
  return subject;
}

Result<Subject> subject_of(const Session& session, const OperationCall& call) {
  const auto& context = session.context;
  if (!call.body || call.body->empty()) {
    if (!call.id.empty()) return stored_subject(session, call);
    return Error{Kind::invalid, "there is no resource to validate", ""};
  }
  LET(auto read, model::read_resource(context.definitions, *call.body, context.limits));
  const auto type = context.definitions.type_name(read.tree[read.tree.root()].type);
  if (type == "Parameters" && call.type != "Parameters")
    return from_parameters(session, call, read);
  return Subject{std::move(read.tree), std::move(read.issues), "", ""};
}

// What only the mode asks: an update names its resource.
std::optional<Error> refused_by_mode(const Context& context, const OperationCall& call,
                                     const Subject& subject) {
  if (subject.mode.empty() || subject.mode == "create" || subject.mode == "profile") return {};
  if (subject.mode != "update" && subject.mode != "delete")
    return Error{Kind::invalid, "mode is create, update, delete or profile", "mode"};
  if (call.id.empty()) return Error{Kind::invalid, "this mode is asked of one resource", "mode"};
  const auto& tree = subject.tree;
  const NodeId id = tree.child(tree.root(), context.definitions.names().find("id"));
  if (subject.mode == "update" && (id == no_node || tree.text(id) != call.id))
    return Error{Kind::invalid, "the resource's id is another than the URL's", "id"};
  return {};
}

}  // namespace

// R4 resource-operation-validate.html
Answer validate(const Session& session, const OperationCall& call) {
  const auto& context = session.context;
  if (context.validator == nullptr)
    return failure(Error{Kind::unsupported, "validation is not offered here", ""});
  auto subject = subject_of(session, call);
  if (!subject) return failure(subject.error());
  if (subject->mode.empty()) subject->mode = pair_named(call, "mode");
  if (subject->profile.empty()) subject->profile = pair_named(call, "profile");
  const auto& tree = subject->tree;
  if (context.definitions.type_name(tree[tree.root()].type) != call.type)
    return failure(Error{Kind::invalid, "the resource is of another type than the URL's", ""});
  if (const auto refusal = refused_by_mode(context, call, *subject)) return failure(*refusal);
  profile::Options options;
  if (!subject->profile.empty()) options.profiles.push_back(subject->profile);
  options.now = store::instant(context.clock.now_us());
  auto issues = std::move(subject->issues);
  for (auto& issue : context.validator->validate(tree, tree.root(), options, context.limits))
    issues.push_back(std::move(issue));
  Answer answer;
  write_outcome(issues, answer.body);
  return answer;
}

}  // namespace fingerpost::interaction
