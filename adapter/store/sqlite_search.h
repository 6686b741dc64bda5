// One search on one connection.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_driver.h"
#include "store/sqlite_keys.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace fingerpost::store {

// A resource as its row tells it, without its body.
struct Candidate {
  std::int64_t row = 0;
  std::int64_t type = 0;
  std::uint64_t reference = 0;
  std::string id;
  std::int64_t version = 0;
  std::int64_t updated = 0;
  search::IndexValues values;  // keys are the database's

  search::Row search_row() const { return {reference, updated, id, &values}; }
};

// The statements that fetch by row and by reference, kept with a connection.
class Fetcher {
 public:
  static Result<Fetcher> prepare(Db& db);

  Result<std::optional<Candidate>> by_row(std::int64_t row);
  Result<std::vector<Candidate>> by_reference(std::uint64_t reference);
  // Rows under which `lead` has this hash, at most `limit`.
  Result<std::vector<std::int64_t>> referrers(search::KeyId lead, std::uint64_t reference,
                                              std::size_t limit);
  // The one at `row`, if its `key` has this hash.
  Result<std::optional<Candidate>> referrer(std::int64_t row, search::KeyId key,
                                            std::uint64_t reference);
  Result<Stored> stored(const Candidate& candidate, std::string type);

 private:
  static Result<Candidate> candidate(const Statement& statement);
  Statement by_row_, by_reference_, referrers_, body_;
};

class Search {
 public:
  // `plan` as it came; its keys are translated inside.
  Search(StatementCache& statements, Fetcher& fetcher, Keys& keys, const Limits& limits,
         const search::Plan& plan)
      : statements_(statements), fetcher_(fetcher), keys_(keys), limits_(limits), asked_(plan) {}

  Result<Page> run();

 private:
  using Visit = std::function<Result<bool>(Candidate&)>;  // false: enough

  Result<void> in_creation_order(Page& page);
  Result<void> in_updated_order(Page& page);
  Result<void> sorted(Page& page);
  // Calls `visit` for each resource that passes, in the order of `rows`.
  Result<void> each_match(const Rows& rows, const Visit& visit);
  Result<void> fill(Page& page, const Rows& rows);
  Result<std::uint64_t> count();
  Result<bool> passes(const Candidate& candidate);  // what the driver does not cover
  Result<bool> passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> chain_passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> has_passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> all_pass(const std::vector<search::Criterion>& criteria, const Candidate& candidate);
  Result<void> add_includes(Page& page);
  Result<std::vector<Candidate>> include_of(const search::Include& include, const Candidate& match);
  bool is_updated_order() const;

  StatementCache& statements_;
  Fetcher& fetcher_;
  Keys& keys_;
  const Limits& limits_;
  const search::Plan& asked_;
  search::Plan plan_;  // asked_ with the database's keys
  Driver driver_;
  std::int64_t type_ = 0;
  std::vector<Candidate> matches_;
};

}  // namespace fingerpost::store
