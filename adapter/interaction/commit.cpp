#include "interaction/commit.h"

#include "exchange/complete.h"
#include "exchange/subscription.h"
#include "interaction/audit_events.h"
#include "interaction/conformance.h"
#include "interaction/content.h"
#include "interaction/custom_parameters.h"
#include "interaction/noting.h"
#include "interaction/own_definitions.h"
#include "interaction/references.h"
#include "interaction/sight.h"
#include "model/json.h"
#include "model/xml.h"
#include "search/index_to_store.h"
#include "search/search.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

// A unit on its way, with what is needed to make it again.
struct Work {
  const Session& session;
  std::vector<Draft> drafts;
  std::vector<store::Body> bodies;  // one for each draft
  std::vector<search::IndexValues> indexes;
  CommitOptions options;
  Then then;
  int left = goes;
  bool watching = false;
  AskingPtr asking = noted();
  std::vector<store::ReadGuard> labelled = {};  // the versions whose labels are kept
};

bool watched(const Context& context, std::string_view type) {
  return std::find(context.watched.begin(), context.watched.end(), type) != context.watched.end();
}

// Kept silently it would be taken for a refusal that holds.
bool refuses_for_nobody(const search::Belonging& belonging) {
  return !belonging.refused.empty() && !search::is_somebody(belonging.whose);
}

// What the store is given of a draft with a tree.
void make_body(Work& work, std::size_t i, const search::Parameters& parameters) {
  auto& draft = work.drafts[i];
  work.indexes[i] = search::index_to_store(parameters, {&*draft.tree, draft.tree->root()});
  work.bodies[i] = store::prepare_body(work.session.context.definitions, *draft.tree, draft.id);
}

Result<void> prepare(Work& work) {
  const auto& context = work.session.context;
  const auto parameters = context.parameters.now();
  work.indexes.resize(work.drafts.size());
  work.bodies.resize(work.drafts.size());
  for (std::size_t i = 0; i < work.drafts.size(); ++i) {
    auto& draft = work.drafts[i];
    work.watching = work.watching || watched(context, draft.type);
    if (!draft.tree) continue;
    LET_DONE(make_local(context, *draft.tree));
    if (draft.type == "Subscription")
      exchange::set_subscriber(context.definitions, *draft.tree, work.session.caller->client);
    set_id(context, *draft.tree, draft.id);  // a Patient's id is his compartment's
    make_body(work, i, *parameters);
    if (refuses_for_nobody(work.indexes[i].belonging))
      return Error{Kind::unsupported,
                   "a consent that denies refers to its patient on this server: else nothing "
                   "would be refused",
                   "Consent.patient"};
  }
  LET_DONE(check_not_own(context, work.drafts));
  return check_parameters(context, work.drafts);
}

// The body of the last version that was no deletion, "" where there is none; and what is current.
Result<std::string> last_body(const Session& session, const Draft& draft,
                              store::ReadGuard& current) {
  current = {draft.type, draft.id, 0};
  auto stored = session.reader.read(draft.type, draft.id);
  if (stored) {
    current.version = stored->version;
    return std::move(stored->body);
  }
  if (stored.error().kind == Kind::not_found) return std::string();
  if (stored.error().kind != Kind::gone) return stored.error();
  store::HistoryQuery query;
  query.type = draft.type;
  query.id = draft.id;
  query.limit = 2;  // the deletion, and what was deleted
  LET(auto page, session.reader.history(query));
  for (auto& version : page.versions)
    if (!version.body.empty()) return std::move(version.body);
  return std::string();
}

// A client that does not see everything takes no security label away: those that are there are put
// as well, and stand or fall with the version that had them.
Result<void> keep_labels(Work& work) {
  work.labelled.clear();
  const auto& context = work.session.context;
  if (sees_everything(*work.session.caller)) return {};
  const auto parameters = context.parameters.now();
  for (std::size_t i = 0; i < work.drafts.size(); ++i) {
    auto& draft = work.drafts[i];
    if (!draft.tree || draft.must_be_new) continue;
    LET(auto body, last_body(work.session, draft, work.labelled.emplace_back()));
    if (body.find("\"security\"") == std::string::npos) continue;
    LET(const auto was, model::read_json(context.definitions, std::move(body), context.limits));
    exchange::keep_labels(*draft.tree, was.tree);
    make_body(work, i, *parameters);
  }
  return {};
}

// Makes the write stand on the version that the hook sees.
Result<std::string> pin(const Session& session, store::Write& write) {
  auto current = session.reader.read(write.type, write.id);
  if (!current) {
    if (write.op == store::Write::Op::expunge) return std::string();
    if (write.op == store::Write::Op::remove) return current.error();
    if (current.error().kind == Kind::not_found) {
      write.must_be_new = true;
      return std::string();
    }
    if (current.error().kind == Kind::gone) return std::string();
    return current.error();
  }
  if (write.if_version && *write.if_version != current->version)
    return Error{Kind::conflict, "the resource has another version", "If-Match"};
  write.if_version = current->version;
  return std::move(current->body);
}

