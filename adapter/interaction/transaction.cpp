#include "interaction/transaction.h"

#include "base/digest.h"
#include "interaction/answers.h"
#include "interaction/authorise.h"
#include "interaction/noting.h"
#include "interaction/operations.h"
#include "store/rules.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

std::string write_answer(const Context& context, const Script& script, Return back,
                         const store::UnitOutcome& outcome, std::vector<Answer> answers,
                         std::vector<std::string> bodies) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto draft = script.draft_of[i];
    if (draft == no_draft) continue;
    answers[i] = answer_of_write(script.drafts[draft], outcome.writes[draft]);
    if (!bodies.empty()) answers[i].body = std::move(bodies[draft]);
    answers[i] = shown_in_bundle(std::move(answers[i]), back);
  }
  return write_bundle(context, "transaction-response", answers);
}

// What is kept of an answer that is too large: what was read is known to who got the first one.
std::vector<Answer> shortened(std::vector<Answer> answers) {
  for (auto& answer : answers) {
    if (answer.content().empty()) continue;
    answer.body.clear();
    answer.shared_body.reset();
    answer.issues.push_back({Severity::information, "incomplete", "",
                             "what this entry read is not kept: the answer was over the limit "
                             "kept_answer_bytes"});
  }
  return answers;
}

bool changes_something(const Entry& entry) {
  const auto* const called =
      entry.is_operation() ? operation_of(entry.operation(search::Handling::strict)) : nullptr;
  return called != nullptr && called->start != nullptr;
}

// What the reads of a transaction need, apart from it: the store's thread may hold it last.
struct Reads {
  const Context& context;
  std::shared_ptr<const std::vector<Entry>> entries;
  search::Handling handling;
  std::int64_t most_seconds;
  access::CallerPtr caller;
  AskingPtr asking;
};
constexpr std::int64_t staged_seconds = 2;  // no other can write meanwhile
constexpr std::int64_t alone_seconds = 30;  // of a transaction that only reads

// What is read is read as the writes leave it; a read that fails makes all of it fail, for an
// answer of 200 says that everything was done (R4 http.html#trules).
void look(const Reads& reads, store::Reader& reader, Script& script) {
  const auto end = reads.context.clock.monotonic_us() + reads.most_seconds * 1'000'000;
  auto context = reads.context;
  context.compiled = std::make_shared<Compiled>();  // what is read here may never be
  const Session staged{context, reader, {}, reads.caller};
  for (const auto& entry : *reads.entries) {
    if (entry.verb != Verb::get) continue;
    if (context.clock.monotonic_us() > end) {
      script.refused = failure(Error{Kind::too_costly,
                                     "the entries that read take longer than " +
                                         std::to_string(reads.most_seconds) + " seconds together",
                                     place_of(entry.index)});
      return;
    }
    auto answer = get(staged, entry, reads.handling);
    if (answer.failed()) {
      script.refused = std::move(answer);
      return;
    }
    script.answers[entry.index] = std::move(answer);
  }
}

Result<void> inspect(const Reads& reads, store::Reader& reader,
                     const std::vector<store::SearchGuard>& after, Script& script) {
  for (const auto& guard : after) {
    const auto page = reader.search(store::guarding(guard));
    if (!page) {
      script.refused = failure(page.error());
      break;
    }
    if (!store::finds_exactly(*page, guard.ids)) return store::guard_failed();
  }
  const Noting scope(reads.asking);
  const auto noting = noting_reader(reader);
  if (!script.refused) look(reads, *noting, script);
  if (script.refused) return Error{Kind::conflict, "an entry cannot be read", "entry"};
  return {};
}

