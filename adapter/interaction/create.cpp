#include "base/uuid.h"
#include "interaction/refused.h"
#include "interaction/write.h"

#include <utility>

namespace fingerpost::interaction {

// R4 http.html#create: the server chooses the id, whatever the body says.
void create(const Session& session, std::string_view type, Tree tree, Return back, Done done) {
  if (auto refused = refuse_mismatch(session.context, tree, type)) return done(*std::move(refused));
  Draft draft;
  draft.type = type;
  draft.id = uuid_v4(session.context.random);
  draft.must_be_new = true;
  draft.tree = std::move(tree);
  commit_one(session, std::move(draft), back, std::move(done));
}

void create(const Session& session, std::string_view type, std::string body, WriteOptions options,
            Done done) {
  done = keeping_refused(session, "fhir-create", body, std::move(done));
  auto sent = read_sent(session.context, std::move(body));
  if (auto* failed = std::get_if<Answer>(&sent)) return done(std::move(*failed));
  create(session, type, std::get<Tree>(std::move(sent)), options.back, std::move(done));
}

}  // namespace fingerpost::interaction
