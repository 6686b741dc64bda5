#include "interaction/refused.h"
#include "interaction/write.h"

#include <utility>

namespace fingerpost::interaction {

// R4 http.html#update, and #upsert: an id nobody has used makes a new resource.
void update(const Session& session, Target target, Tree tree, WriteOptions options, Done done) {
  if (auto refused = refuse_mismatch(session.context, tree, target.type))
    return done(*std::move(refused));
  if (child_text(tree, tree.root(), "id") != target.id)
    return done(failure(Error{Kind::invalid, "the id of the resource is not the URL's",
                              std::string(target.type) + ".id"}));
  if (!is_id(target.id))
    return done(failure(Error{Kind::invalid, "an id has 1 to 64 letters, digits, - and .",
                              std::string(target.type) + ".id"}));
  Draft draft;
  draft.type = target.type;
  draft.id = target.id;
  draft.if_version = options.if_match;
  draft.tree = std::move(tree);
  commit_one(session, std::move(draft), options.back, std::move(done));
}

void update(const Session& session, Target target, std::string body, WriteOptions options,
            Done done) {
  done = keeping_refused(session, "fhir-update", body, std::move(done));
  auto sent = read_sent(session.context, std::move(body));
  if (auto* failed = std::get_if<Answer>(&sent)) return done(std::move(*failed));
  update(session, target, std::get<Tree>(std::move(sent)), options, std::move(done));
}

}  // namespace fingerpost::interaction