// What is refused at the commit is told by its type, "Task.focus": where one entry alone writes
// such a resource, that is the place.
Error at_entry(const Script& script, Error error) {
  const std::string_view where = error.where;
  const auto type = where.substr(0, where.find('.'));
  std::size_t writers = 0, entry = 0;
  for (std::size_t i = 0; i < script.draft_of.size(); ++i) {
    const auto draft = script.draft_of[i];
    if (draft == no_draft || script.drafts[draft].type != type) continue;
    ++writers;
    entry = i;
  }
  if (writers == 1)
    error.where = place_of(entry) + ".resource" + std::string(where.substr(type.size()));
  return error;
}

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
    auto entries = read_entries(session_.context, sent_.tree, sent_.issues);
    if (has_errors(sent_.issues)) return failure(Status::unprocessable, std::move(sent_.issues));
    authorise(session_, entries, options_);
    for (auto& entry : entries) {
      if (entry.refused) return std::move(entry.refused);
      if (entry.verb != Verb::get) continue;
      reads_ = true;
      if (changes_something(entry))
        return failure(Error{Kind::unsupported,
                             "an operation that changes something is no part of a transaction",
                             place_of(entry.index) + ".request.url"});
    }
    entries_ = std::make_shared<const std::vector<Entry>>(std::move(entries));
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
    Decided decided(session_, sent_.tree, *entries_, options_);
    if (auto refused = decided.decide()) return done_(*std::move(refused));
    CommitOptions commit_options;
    commit_options.bodies = !keyed && options_.back == Return::representation;
    commit_options.reads = std::move(decided.attempt.reads);
    commit_options.searches = std::move(decided.attempt.searches);
    const auto& script = decided.script;
    const bool writes = !decided.attempt.drafts.empty() || keyed;
    const Reads reads{session_.context,  entries_,
                      options_.handling, writes ? staged_seconds : alone_seconds,
                      session_.caller,   noted()};
    if (!writes) {
      look(reads, session_.reader, *script);
      if (script->refused) return done_(*std::move(script->refused));
    } else if (reads_ || !decided.after.empty()) {
      commit_options.inspect = [reads, script,
                                after = std::move(decided.after)](store::Reader& reader) {
        return inspect(reads, reader, after, *script);
      };
    }
    if (keyed) commit_options.inbox = inbox_row(script);
    commit(session_, std::move(decided.attempt.drafts), std::move(commit_options),
           [self = shared_from_this(), script](Result<Committed> committed) {
             self->finish(*script, std::move(committed));
           });
  }

 private:
  void finish(Script& script, Result<Committed> committed) {
    if (!committed) {
      if (script.refused) return done_(*std::move(script.refused));
      if (committed.error().where == "guard" && left_ > 0) return run();
      return done_(commit_failure(at_entry(script, committed.error())));
    }
    Answer all;
    const bool first_whole = script.shortened && !committed->outcome.duplicate;
    if (!committed->outcome.answer.empty() && !first_whole) {
      all.body = std::move(committed->outcome.answer);
      return done_(std::move(all));
    }
    all.body = write_answer(session_.context, script, options_.back, committed->outcome,
                            std::move(script.answers), std::move(committed->bodies));
    done_(std::move(all));
  }

  store::InboxRow inbox_row(const std::shared_ptr<Script>& script) const {
    store::InboxRow row;
    // A key is its client's own: under another's the answer would tell what that one saw.
    const auto& client = session_.caller->client;
    row.source = client.empty() ? "fhir" : "fhir:" + client;
    row.kind = "fhir-transaction";
    row.key = options_.idempotency_key;
    row.digest = hex(sha256(raw_));
    row.raw = raw_;
    row.status = store::InboxStatus::applied;
    row.make_answer = [&context = session_.context, script, back = options_.back,
                       most = options_.kept_answer_bytes](const store::UnitOutcome& outcome) {
      auto answer = write_answer(context, *script, back, outcome, script->answers, {});
      script->shortened = answer.size() > most;
      if (script->shortened)
        answer = write_answer(context, *script, back, outcome, shortened(script->answers), {});
      return answer;
    };
    return row;
  }

  const Session& session_;
  SentBundle sent_;
  std::string raw_;
  BundleOptions options_;
  Done done_;
  std::shared_ptr<const std::vector<Entry>> entries_;
  bool reads_ = false;
  int left_ = goes;
};

}  // namespace

// R4 http.html#transaction: all or nothing, in one unit of the store.
void transaction(const Session& session, SentBundle sent, std::string raw, BundleOptions options,
                 Done done) {
  const auto made = std::make_shared<Transaction>(session, std::move(sent), std::move(raw),
                                                  std::move(options), done);
  if (const auto asking = noted()) asking->note.did = "transaction";
  if (auto refused = made->read()) return done(*std::move(refused));
  made->run();
}

}  // namespace fingerpost::interaction
