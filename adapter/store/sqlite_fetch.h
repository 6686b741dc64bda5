// Resources by row and by reference, on one connection, without their bodies until those are
// wanted.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  Result<Candidate> candidate(const Statement& statement);
  const Keys* keys_ = nullptr;
  std::int64_t last_shape_ = -1;
  std::shared_ptr<const std::vector<search::KeyId>> last_present_;
  Statement by_row_, by_reference_, referrers_, body_;
};

}  // namespace fingerpost::store
