#include "base/uuid.h"
#include "interaction/answers.h"
#include "interaction/outcome.h"
#include "interaction/refused.h"
#include "interaction/write.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

Draft new_draft(const Context& context, std::string_view type, Tree tree) {
  auto draft = draft_of(store::Write::Op::put, type, uuid_v4(context.random));
  draft.must_be_new = true;
  draft.how = store::How::post;
  draft.tree = std::move(tree);
  return draft;
}

Answer found(const Session& session, std::string_view type, const std::string& id, Return back) {
  auto answer = answer_found(session, type, id, back);
  if (back == Return::outcome && !answer.failed()) write_outcome(answer.issues, answer.body);
  return answer;
}

}  // namespace

// R4 http.html#create: the server chooses the id, whatever the body says.
void create(const Session& session, std::string_view type, Tree tree, WriteOptions options,
            Done done) {
  const auto& context = session.context;
  if (auto refused = refuse_mismatch(context, tree, type)) return done(*std::move(refused));
  const auto back = options.back;
  if (!options.condition && options.provenance.empty())
    return commit_one(session, new_draft(context, type, std::move(tree)), back, std::move(done));
  const auto kept = std::make_shared<const Tree>(std::move(tree));
  auto decide = [&session, kept, type = std::string(type),
                 options = std::move(options)]() -> Decision {
    Attempt attempt;
    if (options.condition) {
      auto chosen = choose(session, type, options);
      if (auto* failed = std::get_if<Answer>(&chosen)) return std::move(*failed);
      auto& one = std::get<One>(chosen);
      if (!one.id.empty()) return found(session, type, one.id, options.back);
      attempt.searches.push_back(std::move(one.guard));
    }
    attempt.drafts.push_back(
        new_draft(session.context, type, copy_of(session.context, *kept, kept->root())));
    if (auto refused = add_provenance(session, options.provenance, attempt))
      return *std::move(refused);
    return attempt;
  };
  decide_and_commit(session, std::move(decide), back, std::move(done));
}

void create(const Session& session, std::string_view type, std::string body, WriteOptions options,
            Done done) {
  done = keeping_refused(session, "fhir-create", body, std::move(done));
  auto sent = read_sent(session, std::move(body));
  if (auto* failed = std::get_if<Answer>(&sent)) return done(std::move(*failed));
  create(session, type, std::get<Tree>(std::move(sent)), std::move(options), std::move(done));
}

}  // namespace fingerpost::interaction
