#include "base/digest.h"
#include "base/uuid.h"
#include "interaction/answers.h"
#include "interaction/bundle.h"
#include "interaction/references.h"
#include "interaction/write.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t no_draft = static_cast<std::size_t>(-1);

// What the answer is made of once the drafts are gone: it may be made on the store's thread.
struct Script {
  std::vector<Draft> drafts;          // without their trees
  std::vector<std::size_t> draft_of;  // each entry's; no_draft: a GET, or nothing to delete
  std::vector<Answer> answers;        // of the entries without a draft
};

std::string write_answer(const Context& context, const Script& script,
                         const store::UnitOutcome& outcome, std::vector<std::string> bodies) {
  auto answers = script.answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto draft = script.draft_of[i];
    if (draft == no_draft) continue;
    answers[i] = answer_of_write(script.drafts[draft], outcome.writes[draft]);
    if (!bodies.empty()) answers[i].body = std::move(bodies[draft]);
  }
  return write_bundle(context, "transaction-response", answers);
}

class Transaction {
 public:
  Transaction(const Session& session, SentBundle sent, BundleOptions options)
      : session_(session),
        context_(session.context),
        sent_(std::move(sent)),
        options_(std::move(options)),
        script_(std::make_shared<Script>()) {}

  // Nothing when it can be committed.
  std::optional<Answer> prepare() {
    entries_ = read_entries(context_, sent_.tree, sent_.issues);
    if (has_errors(sent_.issues)) return failure(Status::unprocessable, std::move(sent_.issues));
    for (auto& entry : entries_)
      if (entry.refused) return std::move(entry.refused);
    script_->draft_of.assign(entries_.size(), no_draft);
    script_->answers.resize(entries_.size());
    if (auto refused = choose_ids()) return refused;
    return draft_all();
  }

  void run(std::string raw, Done done) {
    CommitOptions commit_options;
    const bool keyed = !options_.idempotency_key.empty();
    commit_options.bodies = !keyed && options_.back == Return::representation;
    if (keyed) commit_options.inbox = inbox_row(std::move(raw));
    auto then = [&session = session_, script = script_, gets = std::move(gets_),
                 handling = options_.handling,
                 done = std::move(done)](Result<Committed> committed) {
      if (!committed) return done(commit_failure(committed.error()));
      Answer all;
      if (!committed->outcome.answer.empty()) {
        all.body = std::move(committed->outcome.answer);
        return done(std::move(all));
      }
      for (const auto& entry : gets) script->answers[entry.index] = get(session, entry, handling);
      all.body =
          write_answer(session.context, *script, committed->outcome, std::move(committed->bodies));
      done(std::move(all));
    };
    // A std::function must be copyable, and drafts are not.
    const auto shared = std::make_shared<decltype(then)>(std::move(then));
    commit(session_, std::move(drafts_), std::move(commit_options),
           [shared](Result<Committed> committed) { (*shared)(std::move(committed)); });
  }

 private:
  // R4 http.html#trules: ids first, so that entries may refer to each other in any direction.
  std::optional<Answer> choose_ids() {
    std::set<std::string> seen;
    for (auto& entry : entries_) {
      auto& id = ids_.emplace_back();
      if (entry.verb == Verb::get) continue;
      id = entry.verb == Verb::post ? uuid_v4(context_.random) : std::string(entry.path[1]);
      const auto place = std::string(entry.path[0]) + "/" + id;
      if (!seen.insert(place).second)
        return failure(Error{Kind::invalid, "another entry is about the same resource",
                             place_of(entry.index)});
      if (entry.full_url.empty() || entry.verb == Verb::remove) continue;
      if (!places_.emplace(entry.full_url, place).second)
        return failure(Error{Kind::invalid, "another entry has the same fullUrl",
                             place_of(entry.index) + ".fullUrl"});
    }
    return {};
  }

