#include "interaction/write.h"

#include <utility>

namespace fingerpost::interaction {

// R4 http.html#delete: what is not there is deleted already, and says so with the same 204.
void remove(const Session& session, Target target, WriteOptions options, Done done) {
  Draft draft;
  draft.op = store::Write::Op::remove;
  draft.type = target.type;
  draft.id = target.id;
  draft.if_version = options.if_match;
  const bool expects_one = options.if_match.has_value();
  commit_one(session, std::move(draft), Return::minimal,
             [expects_one, done = std::move(done)](Answer answer) {
               const bool absent =
                   answer.status == Status::gone || answer.status == Status::not_found;
               if (absent && !expects_one) {
                 answer = {};
                 answer.status = Status::no_content;
               }
               done(std::move(answer));
             });
}

}  // namespace fingerpost::interaction
