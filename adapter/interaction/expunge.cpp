#include "interaction/answers.h"
#include "interaction/operations.h"
#include "interaction/write.h"
#include "model/xml.h"

#include <optional>
#include <utility>

namespace fingerpost::interaction {
namespace {

Error forbidden() {
  return {Kind::forbidden, "nobody may expunge here: the configuration does not allow it", ""};
}

void forget(const Session& session, Target target, store::Write::Op op, Done done) {
  std::vector<Draft> drafts;
  drafts.push_back(draft_of(op, target.type, target.id));
  commit(session, std::move(drafts), {}, [done = std::move(done)](Result<Committed> committed) {
    if (!committed) return done(commit_failure(committed.error()));
    if (committed->outcome.writes[0].change == store::Change::unchanged)
      return done(failure(Error{Kind::not_found, "there is no such resource", ""}));
    Answer answer;
    answer.status = Status::no_content;
    done(std::move(answer));
  });
}

bool is_set(const Tree& tree, std::string_view name) {
  for (auto node = child(tree, tree.root(), "parameter"); node != no_node;
       node = tree.next_same(node))
    if (child_text(tree, node, "name") == name && child_text(tree, node, "value") == "true")
      return true;
  return false;
}

}  // namespace

// Parameters: expungeEverything, or expungeDeletedResources when it is deleted, or
// expungePreviousVersions.
void expunge(const Session& session, const OperationCall& call, Done done) {
  const auto& context = session.context;
  if (!context.may_expunge) return done(failure(forbidden()));
  const auto read =
      model::read_resource(context.definitions, call.body.value_or(""), context.limits);
  if (!read) return done(failure(read.error()));
  const Target target{call.type, call.id};
  const auto current = session.reader.read(target.type, target.id);
  const bool deleted = !current && current.error().kind == Kind::gone;
  if (is_set(read->tree, "expungeEverything") ||
      (deleted && is_set(read->tree, "expungeDeletedResources")))
    return forget(session, target, store::Write::Op::expunge, std::move(done));
  if (is_set(read->tree, "expungePreviousVersions"))
    return forget(session, target, store::Write::Op::drop_history, std::move(done));
  done(failure(Error{Kind::invalid, "the parameters name nothing to expunge", "Parameters"}));
}

void delete_history(const Session& session, Target target, Done done) {
  if (!session.context.may_expunge) return done(failure(forbidden()));
  forget(session, target, store::Write::Op::drop_history, std::move(done));
}

}  // namespace fingerpost::interaction