  // R4 http.html#trules: DELETE, then POST, then PUT, then GET.
  std::optional<Answer> draft_all() {
    for (const auto verb : {Verb::remove, Verb::post, Verb::put, Verb::get})
      for (auto& entry : entries_) {
        if (entry.verb != verb) continue;
        if (auto refused = draft(entry)) return refused;
      }
    for (const auto& draft : drafts_) {
      auto& kept = script_->drafts.emplace_back();
      kept.op = draft.op;
      kept.type = draft.type;
      kept.id = draft.id;
    }
    return {};
  }

  std::optional<Answer> draft(Entry& entry) {
    if (entry.verb == Verb::get) {
      if (!options_.idempotency_key.empty())
        return failure(Error{Kind::unsupported,
                             "a transaction with an Idempotency-Key has no GET entries",
                             place_of(entry.index)});
      gets_.push_back(std::move(entry));
      return {};
    }
    Draft draft;
    draft.type = entry.path[0];
    draft.id = ids_[entry.index];
    draft.if_version = entry.if_match;
    draft.must_be_new = entry.verb == Verb::post;
    if (entry.verb == Verb::remove) {
      draft.op = store::Write::Op::remove;
      if (nothing_to_delete(entry)) {
        script_->answers[entry.index].status = Status::no_content;
        return {};
      }
    } else if (auto refused = take_resource(entry, draft)) {
      return refused;
    }
    script_->draft_of[entry.index] = drafts_.size();
    drafts_.push_back(std::move(draft));
    return {};
  }

  bool nothing_to_delete(const Entry& entry) {
    if (entry.if_match) return false;
    const auto found = session_.reader.read(entry.path[0], entry.path[1]);
    return !found && (found.error().kind == Kind::not_found || found.error().kind == Kind::gone);
  }

  std::optional<Answer> take_resource(const Entry& entry, Draft& draft) {
    auto tree = resource_of(context_, sent_.tree, entry.resource);
    const auto below = [&](const std::string& path) {
      const auto dot = path.find('.');
      return place_of(entry.index) + ".resource" +
             (dot == std::string::npos ? std::string() : path.substr(dot));
    };
    if (auto refused = refuse_mismatch(context_, tree, entry.path[0])) return refused;
    if (entry.verb == Verb::put && child_text(tree, tree.root(), "id") != draft.id)
      return failure(Error{Kind::invalid, "the id of the resource is not the URL's", below(".id")});
    if (!is_id(draft.id))
      return failure(Error{Kind::invalid, "an id has 1 to 64 letters, digits, - and .",
                           place_of(entry.index) + ".request.url"});
    if (auto done = resolve(context_, places_, entry.full_url, tree); !done) {
      auto error = std::move(done).error();
      error.where = below(error.where);
      return failure(error);
    }
    draft.tree = std::move(tree);
    return {};
  }

  store::InboxRow inbox_row(std::string raw) const {
    store::InboxRow row;
    row.source = "fhir";
    row.kind = "fhir-transaction";
    row.key = options_.idempotency_key;
    row.digest = hex(sha256(raw));
    row.raw = std::move(raw);
    row.status = store::InboxStatus::applied;
    row.make_answer = [&context = context_, script = script_](const store::UnitOutcome& outcome) {
      return write_answer(context, *script, outcome, {});
    };
    return row;
  }

  const Session& session_;
  const Context& context_;
  SentBundle sent_;
  BundleOptions options_;
  std::shared_ptr<Script> script_;
  std::vector<Entry> entries_;
  std::vector<std::string> ids_;  // one for each entry
  Places places_;
  std::vector<Draft> drafts_;
  std::vector<Entry> gets_;
};

}  // namespace

// R4 http.html#transaction: all or nothing, in one unit of the store.
void transaction(const Session& session, SentBundle sent, std::string raw, BundleOptions options,
                 Done done) {
  Transaction transaction(session, std::move(sent), std::move(options));
  if (auto refused = transaction.prepare()) return done(*std::move(refused));
  transaction.run(std::move(raw), std::move(done));
}

}  // namespace fingerpost::interaction
