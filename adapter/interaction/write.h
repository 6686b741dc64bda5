// What create, update and delete share: one draft, one commit, one answer.

#pragma once

#include "interaction/commit.h"
#include "interaction/interactions.h"

namespace fingerpost::interaction {

// Also the entries of a batch, whose resources are trees already.
void create(const Session& session, std::string_view type, Tree tree, Return back, Done done);
void update(const Session& session, Target target, Tree tree, WriteOptions options, Done done);

// The answer to a tree of another type; nothing when it is of this type.
std::optional<Answer> refuse_mismatch(const Context& context, const Tree& tree,
                                      std::string_view type);

// Commits one draft alone and answers as `back` asks.
void commit_one(const Session& session, Draft draft, Return back, Done done);

// The answer to one write of a unit.
Answer answer_of_write(const Draft& draft, const store::WriteOutcome& wrote);

}  // namespace fingerpost::interaction
