// Resources by row and by reference, on one connection, without their bodies until those are
// wanted.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_sight.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace fingerpost::store {

// A resource as its row tells it.
struct Candidate {
  std::int64_t row = 0;
  std::int64_t type = 0;
  std::uint64_t reference = 0;
  std::string id;
  std::int64_t version = 0;
  std::int64_t updated = 0;
  search::IndexValues values;  // keys are the database's
  std::shared_ptr<const std::vector<search::KeyId>> present;

  const Candidate* container = nullptr;  // of a contained one, which has its row; must outlive it

  const std::vector<search::ContainedRows>& contained() const {
    return container ? container->values.contained : values.contained;
  }
  search::Row search_row() const { return {reference, updated, id, &values, present.get()}; }
  bool refers(search::KeyId key, std::uint64_t to) const;
};

class Fetcher {
 public:
  static Result<Fetcher> prepare(Db& db, const Keys& keys);

  // What is not in sight is not found from now on; null: all is. It must outlive what is asked.
  Result<void> look_with(const Sight* sight);
  const Sight* sight() const { return sight_; }
  Result<std::optional<Candidate>> by_row(std::int64_t row);
  Result<std::vector<Candidate>> by_reference(std::uint64_t reference);
  // Whether it is in sight or not: for what a search does, and not for what it finds.
  Result<std::optional<Candidate>> any_by_row(std::int64_t row);
  // Rows under which `lead` has this hash, at most `limit`.
  Result<std::vector<std::int64_t>> referrers(search::KeyId lead, std::uint64_t reference,
                                              std::size_t limit);
  // The one at `row`, if its `key` has this hash.
  Result<std::optional<Candidate>> referrer(std::int64_t row, search::KeyId key,
                                            std::uint64_t reference);
  Result<Stored> stored(const Candidate& candidate, std::string type);

 private:
  struct Statements {
    Statement by_row, by_reference, referrers;
  };
  static Result<Statements> statements(Db& db, const std::string& sight);
  Result<Candidate> candidate(const Statement& statement);
  Result<std::optional<Candidate>> by_row(Statement& statement, std::int64_t row);
  Statements& looking() { return sight_ == nullptr ? all_ : *in_sight_; }
  // Binds what the sight asks, from a parameter on, and takes the first step.
  Result<bool> first(Statement& statement, int from) const;

  Db* db_ = nullptr;
  const Keys* keys_ = nullptr;
  const Sight* sight_ = nullptr;
  std::int64_t last_shape_ = -1;
  std::shared_ptr<const std::vector<search::KeyId>> last_present_;
  Statements all_;
  std::unordered_map<std::string, Statements> seen_;  // by the sight's text, of which there are few
  Statements* in_sight_ = nullptr;                    // of the sight of now
  Statement body_;
};

}  // namespace fingerpost::store