// The hook has looked at something, though nothing here is watched: that may change before the
// commit, and the unit is then made again.
void keep_for_another_go(Work& work, const store::Unit& unit) {
  for (std::size_t i = 0; i < work.drafts.size(); ++i) {
    work.bodies[i] = unit.writes[i].body;
    work.indexes[i] = unit.writes[i].index;
  }
  work.watching = true;
  work.left = goes - 1;
}

Result<store::Unit> make_unit(Work& work, bool last) {
  const auto& context = work.session.context;
  store::Unit unit;
  std::vector<std::string> before(work.drafts.size());
  std::vector<Change> changes;
  for (std::size_t i = 0; i < work.drafts.size(); ++i) {
    auto& draft = work.drafts[i];
    auto& write = unit.writes.emplace_back();
    write.op = draft.op;
    write.type = draft.type;
    write.id = draft.id;
    write.if_version = draft.if_version;
    write.must_be_new = draft.must_be_new;
    write.how = draft.how;
    const bool replaces = !draft.must_be_new && draft.op != store::Write::Op::drop_history;
    if (replaces && watched(context, draft.type)) {
      LET(before[i], pin(work.session, write));
      // The hook is shown which versions the client named.
      if (draft.if_version && !before[i].empty())
        unit.reads.push_back({draft.type, draft.id, *draft.if_version});
    }
    write.body = last && !work.options.bodies ? std::move(work.bodies[i]) : work.bodies[i];
    write.index = last ? std::move(work.indexes[i]) : work.indexes[i];
    // Nobody is concerned by what was replaced long ago.
    if (draft.op != store::Write::Op::drop_history)
      changes.push_back({draft.type, draft.id, before[i], draft.tree ? &*draft.tree : nullptr});
  }
  unit.policy = policy_of(*work.session.caller);
  unit.asked = unit.writes.size();
  if (context.before_commit) {
    if (auto agreed = context.before_commit(unit, changes, *work.session.caller); !agreed)
      return agreed.error();
  }
  const bool looked = !unit.reads.empty() || !unit.searches.empty();
  if (last && looked && !work.watching) keep_for_another_go(work, unit);
  const auto& [bodies, reads, searches, inspect, inbox] = work.options;
  unit.reads.insert(unit.reads.end(), reads.begin(), reads.end());
  unit.reads.insert(unit.reads.end(), work.labelled.begin(), work.labelled.end());
  unit.searches.insert(unit.searches.end(), searches.begin(), searches.end());
  unit.inspect = inspect;
  unit.inbox = inbox;
  unit.audit.push_back(note_of_unit(*work.session.caller));
  return unit;
}

void attempt(const std::shared_ptr<Work>& work);

// Whether another commit came between, so that the unit made anew may pass. What the drafts were
// decided on is not made anew here.
bool overtaken(const Work& work, const Error& error) {
  if (error.where == "guard")
    return work.options.reads.empty() && work.options.searches.empty() && !work.options.inspect;
  if (error.where == "entry" || error.where == "policy") return false;
  return error.where == "If-Match" || error.where == "id" || error.kind == Kind::not_found ||
         error.kind == Kind::gone;
}

void finish(const std::shared_ptr<Work>& work, Result<store::UnitOutcome> result) {
  if (!result) {
    if (work->left > 0 && overtaken(*work, result.error())) return attempt(work);
    return work->then(result.error());
  }
  take_up_parameters(work->session, work->drafts);
  Committed committed;
  committed.outcome = std::move(*result);
  if (work->asking && !committed.outcome.duplicate) work->asking->told = true;
  if (work->options.bodies && !committed.outcome.duplicate)
    for (std::size_t i = 0; i < work->drafts.size(); ++i) {
      const auto& wrote = committed.outcome.writes[i];
      committed.bodies.push_back(
          work->drafts[i].tree
              ? store::complete(work->bodies[i], wrote.version, wrote.last_updated_us)
              : std::string());
    }
  work->then(std::move(committed));
}

void attempt(const std::shared_ptr<Work>& work) {
  --work->left;
  if (work->options.inbox)
    if (auto seen = seen_before(work->session, *work->options.inbox))
      return work->then(*std::move(seen));
  if (auto kept = keep_labels(*work); !kept) return work->then(kept.error());
  auto unit = make_unit(*work, work->left == 0);
  if (!unit) return work->then(unit.error());
  // The session may be gone when the store answers late; its post then drops the work.
  work->session.context.store.commit(
      std::move(*unit), [work, post = work->session.post](Result<store::UnitOutcome> result) {
        post([work, result = std::move(result)]() mutable {
          const Noting scope(work->asking);
          // Nobody else catches here: the request's own thread has left its handler long ago.
          try {
            finish(work, std::move(result));
          } catch (const std::exception&) {
            work->then(Error{Kind::fault, "the request met a fault of the server", ""});
          }
        });
      });
}

