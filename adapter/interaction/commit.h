// From checked resources to one durable Unit, through the hook before the commit.

#pragma once

#include "fingerpost/tree.h"
#include "interaction/answer.h"
#include "interaction/context.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fingerpost::interaction {

// One write as the request asks for it.
struct Draft {
  store::Write::Op op = store::Write::Op::put;
  std::string type;
  std::string id;
  std::optional<std::int64_t> if_version;
  bool must_be_new = false;
  store::How how = store::How::put;
  std::optional<Tree> tree;  // of a put; its id is set here
};

Draft draft_of(store::Write::Op op, std::string_view type, std::string_view id);

struct Committed {
  store::UnitOutcome outcome;
  std::vector<std::string> bodies;  // of the puts, complete, when they were wanted; else empty
};
using Then = std::function<void(Result<Committed>)>;

struct CommitOptions {
  bool bodies = false;
  // What the drafts were decided on: Kind::conflict with where "guard" when it no longer holds, and
  // whoever decided has to look again.
  std::vector<store::ReadGuard> reads;
  std::vector<store::SearchGuard> searches;
  // The unit's (store/store.h); where it says "guard", whoever decided has to look again too.
  std::function<Result<void>(store::Reader&)> inspect;
  std::optional<store::InboxRow> inbox;  // its key found again: nothing is done, its answer returns
};

// How often what others overtake is tried: a unit here, a decision in decide_and_commit.
constexpr int goes = 5;

// All or nothing. `then` is called on the session's thread. For watched types the hook sees the
// version that is really replaced, and what it read itself still holds: when another commit comes
// between, all is tried again.
void commit(const Session& session, std::vector<Draft> drafts, CommitOptions options, Then then);

// What the same message was answered when it was taken before: its inbox row's answer, or that its
// key came with another content. Nothing: it is new.
std::optional<Result<Committed>> seen_before(const Session& session, const store::InboxRow& inbox);

// A resource as a client sent it: read and found valid, or the answer that says why not.
using Sent = std::variant<Tree, Answer>;
Sent read_sent(const Session& session, std::string body);

// The text of a child element; "" when there is none.
std::string_view child_text(const Tree& tree, NodeId node, std::string_view name);
NodeId child(const Tree& tree, NodeId node, std::string_view name);
void set_id(const Context& context, Tree& tree, std::string_view id);
// The resource at `node` of another tree as a tree of its own.
Tree copy_of(const Context& context, const Tree& from, NodeId node);

}  // namespace fingerpost::interaction
