#include "interaction/answers.h"
#include "interaction/conditional.h"
#include "interaction/write.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

Answer nothing_there() {
  Answer answer;
  answer.status = Status::no_content;
  return answer;
}

Draft draft_of(std::string_view type, std::string_view id) {
  Draft draft;
  draft.op = store::Write::Op::remove;
  draft.type = type;
  draft.id = id;
  return draft;
}

// R4 http.html#cdelete: all that match, up to a limit, in one unit.
Decision decide(const Session& session, std::string_view type, const WriteOptions& options) {
  const auto most = session.context.limits.conditional_deletes;
  auto matches = find_matches(session, type, *options.condition, most);
  if (!matches) return failure(matches.error());
  if (matches->more)
    return failure(Status::precondition_failed,
                   Error{Kind::conflict,
                         "the condition finds more than the limit conditional_deletes allows", ""});
  if (matches->guard.ids.empty()) return nothing_there();
  Attempt attempt;
  for (const auto& id : matches->guard.ids) {
    auto looked = look(session, {type, id}, options);
    if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
    attempt.reads.push_back(std::get<Current>(std::move(looked)).guard);
    attempt.drafts.push_back(draft_of(type, id));
  }
  attempt.searches.push_back(std::move(matches->guard));
  return attempt;
}

Decision decide_one(const Session& session, Target target, const WriteOptions& options) {
  auto looked = look(session, target, options);
  if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
  Attempt attempt;
  attempt.reads.push_back(std::get<Current>(std::move(looked)).guard);
  attempt.drafts.push_back(draft_of(target.type, target.id));
  return attempt;
}

}  // namespace

// R4 http.html#delete: what is not there is deleted already, and says so with the same 204.
void remove(const Session& session, Target target, WriteOptions options, Done done) {
  if (options.condition)
    return decide_and_commit(
        session,
        [&session, type = std::string(target.type), options = std::move(options)] {
          return decide(session, type, options);
        },
        Return::minimal, std::move(done));
  if (options.if_match.any || options.if_match.list.size() > 1)
    return decide_and_commit(
        session,
        [&session, type = std::string(target.type), id = std::string(target.id),
         options = std::move(options)] {
          return decide_one(session, {type, id}, options);
        },
        Return::minimal, std::move(done));
  auto draft = draft_of(target.type, target.id);
  const bool expects_one = !options.if_match.empty();
  if (expects_one) draft.if_version = options.if_match.list[0];
  commit_one(session, std::move(draft), Return::minimal,
             [expects_one, done = std::move(done)](Answer answer) {
               const bool absent =
                   answer.status == Status::gone || answer.status == Status::not_found;
               if (absent && !expects_one) answer = nothing_there();
               done(std::move(answer));
             });
}

}  // namespace fingerpost::interaction
