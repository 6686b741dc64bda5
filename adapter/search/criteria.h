// One parameter of a query to a Criterion: chains, _has, modifiers, values.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/plan.h"
#include "search/search.h"
#include "search/values.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace fingerpost::search {

// "code:not" as its two halves.
std::pair<std::string_view, std::string_view> split_modifier(std::string_view name);
// A resource type of R4 that can be stored.
bool is_resource(const model::Definitions& definitions, std::string_view name);

class CriterionMaker {
 public:
  CriterionMaker(const Parameters& parameters, const Query& query, const Limits& limits)
      : parameters_(parameters), query_(query), limits_(limits) {}

  // A parameter as it stands in a query, for resources of `type`.
  Result<Criterion> make(std::string_view type, std::string_view name, std::string_view value);
  // Whether the last error was about a name that is not known, which lenient handling drops.
  bool unknown() const { return unknown_; }
  // "there is no such …; the nearest is …", and unknown() from now on.
  Error no_such_parameter(std::string_view type, std::string_view where, std::string_view code);
  Error no_such(std::string_view what, std::string_view where);

  // What follows the links of a path ("subject:Patient.name"): for the type they lead to, the last
  // name, with its modifier.
  using Leaf = std::function<Result<Criterion>(std::string_view type, std::string_view name)>;
  Result<Criterion> follow(std::string_view type, std::string_view path, const Leaf& leaf,
                           int hops = 0);
  // A chain by `link`, "subject" or "subject:Patient": `inner` makes what the target must pass.
  using Inner = std::function<Result<Criterion>(std::string_view target)>;
  Result<Criterion> chain(std::string_view type, std::string_view link, const Inner& inner);
  // A parameter by its code, with its modifier.
  Result<Criterion> leaf(std::string_view type, std::string_view name, std::string_view value);
  Result<Criterion> missing(std::string_view type, std::string_view name, std::string_view value);
  // Whether the type's own: _id, _lastUpdated.
  static bool is_own(std::string_view code) { return code == "_id" || code == "_lastUpdated"; }
  // In somebody's compartment, by the parameters of its definition.
  Result<Criterion> compartment(std::string_view type, const Compartment& whose) const;

  ValueContext context(std::string_view where) const {
    return {parameters_, query_, limits_, where};
  }

 private:
  Result<Criterion> has(std::string_view type, std::string_view name, const Leaf& leaf, int hops);
  Result<Criterion> one_target(const Key& key, KeyId id, std::string_view target,
                               const Inner& inner);
  Result<Criterion> own(std::string_view type, std::string_view code, std::string_view modifier,
                        std::string_view value);
  Result<Criterion> listed(std::string_view value);
  Result<Criterion> worded(WordsOf of, std::string_view name, std::string_view value);
  Result<Criterion> of_key(KeyId key, std::string_view name, std::string_view modifier,
                           std::string_view value);
  bool modifier_fits(model::SearchType kind, std::string_view modifier) const;
  Error bad_modifier(std::string_view name, std::string_view modifier);
  Result<std::vector<std::string_view>> or_values(std::string_view name, std::string_view value);

  const Parameters& parameters_;
  const Query& query_;
  const Limits& limits_;
  bool unknown_ = false;
};

}  // namespace fingerpost::search
