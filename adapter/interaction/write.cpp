#include "interaction/write.h"

#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "interaction/answers.h"
#include "interaction/conditional.h"
#include "interaction/noting.h"
#include "interaction/outcome.h"
#include "model/json.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

struct Attempts {
  const Session& session;
  Decide decide;
  Return back;
  Done done;
  int left = goes;
};

Answer answer_of_removal(Answer answer, const Committed& committed, Return back) {
  const auto& writes = committed.outcome.writes;
  if (writes.size() > 1) answer.version = answer.last_updated_us = 0;  // none is the answer's
  const auto gone = std::count_if(writes.begin(), writes.end(), [](const auto& wrote) {
    return wrote.change == store::Change::removed;
  });
  return told_removed(std::move(answer), static_cast<std::size_t>(gone), back);
}

Answer answer_of(const Draft& draft, Committed committed, Return back) {
  auto answer = answer_of_write(draft, committed.outcome.writes[0]);
  if (draft.op == store::Write::Op::remove) return answer_of_removal(answer, committed, back);
  if (back == Return::representation && !committed.bodies.empty())
    answer.body = std::move(committed.bodies[0]);
  if (back == Return::outcome) write_outcome(answer.issues, answer.body);
  return answer;
}

void attempt(const std::shared_ptr<Attempts>& all) {
  --all->left;
  auto decided = all->decide();
  if (auto* answer = std::get_if<Answer>(&decided)) return all->done(std::move(*answer));
  auto& made = std::get<Attempt>(decided);
  const auto kept = std::make_shared<const Draft>(kept_of(made.drafts[0]));
  CommitOptions options;
  options.bodies = all->back == Return::representation;
  options.reads = std::move(made.reads);
  options.searches = std::move(made.searches);
  commit(all->session, std::move(made.drafts), std::move(options),
         [all, kept](Result<Committed> committed) {
           if (committed) return all->done(answer_of(*kept, *std::move(committed), all->back));
           // A version that the draft is of was read by decide(): a client's is asked for there
           // again.
           const auto& where = committed.error().where;
           const bool again = (where == "guard" || where == "If-Match") && all->left > 0;
           if (again) return attempt(all);
           all->done(commit_failure(committed.error()));
         });
}

}  // namespace

Draft kept_of(const Draft& draft) {
  return draft_of(draft.op, draft.type, draft.id);
}

Answer answer_found(const Session& session, std::string_view type, const std::string& id,
                    Return back) {
  const std::optional<HandingOut> reads =
      back == Return::representation ? std::optional<HandingOut>(std::in_place) : std::nullopt;
  auto stored = session.reader.read(type, id);
  if (!stored) return failure(stored.error());
  auto answer = answer_of(*std::move(stored));
  answer.location = std::string(type) + "/" + id + "/_history/" + std::to_string(answer.version);
  if (back != Return::representation) answer.body.clear();
  return answer;
}

void decide_and_commit(const Session& session, Decide decide, Return back, Done done) {
  attempt(std::make_shared<Attempts>(
      Attempts{session, std::move(decide), back, std::move(done), goes}));
}

std::optional<Answer> refuse_mismatch(const Context& context, const Tree& tree,
                                      std::string_view type) {
  if (context.definitions.type_name(tree[tree.root()].type) == type) return {};
  return failure(Error{Kind::invalid, "the resource is of another type than the URL",
                       std::string(context.definitions.type_name(tree[tree.root()].type))});
}

std::optional<Answer> refuse_id(std::string_view type, std::string_view id) {
  if (is_id(id)) return {};
  return failure(Error{Kind::invalid, "an id has 1 to 64 letters, digits, - and .",
                       std::string(type) + ".id"});
}

