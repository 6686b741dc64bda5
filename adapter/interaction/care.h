// What the operations of personalised care share: their parameters, and changes of stored resources
// that are read and found valid as an update's are, all in one commit.

#pragma once

#include "care/names.h"
#include "exchange/neighbourhood.h"
#include "exchange/quoted.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/operations.h"
#include "interaction/write.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fingerpost::interaction {

using care::agreed_extension, care::outcome_system, care::referral_task_profile,
    care::review_due_extension, care::status_reason_system, care::thread_system;

// The Parameters that are the body of a call.
class CareParameters {
 public:
  // Kind::invalid, `where` the parameter: one that is not among `names`, which blanks part.
  static Result<CareParameters> read(const Context& context, const OperationCall& call,
                                     std::string_view names);

  // The value or the resource of the first parameter of the name; no node when there is none.
  NodeRef value(std::string_view name) const;
  std::vector<NodeRef> values(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  bool is_set(std::string_view name) const { return text(name) == "true"; }

 private:
  explicit CareParameters(Tree tree) : tree_(std::move(tree)) {}
  Tree tree_;
};

// A stored resource with its tree.
struct Held {
  store::Stored stored;
  Tree tree;

  NodeRef root() const { return {&tree, tree.root()}; }
  std::string place() const { return stored.type + "/" + stored.id; }
};
Result<Held> hold(const Session& session, std::string_view type, std::string_view id);
// Of a reference "Type/id".
Result<Held> hold(const Session& session, std::string_view reference);

// Whether a Reference is to a Patient, as its type or its place says, here or elsewhere.
bool names_patient(NodeRef reference);
// Whether everybody whom the resource is about, and every patient who takes part, is this person,
// as their references say: a number or a place elsewhere may be anybody's.
bool is_only_about(NodeRef resource, const exchange::Place& person);

// Whether the draft would leave what is stored as it is.
bool changes_nothing(const Context& context, Draft& draft, const store::Stored& stored);

std::string json_of(const Context& context, NodeRef node);
using exchange::quoted;
// `"name":value,` for a value that is JSON; nothing for "".
std::string member(std::string_view name, std::string_view json);
// The elements of that name as a JSON list, with more of them behind; "" for none at all.
std::string list_with(const Context& context, NodeRef resource, std::string_view name,
                      const std::vector<std::string>& more);
// The extensions of a resource as a list in which the one of the url is replaced.
std::string extensions_with(const Context& context, NodeRef resource, std::string_view url,
                            const std::string& extension);

// The stored resource with a merge patch (RFC 7396), to be put on the version it was read at.
using Drafted = std::variant<Draft, Answer>;
Drafted draft_changed(const Session& session, const Held& held, const std::string& merge);
// A new resource; without an id it gets one.
Drafted draft_new(const Session& session, std::string json);

// What an operation cannot do with what is there is 422.
Answer care_failure(const Error& error);

// Adds what was drafted; an answer: it is refused.
std::optional<Answer> add(Attempt& attempt, Drafted drafted);
// Adds who says it, when the parameter `agent` does: a Provenance about all drafts.
std::optional<Answer> add_agent(const Session& session, const CareParameters& parameters,
                                Attempt& attempt);

// Every match of a search, at most limits.page_max of them, with what guards it.
struct Searched {
  std::vector<Held> found;
  store::SearchGuard guard;
};
Result<Searched> search_held(const Session& session, std::string_view type,
                             const std::vector<search::Pair>& pairs);

// Kind::unsupported: a personal health budget that agrees to more than was allocated, and that its
// authority has not signed (fp-budget-3).
Result<void> check_budget(const Context& context, NodeRef contract);

std::string now_of(const Context& context);

}  // namespace fingerpost::interaction
