#include "base/digest.h"
#include "base/uuid.h"
#include "interaction/answers.h"
#include "interaction/bundle.h"
#include "interaction/conditional.h"
#include "interaction/references.h"
#include "interaction/write.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t no_draft = static_cast<std::size_t>(-1);

// What the answer is made of once the drafts are gone: it may be made on the store's thread.
struct Script {
  std::vector<Draft> drafts;          // without their trees
  std::vector<std::size_t> draft_of;  // each entry's; no_draft: a GET, or nothing to do
  std::vector<Answer> answers;        // of the entries without a draft
};

std::string write_answer(const Context& context, const Script& script, Return back,
                         const store::UnitOutcome& outcome, std::vector<std::string> bodies) {
  auto answers = script.answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto draft = script.draft_of[i];
    if (draft == no_draft) continue;
    answers[i] = answer_of_write(script.drafts[draft], outcome.writes[draft]);
    if (!bodies.empty()) answers[i].body = std::move(bodies[draft]);
    answers[i] = shown_in_bundle(std::move(answers[i]), back);
  }
  return write_bundle(context, "transaction-response", answers);
}

// One try: the entries as drafts, with what they were decided on.
class Decided {
 public:
  Decided(const Session& session, const Tree& bundle, const std::vector<Entry>& entries,
          const BundleOptions& options)
      : session_(session),
        context_(session.context),
        bundle_(bundle),
        entries_(entries),
        options_(options),
        ids_(entries.size()) {
    script->draft_of.assign(entries.size(), no_draft);
    script->answers.resize(entries.size());
  }

  // Nothing when it can be committed.
  std::optional<Answer> decide() {
    if (auto refused = choose_ids()) return refused;
    for (const auto verb : {Verb::remove, Verb::post, Verb::put})  // R4 http.html#trules
      for (const auto& entry : entries_) {
        if (entry.verb != verb && (verb != Verb::put || entry.verb != Verb::patch)) continue;
        if (auto refused = draft(entry)) return refused;
      }
    for (const auto& draft : attempt.drafts) script->drafts.push_back(kept_of(draft));
    return add_provenance(session_, options_.provenance, attempt);
  }

  Attempt attempt;
  std::shared_ptr<Script> script = std::make_shared<Script>();

 private:
  // Ids first, so that entries may refer to each other in any direction.
  std::optional<Answer> choose_ids() {
    for (const auto& entry : entries_) {
      if (entry.verb == Verb::get) continue;
      auto refused = entry.condition ? choose_by_condition(entry) : choose_plain(entry);
      if (refused) return refused;
      for (const auto& id : ids_[entry.index])
        if (!written_.insert(std::string(entry.path[0]) + "/" + id).second)
          return failure(Error{Kind::invalid, "another entry is about the same resource",
                               place_of(entry.index)});
      if (entry.full_url.empty() || entry.verb == Verb::remove) continue;
      const auto& id = found_.count(entry.index) != 0 ? found_[entry.index] : ids_[entry.index][0];
      if (!places_.emplace(entry.full_url, std::string(entry.path[0]) + "/" + id).second)
        return failure(Error{Kind::invalid, "another entry has the same fullUrl",
                             place_of(entry.index) + ".fullUrl"});
    }
    return {};
  }

  std::optional<Answer> choose_plain(const Entry& entry) {
    ids_[entry.index] = {entry.verb == Verb::post ? uuid_v4(context_.random)
                                                  : std::string(entry.path[1])};
    return {};
  }

  // R4 http.html#transaction: conditions are decided before anything is written.
  std::optional<Answer> choose_by_condition(const Entry& entry) {
    const std::size_t most =
        entry.verb == Verb::remove ? context_.limits.conditional_deletes : std::size_t{1};
    auto matches = find_matches(session_, entry.path[0], *entry.condition, most);
    if (!matches) return placed(failure(matches.error()), entry);
    if (matches->more)
      return placed(failure(Status::precondition_failed,
                            Error{Kind::conflict, "the condition finds too many resources", ""}),
                    entry);
    auto ids = matches->guard.ids;
    attempt.searches.push_back(std::move(matches->guard));
    if (entry.verb == Verb::post && !ids.empty()) {
      found_[entry.index] = ids[0];
      return {};
    }
    if (entry.verb == Verb::patch && ids.empty())
      return placed(failure(Error{Kind::not_found, "the condition finds no resource", ""}), entry);
    if (ids.empty() && entry.verb != Verb::remove) return choose_new(entry);
    ids_[entry.index] = std::move(ids);
    return {};
  }

  // Twice the same condition that finds nothing would make two of what shall be one.
  std::optional<Answer> choose_new(const Entry& entry) {
    if (!conditions_.insert(entry.condition_text).second)
      return failure(
          Error{Kind::invalid, "another entry has the same condition", place_of(entry.index)});
    const auto own = child_text(bundle_, entry.resource, "id");
    ids_[entry.index] = {entry.verb == Verb::put && !own.empty() ? std::string(own)
                                                                 : uuid_v4(context_.random)};
    if (entry.verb == Verb::put && !own.empty())
      attempt.reads.push_back({std::string(entry.path[0]), std::string(own), 0});
    return {};
  }

