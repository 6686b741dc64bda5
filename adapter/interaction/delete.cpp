#include "interaction/answers.h"
#include "interaction/conditional.h"
#include "interaction/write.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr auto removal = store::Write::Op::remove;

Answer nothing_there(Return back) {
  Answer answer;
  answer.status = Status::no_content;
  return told_removed(std::move(answer), 0, back);
}

// R4 http.html#cdelete: all that match, up to a limit, in one unit.
Decision decide(const Session& session, std::string_view type, const WriteOptions& options) {
  const auto most = session.context.limits.conditional_deletes;
  auto matches = find_matches(session, type, *options.condition, most);
  if (!matches) return failure(matches.error());
  if (matches->more)
    return failure(Status::precondition_failed,
                   Error{Kind::conflict,
                         "the condition finds more than the limit conditional_deletes of " +
                             std::to_string(most),
                         ""});
  if (matches->guard.ids.empty()) return nothing_there(options.back);
  Attempt attempt;
  for (const auto& id : matches->guard.ids) {
    auto looked = look(session, {type, id}, options);
    if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
    attempt.reads.push_back(std::get<Current>(std::move(looked)).guard);
    attempt.drafts.push_back(draft_of(removal, type, id));
  }
  attempt.searches.push_back(std::move(matches->guard));
  if (auto refused = add_provenance(session, options.provenance, attempt))
    return *std::move(refused);
  return attempt;
}

Decision decide_one(const Session& session, Target target, const WriteOptions& options) {
  auto looked = look(session, target, options);
  if (auto* failed = std::get_if<Answer>(&looked)) return std::move(*failed);
  auto& current = std::get<Current>(looked);
  if (!current.stored && options.if_match.empty()) return nothing_there(options.back);
  Attempt attempt;
  attempt.reads.push_back(std::move(current.guard));
  attempt.drafts.push_back(draft_of(removal, target.type, target.id));
  if (auto refused = add_provenance(session, options.provenance, attempt))
    return *std::move(refused);
  return attempt;
}

}  // namespace

// R4 http.html#delete: what is not there is deleted already, and says so with the same 204.
void remove(const Session& session, Target target, WriteOptions options, Done done) {
  const auto back = options.back == Return::outcome ? Return::outcome : Return::minimal;
  if (options.condition)
    return decide_and_commit(
        session,
        [&session, type = std::string(target.type), options = std::move(options)] {
          return decide(session, type, options);
        },
        back, std::move(done));
  if (options.if_match.any || options.if_match.list.size() > 1 || options.if_unmodified_since_us ||
      !options.provenance.empty())
    return decide_and_commit(
        session,
        [&session, type = std::string(target.type), id = std::string(target.id),
         options = std::move(options)] {
          return decide_one(session, {type, id}, options);
        },
        back, std::move(done));
  auto draft = draft_of(removal, target.type, target.id);
  const bool expects_one = !options.if_match.empty();
  if (expects_one) draft.if_version = options.if_match.list[0];
  commit_one(
      session, std::move(draft), back, [expects_one, back, done = std::move(done)](Answer answer) {
        const bool absent = answer.status == Status::gone || answer.status == Status::not_found;
        if (absent && !expects_one) answer = nothing_there(back);
        done(std::move(answer));
      });
}

}  // namespace fingerpost::interaction
