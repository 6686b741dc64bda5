// The conditional references of a transaction (R4 http.html#trules, the last step): they lead to
// what is there when its own writes are done.

#pragma once

#include "interaction/commit.h"
#include "search/index.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// By the resource's own rows. What needs other resources or words is not told here, and counts as
// not passed: where that is wrong the guard after the writes does not hold, and nothing is done.
bool passes_alone(const search::Criterion& criterion, const search::Row& row);

class ConditionalReferences {
 public:
  // Both outlive it; the drafts stay where they are.
  ConditionalReferences(const Session& session, std::vector<Draft>& drafts)
      : session_(session), drafts_(drafts) {}

  // "Practitioner/1" for "Practitioner?identifier=…": the one resource of what is stored and what
  // the drafts write, without what they delete. Kind::conflict: none, or several.
  Result<std::string> find(std::string_view reference);

  // What was found still holds when these do, before the drafts are written and after it.
  std::vector<store::SearchGuard> before, after;

 private:
  Result<std::vector<std::string>> matches(std::string_view type, store::SearchGuard& guard,
                                           const std::vector<search::Pair>& query);
  bool passes(const search::Plan& plan, Draft& draft);

  const Session& session_;
  std::vector<Draft>& drafts_;
  std::map<const Draft*, search::IndexValues> values_;
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace fingerpost::interaction
