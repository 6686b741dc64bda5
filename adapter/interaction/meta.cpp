#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/meta_in_use.h"
#include "interaction/operations.h"
#include "interaction/write.h"
#include "model/xml.h"

#include <array>
#include <optional>
#include <utility>

namespace fingerpost::interaction {
namespace {

enum class How { add, take };

std::string parameters_with(const std::string& meta) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"return","valueMeta":)" + meta +
         "}]}";
}

// Parameters with the meta of a stored resource.
Result<std::string> told(const Context& context, std::string body) {
  LET(const auto read, model::read_json(context.definitions, std::move(body), context.limits));
  std::string meta = "{}";
  if (const auto node = child(read.tree, read.tree.root(), "meta"); node != no_node) {
    meta.clear();
    model::write_json(context.definitions, read.tree, node, meta);
  }
  return parameters_with(meta);
}

// The value of the parameter `meta`, in `tree`.
Result<NodeId> sent_meta(const Tree& tree) {
  for (auto node = child(tree, tree.root(), "parameter"); node != no_node;
       node = tree.next_same(node))
    if (child_text(tree, node, "name") == "meta")
      if (const auto value = child(tree, node, "value"); value != no_node) return value;
  return Error{Kind::invalid, "the parameter meta is missing", "Parameters.parameter"};
}

// R4 resource.html#Meta: profiles are sets of URLs, tags and labels sets of codings.
bool same(const Tree& a, NodeId x, const Tree& b, NodeId y) {
  if (a.has_value(x) || b.has_value(y)) return a.text(x) == b.text(y);
  return child_text(a, x, "system") == child_text(b, y, "system") &&
         child_text(a, x, "code") == child_text(b, y, "code");
}

// Whether anything is another.
bool change(const Context& context, Tree& tree, const Tree& sent, NodeId from, How how) {
  bool changed = false;
  auto meta = child(tree, tree.root(), "meta");
  if (meta == no_node)
    meta = tree.add(tree.root(), tree.names().find("meta"), context.definitions.common().meta);
  constexpr std::array sets = {"profile", "security", "tag"};
  for (const auto* name : sets)
    for (auto item = child(sent, from, name); item != no_node; item = sent.next_same(item)) {
      NodeId there = child(tree, meta, name);
      while (there != no_node && !same(tree, there, sent, item)) there = tree.next_same(there);
      if ((how == How::take) == (there == no_node)) continue;
      if (how == How::take) tree.remove(there);
      if (how == How::add) tree.copy(sent, item, meta);
      changed = true;
    }
  return changed;
}

Decision decide(const Session& session, Target target, const Tree& sent, NodeId from, How how) {
  const auto& context = session.context;
  auto stored = session.reader.read(target.type, target.id);
  if (!stored) return failure(stored.error());
  Attempt attempt;
  attempt.reads.push_back({stored->type, stored->id, stored->version});
  auto read = model::read_json(context.definitions, stored->body, context.limits);
  if (!read) return failure(Error{Kind::fault, "the stored resource cannot be read", ""});
  if (!change(context, read->tree, sent, from, how)) return answer_of(std::move(*stored));
  // What was sent may be anything: the whole is read and found valid as an update is.
  std::string json;
  model::write_json(context.definitions, read->tree, read->tree.root(), json);
  auto checked = read_sent(session, std::move(json));
  if (auto* failed = std::get_if<Answer>(&checked)) return std::move(*failed);
  auto& draft = attempt.drafts.emplace_back();
  draft.type = target.type;
  draft.id = target.id;
  draft.tree = std::get<Tree>(std::move(checked));
  return attempt;
}

void start(const Session& session, const OperationCall& call, How how, Done done) {
  const auto& context = session.context;
  auto read = model::read_resource(context.definitions, call.body.value_or(""), context.limits);
  if (!read) return done(failure(read.error()));
  const auto from = sent_meta(read->tree);
  if (!from) return done(failure(from.error()));
  const auto sent = std::make_shared<const Tree>(std::move(read->tree));
  decide_and_commit(
      session,
      [&session, sent, from = *from, how, type = std::string(call.type),
       id = std::string(call.id)] {
        return decide(session, {type, id}, *sent, from, how);
      },
      Return::representation,
      [&context, done = std::move(done)](Answer answer) {
        if (answer.failed()) return done(std::move(answer));
        auto body = told(context, std::move(answer.body));
        if (!body) return done(failure(body.error()));
        answer.body = *std::move(body);
        answer.location.clear();
        done(std::move(answer));
      });
}

}  // namespace

// R4 resource-operation-meta.html
Answer meta(const Session& session, const OperationCall& call) {
  Answer answer;
  if (call.id.empty()) {
    const auto all = meta_in_use(session, call.type);
    if (!all) return failure(all.error());
    answer.body = parameters_with(*all);
    return answer;
  }
  auto found = call.version.empty() ? read(session, {call.type, call.id})
                                    : vread(session, {call.type, call.id}, call.version);
  if (found.failed()) return found;
  auto body = told(session.context, std::move(found.body));
  if (!body) return failure(body.error());
  answer.body = *std::move(body);
  return answer;
}

// R4 resource-operation-meta-add.html; what changes makes a new version, so that nothing changes
// unseen.
void meta_add(const Session& session, const OperationCall& call, Done done) {
  start(session, call, How::add, std::move(done));
}

void meta_delete(const Session& session, const OperationCall& call, Done done) {
  start(session, call, How::take, std::move(done));
}

}  // namespace fingerpost::interaction
