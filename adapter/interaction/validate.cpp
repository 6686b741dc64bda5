#include "base/text.h"
#include "interaction/operations.h"
#include "interaction/outcome.h"
#include "interaction/parameters.h"
#include "interaction/remote_codes.h"
#include "interaction/stored_definitions.h"
#include "interaction/targets.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "store/body.h"
#include "store/store.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

// What is to be validated, what its bytes showed, and how it was asked.
struct Subject {
  Tree tree;
  Issues issues;
  std::string mode;
  std::vector<std::string> profiles;  // each once
};
constexpr std::size_t most_profiles = 32;  // that one call asks for

void ask_for(Subject& subject, std::string_view profile) {
  auto& asked = subject.profiles;
  if (profile.empty() || asked.size() > most_profiles) return;
  if (std::find(asked.begin(), asked.end(), profile) == asked.end()) asked.emplace_back(profile);
}

std::string_view pair_named(const OperationCall& call, std::string_view name) {
  for (const auto& [key, value] : call.pairs)
    if (key == name) return value;
  return {};
}

// The resource at `node` as a tree of its own, and the issues of its part of the whole.
Subject part_of(const model::Definitions& definitions, model::ReadTree& whole, NodeId node) {
  Subject subject{Tree(definitions.names()), {}, "", {}};
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
  return Subject{std::move(read.tree), std::move(read.issues), "", {}};
}

// A Parameters resource holds mode and profiles and, beside them, the subject, if that is not the
// stored one.
Result<Subject> from_parameters(const Session& session, const OperationCall& call,
                                model::ReadTree& read) {
  const auto& definitions = session.context.definitions;
  const auto& tree = read.tree;
  const auto name = [&](std::string_view text) { return definitions.names().find(text); };
  NodeId resource = no_node;
  std::string mode;
  std::vector<std::string_view> profiles;
  for (NodeId at = tree.child(tree.root(), name("parameter")); at != no_node;
       at = tree.next_same(at)) {
    const NodeId named = tree.child(at, name("name"));
    const NodeId value = tree.child(at, name("value"));
    const auto key = named == no_node ? std::string_view() : tree.text(named);
    const auto text = value == no_node ? std::string_view() : tree.text(value);
    if (key == "resource") resource = tree.child(at, name("resource"));
    if (key == "mode") mode = text;
    if (key == "profile") profiles.push_back(text);
  }
  if (resource == no_node && call.id.empty())
    return Error{Kind::invalid, "the parameter resource is missing", "Parameters"};
  auto subject =
      resource == no_node ? stored_subject(session, call) : part_of(definitions, read, resource);
  if (!subject) return subject;
  subject->mode = std::move(mode);
  for (const auto profile : profiles) ask_for(*subject, profile);
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
  return Subject{std::move(read.tree), std::move(read.issues), "", {}};
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

// Mode delete: whether a delete would be refused now. The content is not looked at.
Answer validate_delete(const Session& session, const OperationCall& call) {
  const auto stored = session.reader.read(call.type, call.id);
  if (!stored) return failure(stored.error());
  Issues issues;
  if (const auto& decide = session.context.before_commit) {
    store::Unit never;
    const Change removal{call.type, call.id, stored->body, nullptr};
    if (const auto may = decide(never, {&removal, 1}, *session.caller); !may)
      issues.push_back(issue_of(may.error()));
  }
  Answer answer;
  write_outcome(issues, answer.body);
  return answer;
}

// All that a validation needs; `options` points into the rest.
struct Prepared {
  Subject subject;
  std::unique_ptr<const StoredDefinitions> stored;
  Targets targets;
  profile::Options options;
};

// The answer when there is nothing to be validated, or the validation: its references are looked up
// by this session until keep_to_targets().
Result<std::shared_ptr<Prepared>> prepare(const Session& session, const OperationCall& call) {
  const auto& context = session.context;
  if (context.validator == nullptr)
    return Error{Kind::unsupported, "validation is not offered here", ""};
  LET(auto subject, subject_of(session, call));
  if (subject.mode.empty()) subject.mode = pair_named(call, "mode");
  for (const auto& [name, value] : call.pairs)
    if (name == "profile") ask_for(subject, value);
  if (subject.profiles.size() > most_profiles)
    return Error{Kind::too_costly,
                 "more than " + std::to_string(most_profiles) + " profiles are asked for",
                 "profile"};
  if (context.definitions.type_name(subject.tree[subject.tree.root()].type) != call.type)
    return Error{Kind::invalid, "the resource is of another type than the URL's", ""};
  if (const auto refusal = refused_by_mode(context, call, subject)) return *refusal;
  const auto made =
      std::make_shared<Prepared>(Prepared{std::move(subject), nullptr, Targets(), {}});
  auto& options = made->options;
  options.profiles = made->subject.profiles;
  options.resolve = [made = made.get(), &session](std::string_view reference) {
    return made->targets.find(session, reference);
  };
  options.now = store::instant(context.clock.now_us());
  LET(made->stored, definitions_for(session, &made->subject.tree, options.profiles));
  if (made->stored) {
    options.registry = made->stored->registry.get();
    options.terminology = &made->stored->codes;
  }
  return made;
}

// Only what was read counts from now on: the session may go.
void keep_to_targets(const std::shared_ptr<Prepared>& asked) {
  asked->options.resolve = [asked = asked.get()](std::string_view reference) {
    return asked->targets.found(reference);
  };
}

Issues judge(const Context& context, const Prepared& asked) {
  Issues issues = asked.subject.issues;
  const auto& tree = asked.subject.tree;
  if (asked.stored)
    issues.insert(issues.end(), asked.stored->left_out.begin(), asked.stored->left_out.end());
  for (auto& issue : context.validator->validate(tree, tree.root(), asked.options, context.limits))
    issues.push_back(std::move(issue));
  if (asked.targets.over())
    issues.push_back({Severity::warning, "too-costly", "",
                      "more is referred to than the limits targets of " +
                          std::to_string(asked.targets.limits().targets) +
                          ", target_bytes or targets_bytes let be read: not all of it was"});
  return issues;
}

// What was open, and who waits for the answers: all on the session's thread.
struct Asking {
  std::shared_ptr<Prepared> asked;
  std::map<profile::OpenCode, std::optional<bool>> told;
  std::size_t waits = 0;
  Done done;
};

Answer outcome(const Issues& issues) {
  Answer answer;
  write_outcome(issues, answer.body);
  return answer;
}

void answered(const Context& context, Asking& asking) {
  asking.asked->options.open = nullptr;
  asking.asked->options.told = &asking.told;
  asking.done(outcome(judge(context, *asking.asked)));
}

}  // namespace