  static Answer placed(Answer answer, const Entry& entry) {
    for (auto& issue : answer.issues)
      issue.expression = place_of(entry.index) + (issue.expression.empty() ? "" : ".request");
    return answer;
  }

  std::optional<Answer> draft(const Entry& entry) {
    if (const auto at = found_.find(entry.index); at != found_.end()) {
      auto answer = answer_found(session_, entry.path[0], at->second, options_.back);
      if (answer.failed()) return answer;
      script->answers[entry.index] = shown_in_bundle(std::move(answer), options_.back);
      return {};
    }
    if (entry.verb == Verb::remove) return draft_removals(entry);
    const auto& id = ids_[entry.index][0];
    auto draft = draft_of(store::Write::Op::put, entry.path[0], id);
    draft.must_be_new = entry.verb == Verb::post;
    std::optional<store::Stored> current;
    if (auto refused = look_at(entry, id, draft, current)) return refused;
    auto refused =
        entry.verb == Verb::patch ? take_patch(entry, current, draft) : take_resource(entry, draft);
    if (refused) return refused;
    script->draft_of[entry.index] = attempt.drafts.size();
    attempt.drafts.push_back(std::move(draft));
    return {};
  }

  // The version conditions of the entry, and for a patch what it patches.
  std::optional<Answer> look_at(const Entry& entry, const std::string& id, Draft& draft,
                                std::optional<store::Stored>& current) {
    const bool simple = !entry.if_match.any && entry.if_match.list.size() < 2 &&
                        entry.if_none_match.empty() && entry.verb != Verb::patch;
    if (simple) {
      if (!entry.if_match.empty()) draft.if_version = entry.if_match.list[0];
      return {};
    }
    auto looked = look(session_, {entry.path[0], id}, write_options_of(entry, options_.back));
    if (auto* failed = std::get_if<Answer>(&looked)) return placed(std::move(*failed), entry);
    auto& found = std::get<Current>(looked);
    attempt.reads.push_back(std::move(found.guard));
    current = std::move(found.stored);
    return {};
  }

  std::optional<Answer> draft_removals(const Entry& entry) {
    script->answers[entry.index].status = Status::no_content;
    for (const auto& id : ids_[entry.index]) {
      auto looked = look(session_, {entry.path[0], id}, write_options_of(entry, options_.back));
      if (auto* failed = std::get_if<Answer>(&looked)) return placed(std::move(*failed), entry);
      auto& found = std::get<Current>(looked);
      attempt.reads.push_back(std::move(found.guard));
      if (!found.stored) continue;  // it is deleted already
      if (ids_[entry.index].size() == 1) script->draft_of[entry.index] = attempt.drafts.size();
      attempt.drafts.push_back(draft_of(store::Write::Op::remove, entry.path[0], id));
    }
    return {};
  }

  std::string below(const Entry& entry, const std::string& path) const {
    const auto dot = path.find('.');
    return place_of(entry.index) + ".resource" +
           (dot == std::string::npos ? std::string() : path.substr(dot));
  }

  std::optional<Answer> take_patch(const Entry& entry, const std::optional<store::Stored>& current,
                                   Draft& draft) {
    if (!current)
      return placed(failure(Error{Kind::not_found, "there is no such resource", ""}), entry);
    auto tree = patched(context_, *current, *entry.patch);
    if (auto* failed = std::get_if<Answer>(&tree)) return placed(std::move(*failed), entry);
    return take_tree(entry, std::get<Tree>(std::move(tree)), draft);
  }

  std::optional<Answer> take_resource(const Entry& entry, Draft& draft) {
    auto tree = copy_of(context_, bundle_, entry.resource);
    if (auto refused = refuse_mismatch(context_, tree, entry.path[0])) return refused;
    const auto own = child_text(tree, tree.root(), "id");
    const bool free = entry.verb == Verb::post || (entry.condition && own.empty());
    if (!free && own != draft.id)
      return failure(Error{Kind::invalid, "the id of the resource is not the one written",
                           below(entry, ".id")});
    if (!is_id(draft.id))
      return failure(Error{Kind::invalid, "an id has 1 to 64 letters, digits, - and .",
                           place_of(entry.index) + ".request.url"});
    return take_tree(entry, std::move(tree), draft);
  }

  std::optional<Answer> take_tree(const Entry& entry, Tree tree, Draft& draft) {
    const auto condition = [this](std::string_view reference) { return referred(reference); };
    if (auto done = resolve(context_, places_, entry.full_url, condition, tree); !done) {
      auto error = std::move(done).error();
      error.where = below(entry, error.where);
      if (error.kind == Kind::conflict) return failure(Status::precondition_failed, error);
      return failure(error);
    }
    draft.tree = std::move(tree);
    return {};
  }

