#include "interaction/authorise.h"
#include "interaction/bundle.h"
#include "interaction/noting.h"
#include "interaction/write.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

// Entries on their way; all on the session's thread.
struct Batch {
  const Session& session;
  std::vector<Answer> answers;
  std::size_t open;
  Done done;
  Return back;

  void answer(std::size_t entry, Verb verb, Answer with) {
    if (const auto asking = noted(); asking && with.failed())
      asking->refused = static_cast<int>(with.status);
    with = placed(std::move(with), entry, verb);
    answers[entry] = verb == Verb::get ? std::move(with) : shown_in_bundle(std::move(with), back);
    if (--open > 0) return;
    Answer all;
    all.body = write_bundle(session.context, "batch-response", answers);
    done(std::move(all));
  }
};

void run(const Session& session, const Tree& bundle, Entry& entry, const BundleOptions& options,
         Done done) {
  if (entry.refused) return done(*std::move(entry.refused));
  auto write = write_options_of(entry, options.back);
  write.provenance = options.provenance;
  switch (entry.verb) {
    case Verb::get:
      return get(session, entry, options.handling, std::move(done));
    case Verb::remove:
      return remove(session, entry.target(), write, std::move(done));
    case Verb::post:
      return create(session, entry.path[0], copy_of(session.context, bundle, entry.resource), write,
                    std::move(done));
    case Verb::patch:
      return patch(session, entry.target(), *std::move(entry.patch), write, std::move(done));
    case Verb::put:
      return update(session, entry.target(), copy_of(session.context, bundle, entry.resource),
                    write, std::move(done));
  }
}

}  // namespace

// R4 http.html#brules: the entries know nothing of each other, and one failing fails alone.
void batch(const Session& session, SentBundle sent, BundleOptions options, Done done) {
  auto entries = read_entries(session.context, sent.tree, sent.issues);
  if (has_errors(sent.issues)) return done(failure(Status::unprocessable, std::move(sent.issues)));
  authorise(session, entries, options);
  if (!options.idempotency_key.empty())
    return done(failure(Error{Kind::unsupported, "an Idempotency-Key is for transactions", ""}));
  const auto state =
      std::make_shared<Batch>(Batch{session, std::vector<Answer>(entries.size()),
                                    entries.size() + 1, std::move(done), options.back});
  for (auto& entry : entries)
    run(session, sent.tree, entry, options,
        [state, index = entry.index, verb = entry.verb](Answer answer) {
          state->answer(index, verb, std::move(answer));
        });
  if (--state->open > 0) return;
  Answer all;
  all.body = write_bundle(session.context, "batch-response", state->answers);
  state->done(std::move(all));
}

}  // namespace fingerpost::interaction