// R4 resource-operation-validate.html
Answer validate(const Session& session, const OperationCall& call) {
  const auto asked = prepare(session, call);
  if (!asked) return failure(asked.error());
  if ((*asked)->subject.mode == "delete") return validate_delete(session, call);
  return outcome(judge(session.context, **asked));
}

void validate_elsewhere(const Session& session, const OperationCall& call, Done done) {
  if (const auto taken = take_parameters(call.pairs, operation_of(call)->takes, call.handling);
      !taken)
    return done(failure(taken.error()));
  const auto asked = prepare(session, call);
  if (!asked) return done(failure(asked.error()));
  if ((*asked)->subject.mode == "delete") return done(validate_delete(session, call));
  std::set<profile::OpenCode> open;
  (*asked)->options.open = &open;
  const auto issues = judge(session.context, **asked);
  const auto& remote = *session.context.remote_codes;
  std::map<std::string, std::vector<profile::OpenCode>> questions;  // each is asked once
  for (const auto& code : open) {
    auto question = code_question(remote, code);
    if (!question || (questions.size() == remote.questions && !questions.contains(*question)))
      continue;
    questions[*std::move(question)].push_back(code);
  }
  if (questions.empty()) return done(outcome(issues));
  keep_to_targets(*asked);
  const auto asking =
      std::make_shared<Asking>(Asking{*asked, {}, questions.size(), std::move(done)});
  for (const auto& entry : questions) {
    const auto take = [&context = session.context, post = session.post, asking,
                       codes = entry.second](Result<std::string> body) {
      post([&context, asking, codes, body = std::move(body)]() mutable {
        const auto answer = code_answer(context, std::move(body));
        for (const auto& code : codes) asking->told[code] = answer;
        if (--asking->waits == 0) answered(context, *asking);
      });
    };
    remote.get(entry.first, take);
  }
}

}  // namespace fingerpost::interaction
