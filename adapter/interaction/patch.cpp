#include "patch/patch.h"

#include "interaction/refused.h"
#include "interaction/world.h"
#include "interaction/write.h"
#include "model/xml.h"
#include "model/xml_fits.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

// Patches work on texts of their own form; what comes of them is read again as an update is.
Result<std::string> apply(const Context& context, const std::string& body, const PatchSent& sent) {
  const auto& limits = context.limits;
  const auto& definitions = context.definitions;
  switch (sent.form) {
    case PatchForm::json:
      return fingerpost::patch::apply_json(body, sent.body, limits);
    case PatchForm::merge:
      return fingerpost::patch::apply_merge(body, sent.body, limits);
    case PatchForm::xml: {
      LET(const auto read, model::read_json(definitions, body, limits));
      LET_DONE(model::fits_xml(definitions, read.tree, read.tree.root()));
      std::string xml;
      model::write_xml(definitions, read.tree, read.tree.root(), xml);
      return fingerpost::patch::apply_xml(xml, sent.body, limits);
    }
    case PatchForm::fhirpath:
      break;
  }
  LET(const auto operations, model::read_resource(definitions, sent.body, limits));
  if (definitions.type_name(operations.tree[operations.tree.root()].type) != "Parameters")
    return Error{Kind::invalid, "a FHIRPath patch is a Parameters resource", ""};
  LET(auto read, model::read_json(definitions, body, limits));
  LET_DONE(fingerpost::patch::apply_fhirpath(definitions, read.tree, operations.tree, limits,
                                             world_of(context)));
  std::string json;
  model::write_json(definitions, read.tree, read.tree.root(), json);
  return json;
}

std::string json_of(const Context& context, const Tree& tree, NodeId node) {
  std::string json;
  if (node != no_node) model::write_json(context.definitions, tree, node, json);
  return json;
}

// R4 http.html#patch: a narrative that was generated from what the resource no longer says is
// taken away, unless the patch brought another one.
void drop_stale_text(const Context& context, const store::Stored& current, Tree& tree) {
  const auto text = child(tree, tree.root(), "text");
  if (text == no_node || child_text(tree, text, "status") != "generated") return;
  const auto before = model::read_json(context.definitions, current.body, context.limits);
  if (!before) return;
  const auto& old = before->tree;
  if (json_of(context, old, child(old, old.root(), "text")) != json_of(context, tree, text)) return;
  if (json_of(context, old, old.root()) != json_of(context, tree, tree.root())) tree.remove(text);
}

Decision decide(const Session& session, Target target, const PatchSent& sent,
                const WriteOptions& options) {
  Attempt attempt;
  std::string id(target.id);
  if (options.condition) {
    auto chosen = choose(session, target.type, options);
    if (auto* failed = std::get_if<Answer>(&chosen)) return std::move(*failed);
    auto& one = std::get<One>(chosen);
    if (one.id.empty())
      return failure(Error{Kind::not_found, "the condition finds no resource", ""});
    id = one.id;
    attempt.searches.push_back(std::move(one.guard));
  }
  auto looked = look(session, {target.type, id}, options);
  if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
  auto& current = std::get<Current>(looked);
  if (!current.stored) {
    const auto there = session.reader.read(target.type, id);
    return failure(there ? Error{Kind::conflict, "the resource changes too fast", ""}
                         : there.error());
  }
  auto tree = patched(session, *current.stored, sent);
  if (auto* failed = std::get_if<Answer>(&tree)) return std::move(*failed);
  attempt.reads.push_back(std::move(current.guard));
  auto& draft = attempt.drafts.emplace_back();
  draft.type = target.type;
  draft.id = id;
  draft.how = store::How::patch;
  if (!options.if_match.list.empty()) draft.if_version = current.stored->version;
  draft.tree = std::get<Tree>(std::move(tree));
  if (auto refused = add_provenance(session, options.provenance, attempt))
    return *std::move(refused);
  return attempt;
}

}  // namespace

Sent patched(const Session& session, const store::Stored& current, const PatchSent& sent) {
  const auto& context = session.context;
  if (current.type == "Binary")  // R4 http.html#patch
    return failure(Error{Kind::unsupported, "a Binary is not patched, but sent whole", ""});
  auto text = apply(context, current.body, sent);
  if (!text) {
    const auto& error = text.error();
    if (error.kind == Kind::invalid) return failure(Status::unprocessable, error);
    return failure(error);
  }
  auto read = read_sent(session, *std::move(text));
  auto* tree = std::get_if<Tree>(&read);
  if (tree == nullptr) {
    auto& answer = std::get<Answer>(read);
    if (answer.status == Status::bad_request) answer.status = Status::unprocessable;
    return read;
  }
  if (context.definitions.type_name((*tree)[tree->root()].type) != current.type ||
      child_text(*tree, tree->root(), "id") != current.id)
    return failure(Status::unprocessable,
                   Error{Kind::invalid, "a patch leaves a resource's type and id as they are",
                         current.type + ".id"});
  drop_stale_text(context, current, *tree);
  return read;
}

// R4 http.html#patch: the patch is applied to the version that the commit replaces, or again.
void patch(const Session& session, Target target, PatchSent sent, WriteOptions options, Done done) {
  done = keeping_refused(session, "fhir-patch", sent.body, std::move(done));
  const auto back = options.back;
  decide_and_commit(
      session,
      [&session, type = std::string(target.type), id = std::string(target.id),
       sent = std::move(sent), options = std::move(options)] {
        return decide(session, {type, id}, sent, options);
      },
      back, std::move(done));
}

}  // namespace fingerpost::interaction
