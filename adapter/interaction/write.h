// What create, update, patch and delete share: decide, commit, answer.

#pragma once

#include "interaction/commit.h"
#include "interaction/interactions.h"

#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace fingerpost::interaction {

// Also the entries of a batch, whose resources are trees already.
void create(const Session& session, std::string_view type, Tree tree, WriteOptions options,
            Done done);
void update(const Session& session, Target target, Tree tree, WriteOptions options, Done done);

// The answer to a tree of another type; nothing when it is of this type.
std::optional<Answer> refuse_mismatch(const Context& context, const Tree& tree,
                                      std::string_view type);
std::optional<Answer> refuse_id(std::string_view type, std::string_view id);

// Commits one draft alone and answers as `back` asks.
void commit_one(const Session& session, Draft draft, Return back, Done done);

// What one try at a write is to do, and what it was decided on.
struct Attempt {
  std::vector<Draft> drafts;  // the first is what the answer is about
  std::vector<store::ReadGuard> reads;
  std::vector<store::SearchGuard> searches;
};
using Decision = std::variant<Attempt, Answer>;
using Decide = std::function<Decision()>;

// Decides and commits; when another commit comes between, decides anew. Answers as `back` asks.
void decide_and_commit(const Session& session, Decide decide, Return back, Done done);

// A put of the resource as it stands now, under the version conditions of the options; a condition
// that does not hold is the answer. `current` is filled when there is a current one.
struct Current {
  std::optional<store::Stored> stored;
  store::ReadGuard guard;
};
using Looked = std::variant<Current, Answer>;
Looked look(const Session& session, Target target, const WriteOptions& options);

// The one resource that the condition finds, or the answer: 412 when it finds several. No id: none.
struct One {
  std::string id;
  store::SearchGuard guard;
};
using Chosen = std::variant<One, Answer>;
Chosen choose(const Session& session, std::string_view type, const WriteOptions& options);

// Adds the Provenance that was sent, if one was, about the resources of all drafts. Nothing: done.
std::optional<Answer> add_provenance(const Session& session, const std::string& provenance,
                                     Attempt& attempt);

// R4 http.html#ccreate: what the condition of a create finds is answered as if it had just been
// made, but with 200.
Answer answer_found(const Session& session, std::string_view type, const std::string& id,
                    Return back);

// What the answer needs of a draft.
Draft kept_of(const Draft& draft);

// The answer to one write of a unit.
Answer answer_of_write(const Draft& draft, const store::WriteOutcome& wrote);

// The answer to a delete of so many, as `back` asks.
Answer told_removed(Answer answer, std::size_t count, Return back);

// The resource after the patch, read and found valid as an update's, or the answer.
Sent patched(const Session& session, const store::Stored& current, const PatchSent& sent);

}  // namespace fingerpost::interaction
