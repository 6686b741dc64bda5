#include "interaction/write.h"

#include "interaction/answers.h"
#include "interaction/outcome.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {

std::optional<Answer> refuse_mismatch(const Context& context, const Tree& tree,
                                      std::string_view type) {
  if (context.definitions.type_name(tree[tree.root()].type) == type) return {};
  return failure(
      Error{Kind::invalid, "the resource is of another type than the URL", "resourceType"});
}

void commit_one(const Session& session, Draft draft, Return back, Done done) {
  Draft kept;  // what the answer needs of the draft
  kept.op = draft.op;
  kept.type = draft.type;
  kept.id = draft.id;
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  CommitOptions options;
  options.bodies = back == Return::representation;
  commit(session, std::move(drafts), std::move(options),
         [kept = std::make_shared<Draft>(std::move(kept)), back,
          done = std::move(done)](Result<Committed> committed) {
           if (!committed) return done(commit_failure(committed.error()));
           auto answer = answer_of_write(*kept, committed->outcome.writes[0]);
           if (back == Return::representation) answer.body = std::move(committed->bodies[0]);
           if (back == Return::outcome) write_outcome(answer.issues, answer.body);
           done(std::move(answer));
         });
}

Answer answer_of_write(const Draft& draft, const store::WriteOutcome& wrote) {
  Answer answer;
  answer.version = wrote.version;
  answer.last_updated_us = wrote.last_updated_us;
  if (draft.op == store::Write::Op::remove) {
    answer.status = Status::no_content;
    return answer;
  }
  answer.status = wrote.change == store::Change::created ? Status::created : Status::ok;
  answer.location = draft.type + "/" + draft.id + "/_history/" + std::to_string(wrote.version);
  return answer;
}

}  // namespace fingerpost::interaction
