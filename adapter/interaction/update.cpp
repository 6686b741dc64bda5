#include "base/uuid.h"
#include "interaction/refused.h"
#include "interaction/write.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

bool is_plain(const WriteOptions& options) {
  return !options.condition && options.provenance.empty() && options.if_none_match.empty() &&
         !options.if_unmodified_since_us && !options.if_match.any &&
         options.if_match.list.size() < 2;
}

// R4 http.html#cond-update: the id that is written, or the answer why none is.
std::variant<std::string, Answer> conditional_id(const Session& session, std::string_view type,
                                                 const std::string& own,
                                                 const WriteOptions& options, Attempt& attempt) {
  auto chosen = choose(session, type, options);
  if (auto* failed = std::get_if<Answer>(&chosen)) return std::move(*failed);
  auto& one = std::get<One>(chosen);
  attempt.searches.push_back(std::move(one.guard));
  if (!one.id.empty()) {
    if (own.empty() || own == one.id) return one.id;
    return failure(Error{Kind::invalid, "the condition finds a resource of another id",
                         std::string(type) + ".id"});
  }
  if (own.empty()) return uuid_v4(session.context.random);
  // What is there and does not match must not be written over.
  const auto there = session.reader.read(type, own);
  if (there)
    return failure(Error{Kind::conflict, "a resource of this id is there and does not match",
                         std::string(type) + ".id"});
  attempt.reads.push_back({std::string(type), own, 0});
  return own;
}

Decision decide(const Session& session, Target target, const Tree& tree,
                const WriteOptions& options) {
  const auto& context = session.context;
  Attempt attempt;
  std::optional<std::int64_t> if_version;
  std::string id(target.id);
  if (options.condition) {
    auto chosen = conditional_id(
        session, target.type, std::string(child_text(tree, tree.root(), "id")), options, attempt);
    if (auto* failed = std::get_if<Answer>(&chosen)) return std::move(*failed);
    id = std::get<std::string>(std::move(chosen));
  }
  if (!options.if_match.empty() || !options.if_none_match.empty() ||
      options.if_unmodified_since_us) {
    auto looked = look(session, {target.type, id}, options);
    if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
    attempt.reads.push_back(std::get<Current>(std::move(looked)).guard);
    if (!options.if_match.list.empty()) if_version = attempt.reads.back().version;
  }
  auto& draft = attempt.drafts.emplace_back();
  draft.type = target.type;
  draft.id = id;
  draft.if_version = if_version;
  draft.tree = copy_of(context, tree, tree.root());
  if (auto refused = add_provenance(session, options.provenance, attempt))
    return *std::move(refused);
  return attempt;
}

std::optional<Answer> refuse_update(const Context& context, Target target, const Tree& tree,
                                    const WriteOptions& options) {
  if (auto refused = refuse_mismatch(context, tree, target.type)) return refused;
  const auto id = child_text(tree, tree.root(), "id");
  if (options.condition) return id.empty() ? std::nullopt : refuse_id(target.type, id);
  if (id != target.id)
    return failure(Error{Kind::invalid, "the id of the resource is not the URL's",
                         std::string(target.type) + ".id"});
  return refuse_id(target.type, id);
}

}  // namespace

// R4 http.html#update, and #upsert: an id nobody has used makes a new resource.
void update(const Session& session, Target target, Tree tree, WriteOptions options, Done done) {
  if (auto refused = refuse_update(session.context, target, tree, options))
    return done(*std::move(refused));
  const auto back = options.back;
  if (is_plain(options)) {
    auto draft = draft_of(store::Write::Op::put, target.type, target.id);
    if (!options.if_match.empty()) draft.if_version = options.if_match.list[0];
    draft.tree = std::move(tree);
    return commit_one(session, std::move(draft), back, std::move(done));
  }
  const auto kept = std::make_shared<const Tree>(std::move(tree));
  decide_and_commit(
      session,
      [&session, kept, type = std::string(target.type), id = std::string(target.id),
       options = std::move(options)] {
        return decide(session, {type, id}, *kept, options);
      },
      back, std::move(done));
}

void update(const Session& session, Target target, std::string body, WriteOptions options,
            Done done) {
  done = keeping_refused(session, "fhir-update", body, std::move(done));
  auto sent = read_sent(session, std::move(body));
  if (auto* failed = std::get_if<Answer>(&sent)) return done(std::move(*failed));
  update(session, target, std::get<Tree>(std::move(sent)), std::move(options), std::move(done));
}

}  // namespace fingerpost::interaction