  // What a conditional reference leads to (R4 http.html#trules): exactly one resource.
  Result<std::string> referred(std::string_view reference) {
    auto& known = referred_[std::string(reference)];
    if (!known.empty()) return known;
    const auto mark = reference.find('?');
    const auto type = reference.substr(0, mark);
    if (!is_resource_type(context_, type))
      return Error{Kind::invalid, "a conditional reference begins with a type", ""};
    LET(const auto query, read_query(reference.substr(mark + 1), context_.limits));
    LET(auto matches, find_matches(session_, type, query, 1));
    if (matches.more || matches.guard.ids.empty())
      return Error{Kind::conflict,
                   matches.more ? "the conditional reference finds more than one resource"
                                : "the conditional reference finds no resource",
                   ""};
    known = std::string(type) + "/" + matches.guard.ids[0];
    attempt.searches.push_back(std::move(matches.guard));
    return known;
  }

  const Session& session_;
  const Context& context_;
  const Tree& bundle_;
  const std::vector<Entry>& entries_;
  const BundleOptions& options_;
  std::vector<std::vector<std::string>> ids_;  // that each entry writes
  std::map<std::size_t, std::string> found_;   // entries whose ifNoneExist finds one
  std::set<std::string> written_;
  std::set<std::string> conditions_;
  std::map<std::string, std::string, std::less<>> referred_;
  Places places_;
};

class Transaction : public std::enable_shared_from_this<Transaction> {
 public:
  Transaction(const Session& session, SentBundle sent, std::string raw, BundleOptions options,
              Done done)
      : session_(session),
        sent_(std::move(sent)),
        raw_(std::move(raw)),
        options_(std::move(options)),
        done_(std::move(done)) {}

  std::optional<Answer> read() {
    entries_ = read_entries(session_.context, sent_.tree, sent_.issues);
    if (has_errors(sent_.issues)) return failure(Status::unprocessable, std::move(sent_.issues));
    for (auto& entry : entries_) {
      if (entry.refused) return std::move(entry.refused);
      if (entry.verb == Verb::get && !options_.idempotency_key.empty())
        return failure(Error{Kind::unsupported,
                             "a transaction with an Idempotency-Key has no GET entries",
                             place_of(entry.index)});
    }
    return {};
  }

  void run() {
    --left_;
    const bool keyed = !options_.idempotency_key.empty();
    // Before anything is decided: what the first time changed must not make the second one fail.
    if (keyed)
      if (auto seen = seen_before(session_, inbox_row(nullptr))) {
        Script none;
        return finish(none, *std::move(seen));
      }
    Decided decided(session_, sent_.tree, entries_, options_);
    if (auto refused = decided.decide()) return done_(*std::move(refused));
    CommitOptions commit_options;
    commit_options.bodies = !keyed && options_.back == Return::representation;
    commit_options.reads = std::move(decided.attempt.reads);
    commit_options.searches = std::move(decided.attempt.searches);
    if (keyed) commit_options.inbox = inbox_row(decided.script);
    commit(session_, std::move(decided.attempt.drafts), std::move(commit_options),
           [self = shared_from_this(), script = decided.script](Result<Committed> committed) {
             self->finish(*script, std::move(committed));
           });
  }

 private:
  void finish(Script& script, Result<Committed> committed) {
    if (!committed) {
      if (committed.error().where == "guard" && left_ > 0) return run();
      return done_(commit_failure(committed.error()));
    }
    Answer all;
    if (!committed->outcome.answer.empty()) {
      all.body = std::move(committed->outcome.answer);
      return done_(std::move(all));
    }
    for (const auto& entry : entries_)
      if (entry.verb == Verb::get)
        script.answers[entry.index] = get(session_, entry, options_.handling);
    all.body = write_answer(session_.context, script, options_.back, committed->outcome,
                            std::move(committed->bodies));
    done_(std::move(all));
  }

  store::InboxRow inbox_row(const std::shared_ptr<Script>& script) const {
    store::InboxRow row;
    row.source = "fhir";
    row.kind = "fhir-transaction";
    row.key = options_.idempotency_key;
    row.digest = hex(sha256(raw_));
    row.raw = raw_;
    row.status = store::InboxStatus::applied;
    row.make_answer = [&context = session_.context, script,
                       back = options_.back](const store::UnitOutcome& outcome) {
      return write_answer(context, *script, back, outcome, {});
    };
    return row;
  }

  const Session& session_;
  SentBundle sent_;
  std::string raw_;
  BundleOptions options_;
  Done done_;
  std::vector<Entry> entries_;
  int left_ = goes;
};

}  // namespace

// R4 http.html#transaction: all or nothing, in one unit of the store.
void transaction(const Session& session, SentBundle sent, std::string raw, BundleOptions options,
                 Done done) {
  const auto made = std::make_shared<Transaction>(session, std::move(sent), std::move(raw),
                                                  std::move(options), done);
  if (auto refused = made->read()) return done(*std::move(refused));
  made->run();
}

}  // namespace fingerpost::interaction
