// One search on one connection.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_driver.h"
#include "store/sqlite_fetch.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_walk.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::store {

class Search {
 public:
  // `plan` as it came; its keys are translated inside.
  Search(StatementCache& statements, Fetcher& fetcher, Keys& keys, const Limits& limits,
         const search::Plan& plan)
      : statements_(statements), fetcher_(fetcher), keys_(keys), limits_(limits), asked_(plan) {}

  Result<Page> run();
  // What run() would do, without doing it.
  Result<Explained> explain();

 private:
  using Visit = std::function<Result<bool>(Candidate&)>;  // false: enough
  using Placed = std::pair<search::Place, Candidate>;
  using Matches = std::vector<Placed>;

  // A search for resources of one type: its keys the database's, its driver chosen.
  struct Scope {
    const search::Plan* asked = nullptr;
    search::Plan plan;
    std::int64_t type = 0;
    std::int64_t of_type = 0;  // how many resources there are
    Driver driver;
    bool walks = false;  // in the order of the first sort key, by its index
    std::optional<OrderedWalk::ByValues> by_values;  // of a walk over tokens or references
  };

  Result<void> open(const search::Plan& asked, std::int64_t page);
  bool should_walk(const Scope& scope, std::int64_t page) const;
  Result<void> find_values(Scope& scope);

  // The first `room` matches of a scope after the page before, in order.
  Result<Matches> first(const Scope& scope, std::size_t room);
  Result<Matches> in_creation_order(const Scope& scope, std::size_t room);
  Result<Matches> by_sorting(const Scope& scope, std::size_t room);
  Result<Matches> by_walking(const Scope& scope, std::size_t room);
  struct Group;
  Result<void> take_group(const Scope& scope, Group& group, std::size_t room, Matches& matches);

  Result<std::uint64_t> count(const Scope& scope);
  Result<std::uint64_t> estimate(const Scope& scope);
  Result<std::uint64_t> count_rows(const Scope& scope);
  Result<std::int64_t> resources_of(std::int64_t type);

  // Calls `visit` for each resource that passes, in the order of rows, after a row.
  Result<void> each_match(const Scope& scope, std::int64_t after, const Visit& visit);
  Result<bool> visit_row(const Scope& scope, std::int64_t row, const Visit& visit);
  Result<std::optional<Candidate>> fetch(std::int64_t row);

  // sqlite_search_passes.cpp
  Result<bool> passes(const Scope& scope, const Candidate& candidate);  // what no driver covers
  Result<bool> passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> all_pass(const Criteria& criteria, const Candidate& candidate);
  Result<bool> any_passes(const Criteria& criteria, const Candidate& candidate);
  Result<bool> chain_passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> has_passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> has_words(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> is_unread_here(const Candidate& candidate);
  // Chains into contained resources, and back from them to their container.
  Result<bool> inside_passes(const search::Criterion& criterion, const Candidate& candidate);
  Result<bool> container_passes(const search::Criterion& criterion, const Candidate& candidate);
  Candidate contained(const search::ContainedRows& one, const Candidate& container) const;
  void note_version(search::KeyId key, const Candidate& from, const Candidate& to);
  // What a reference leads to: by its place, or as a canonical url under one of the keys.
  Result<std::vector<Candidate>> targets(std::uint64_t hash,
                                         const std::vector<search::KeyId>& url_keys);

  // sqlite_search_links.cpp
  // `page`: how many matches of the whole are wanted, 0: all. Nothing: walking finds them sooner.
  Result<std::optional<Resolved>> resolve(const search::Criterion& criterion, std::int64_t type,
                                          std::int64_t page);
  Result<std::optional<std::vector<Candidate>>> few_passing(const Criteria& criteria,
                                                            std::int64_t type, std::int64_t page);
  // Rows of what contains resources that may pass; false: too many.
  Result<bool> add_containers(const search::Criterion& chain, std::vector<std::int64_t>& rows);
  // Refuses ids that are ambiguous, and takes hierarchies in.
  Result<void> settle(Criteria& criteria);
  Result<void> spread(search::Criterion& criterion);
  Result<void> add_includes(Page& page, const Matches& matches);
  Result<std::vector<Candidate>> include_of(const search::Include& include, const Candidate& from);
  Result<void> add_coverage(Page& page);
  struct Asked {
    const std::string& type;
    bool chained = false;  // of what a chain leads to, which may be contained
  };
  Result<void> add_coverage(const search::Plan& asked, Page& page);
  Result<void> add_coverage(const Asked& of, search::KeyId key, Page& page);
  Result<void> add_coverage(const Asked& of, const Criteria& criteria, Page& page);
  struct Lack {
    std::uint64_t lacking = 0, inside = 0;
  };
  Result<Lack> lack(const Asked& of, search::KeyId key, bool in_sight);
  Result<std::uint64_t> resources_by(std::int64_t type, std::optional<std::int64_t> set,
                                     bool in_sight);

  StatementCache& statements_;
  Fetcher& fetcher_;
  Keys& keys_;
  const Limits& limits_;
  const search::Plan& asked_;
  std::vector<Scope> scopes_;
  std::size_t looked_at_ = 0;
  bool other_version_ = false;          // Page::other_version
  std::optional<search::Words> words_;  // made when the search reads a resource's words itself
};

}  // namespace fingerpost::store