void commit_one(const Session& session, Draft draft, Return back, Done done) {
  const auto kept = std::make_shared<const Draft>(kept_of(draft));
  std::vector<Draft> drafts;
  drafts.push_back(std::move(draft));
  CommitOptions options;
  options.bodies = back == Return::representation;
  commit(session, std::move(drafts), std::move(options),
         [kept, back, done = std::move(done)](Result<Committed> committed) {
           if (!committed) return done(commit_failure(committed.error()));
           done(answer_of(*kept, *std::move(committed), back));
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

// R4 http.html#delete: 200 when there is something to say.
Answer told_removed(Answer answer, std::size_t count, Return back) {
  if (back != Return::outcome) return answer;
  answer.status = Status::ok;
  answer.issues.push_back({Severity::information, "informational", "",
                           count == 1 ? std::string("1 resource was deleted")
                                      : std::to_string(count) + " resources were deleted"});
  write_outcome(answer.issues, answer.body);
  return answer;
}

Looked look(const Session& session, Target target, const WriteOptions& options) {
  Current current;
  current.guard = {std::string(target.type), std::string(target.id), 0};
  auto found = session.reader.read(target.type, target.id);
  if (found) {
    current.guard.version = found->version;
    current.stored = std::move(*found);
  } else if (!exchange::is_absence(found.error())) {
    return failure(found.error());
  }
  const auto version = current.guard.version;
  const auto refused = [](const char* header) {
    return failure(Status::precondition_failed,
                   Error{Kind::conflict, "the current version is another one", header});
  };
  if (!options.if_match.empty() && !options.if_match.has(version)) return refused("If-Match");
  if (options.if_none_match.has(version)) return refused("If-None-Match");
  if (options.if_unmodified_since_us && options.if_match.empty() && current.stored &&
      current.stored->last_updated_us > *options.if_unmodified_since_us)
    return refused("If-Unmodified-Since");
  return current;
}

Chosen choose(const Session& session, std::string_view type, const WriteOptions& options) {
  auto matches = find_matches(session, type, *options.condition, 1);
  if (!matches) return failure(matches.error());
  if (matches->more)
    return failure(Status::precondition_failed,
                   Error{Kind::conflict, "the condition finds more than one resource", ""});
  One one;
  if (!matches->guard.ids.empty()) one.id = matches->guard.ids[0];
  one.guard = std::move(matches->guard);
  return one;
}

// What is wrong lies in the header, not in what the request writes.
static Answer of_provenance(Answer failed) {
  for (auto& issue : failed.issues) {
    if (!issue.expression.empty()) issue.text += " (" + issue.expression + ")";
    issue.expression = "X-Provenance";
  }
  return failed;
}

std::optional<Answer> add_provenance(const Session& session, const std::string& provenance,
                                     Attempt& attempt) {
  if (provenance.empty() || attempt.drafts.empty()) return {};
  const auto& context = session.context;
  auto read = model::read_json(context.definitions, provenance, context.limits);
  if (!read) return of_provenance(failure(read.error()));
  auto& tree = read->tree;
  if (context.definitions.type_name(tree[tree.root()].type) != "Provenance")
    return of_provenance(failure(Error{Kind::invalid, "X-Provenance holds a Provenance", ""}));
  if (child(tree, tree.root(), "target") != no_node)
    return of_provenance(failure(Error{
        Kind::invalid, "the target of X-Provenance is the resource written", "Provenance.target"}));
  const auto& names = tree.names();
  const auto& common = context.definitions.common();
  for (const auto& about : attempt.drafts) {
    const auto target = tree.add(tree.root(), names.find("target"), common.reference);
    tree.set(tree.add(target, names.find("reference"), common.string), Shape::string,
             about.type + "/" + about.id);
  }
  std::string json;
  model::write_json(context.definitions, tree, tree.root(), json);
  auto sent = read_sent(session, std::move(json));
  if (auto* failed = std::get_if<Answer>(&sent)) return of_provenance(std::move(*failed));
  auto& draft = attempt.drafts.emplace_back();
  draft.type = "Provenance";
  draft.id = uuid_v4(context.random);
  draft.must_be_new = true;
  draft.how = store::How::post;
  draft.tree = std::get<Tree>(std::move(sent));
  return {};
}

}  // namespace fingerpost::interaction