// Whoever is told of resources may search them himself.
Result<void> may_subscribe(const Session& session, const Draft& draft) {
  if (draft.type != "Subscription" || !draft.tree) return {};
  const auto type = exchange::subscribed_type({&*draft.tree, draft.tree->root()});
  if (session.caller->may(type, access::can_read | access::can_search)) return {};
  return Error{Kind::forbidden, "a subscription needs the scope to read and search its type", type};
}

// What a body brings is written with the caller's rights of its type, whichever interaction or
// operation it came by. An update that creates is one (SMART App Launch 2, scopes).
Result<void> may_write(const access::Caller& caller, const Draft& draft) {
  const bool put = draft.op == store::Write::Op::put;
  const auto needed = !put                            ? access::can_delete
                      : draft.how == store::How::post ? access::can_create
                                                      : access::can_update;
  if (caller.may(draft.type, needed)) return {};
  return Error{Kind::forbidden,
               "the scope " + access::write_scope({draft.type, needed}) + " is needed", draft.type};
}

}  // namespace

void commit(const Session& session, std::vector<Draft> drafts, CommitOptions options, Then then) {
  for (const auto& draft : drafts) {
    if (auto may = may_write(*session.caller, draft); !may) return then(may.error());
    if (auto may = may_subscribe(session, draft); !may) return then(may.error());
  }
  // What is served as the server's own is not for others to write over.
  for (const auto& draft : drafts)
    if (draft.type == audit_event_type || definition(session.context, {draft.type, draft.id}))
      return then(Error{Kind::forbidden, "this resource is the server's own", ""});
  const auto work = std::make_shared<Work>(
      Work{session, std::move(drafts), {}, {}, std::move(options), std::move(then), goes, false});
  if (work->drafts.empty() && !work->options.inbox) return work->then(Committed{});
  if (auto prepared = prepare(*work); !prepared) return work->then(prepared.error());
  if (!work->watching && sees_everything(*session.caller)) work->left = 1;
  attempt(work);
}

Draft draft_of(store::Write::Op op, std::string_view type, std::string_view id) {
  Draft draft;
  draft.op = op;
  draft.type = type;
  draft.id = id;
  return draft;
}

std::optional<Result<Committed>> seen_before(const Session& session, const store::InboxRow& inbox) {
  auto row = session.reader.inbox_row(inbox.source, inbox.key);
  if (!row) {
    if (row.error().kind == Kind::not_found) return {};
    return Result<Committed>(row.error());
  }
  if (row->digest != inbox.digest)
    return Result<Committed>(
        Error{Kind::conflict, "the key was used before with another content", "inbox"});
  Committed committed;
  committed.outcome.duplicate = true;
  committed.outcome.answer = std::move(row->answer);
  return Result<Committed>(std::move(committed));
}

Sent read_sent(const Session& session, std::string body) {
  const auto& context = session.context;
  auto read = model::read_resource(context.definitions, std::move(body), context.limits);
  if (!read) return failure(read.error());
  auto issues = std::move(read->issues);
  auto found = content_issues(session, read->tree);
  issues.insert(issues.end(), std::make_move_iterator(found.begin()),
                std::make_move_iterator(found.end()));
  if (has_errors(issues)) return failure(Status::unprocessable, std::move(issues));
  return std::move(read->tree);
}

Tree copy_of(const Context& context, const Tree& from, NodeId node) {
  Tree tree(context.definitions.names());
  tree.set_type(tree.root(), from[node].type);
  for (auto at = from.first_child(node); at != no_node; at = from.next(at))
    tree.copy(from, at, tree.root());
  return tree;
}

NodeId child(const Tree& tree, NodeId node, std::string_view name) {
  const auto id = tree.names().find(name);
  return id == no_name || node == no_node ? no_node : tree.child(node, id);
}

std::string_view child_text(const Tree& tree, NodeId node, std::string_view name) {
  const auto found = child(tree, node, name);
  return found == no_node ? std::string_view() : tree.text(found);
}

void set_id(const Context& context, Tree& tree, std::string_view id) {
  auto node = child(tree, tree.root(), "id");
  if (node == no_node)
    node = tree.add(tree.root(), tree.names().find("id"), context.definitions.common().id);
  tree.set(node, Shape::string, id);
}

}  // namespace fingerpost::interaction
