// The tables that rules about rows go by, kept in step with the resources; and what these rules ask
// of a unit.

#pragma once

#include "fingerpost/result.h"
#include "search/belonging.h"
#include "search/hash.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_sight.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace fingerpost::store {

// In place of labels: that the Patient refuses the organisation.
constexpr std::int64_t refusal = std::int64_t{1} << 62;

class BelongingTables {
 public:
  static Result<BelongingTables> prepare(Db& db);
  // What the resource at `row` says, where nothing of it is in the tables.
  Result<void> add(std::int64_t row, std::string_view type, const search::Belonging& of);
  // Takes what it said; of one that was removed all but that the Patient is labelled, and the codes
  // of an Organization, which Consents may refuse.
  Result<void> clear(std::int64_t row);
  Result<void> removed(std::int64_t row);
  // Whose all of these are: when they are not one's, or not there, nobody's that is known.
  Result<std::uint64_t> whose(const std::vector<std::uint64_t>& references);
  Result<void> place(std::int64_t row, std::uint64_t whose, std::int64_t seen_from);

 private:
  Statement add_relation_, clear_relation_, loosen_, add_organisation_, clear_organisation_;
  Statement whose_, place_;
};

// Holds the writes of a unit that a client asked for to its policy.
class PolicyGuard {
 public:
  PolicyGuard(Db& db, const Keys& keys, const search::HashKey& key)
      : statements_(db), keys_(keys), hash_key_(key) {}
  // Before anything is written, and when all is.
  Result<void> before(const Unit& unit);
  Result<void> after(const Unit& unit);
  // Then too: whether a row of the outbox is for eyes that see what it is about.
  Result<bool> is_for(const OutboxRow& row, const Unit& unit);

 private:
  Result<bool> is_there(const Write& write, const Sight* sight);
  Result<void> before(const Unit& unit, const Write& write);
  // Whether an Organization keeps the codes that it has.
  Result<bool> keeps_codes(const Write& write);
  Result<bool> is_seen(std::uint64_t reference, const Sight& sight);
  bool is_made_by(const Unit& unit, std::uint64_t patient) const;

  StatementCache statements_;
  const Keys& keys_;
  const search::HashKey hash_key_;
  std::optional<Sight> sight_;          // of the unit, before it
  std::vector<std::uint64_t> targets_;  // of its Provenances
};

}  // namespace fingerpost::store
