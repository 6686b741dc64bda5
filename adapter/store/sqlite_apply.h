// One Unit as statements, inside the writer's transaction.

#pragma once

#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/rules.h"
#include "store/sqlite_audit.h"
#include "store/sqlite_belonging.h"
#include "store/sqlite_db.h"
#include "store/sqlite_guards.h"
#include "store/sqlite_inserts.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_lanes.h"
#include "store/sqlite_words.h"
#include "store/store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::store {

// Whether the date's row stands among the long ones of by_date.
bool is_long(const search::DateRow& row);
// Rows of by_hash that lead to a resource by what it contains.
std::vector<search::HashRow> inside(const search::IndexValues& values);

// Takes away all that leads to a row, whatever it is: it looks through whole tables.
Result<void> clear_index(Db& db, std::int64_t row);

// The statements that keep by_hash, by_date, by_number and by_text in step with a resource.
class IndexTables {
 public:
  static Result<IndexTables> prepare(Db& db);
  // Only what differs is touched. Keys are the database's.
  Result<void> change(std::int64_t row, const search::IndexValues& from,
                      const search::IndexValues& to);

 private:
  template <class Row>
  static Result<void> add(Inserts& into, std::int64_t row, const std::vector<Row>& rows);
  template <class Row>
  static Result<void> change_rows(Inserts& into, Statement& take, std::int64_t row,
                                  const std::vector<Row>& from, const std::vector<Row>& to);

  Inserts add_hash_, add_date_, add_number_, add_text_;
  Statement take_hash_, take_date_, take_number_, take_text_;
};

// How many resources there are of each shape, counted while a transaction is made.
class ShapeCounts {
 public:
  Result<void> prepare(Db& db);
  void add(std::int64_t shape, std::int64_t by) { unit_[shape] += by; }
  void keep();  // the unit is done
  void drop() { unit_.clear(); }
  Result<void> save();
  void forget() { all_.clear(); }

 private:
  Statement count_;
  std::map<std::int64_t, std::int64_t> unit_, all_;
};

// The statements of inbox, outbox and lanes.
class QueueTables {
 public:
  static Result<QueueTables> prepare(Db& db, const Limits& limits);
  // The outcome of a unit whose inbox row was there already; nothing when it is new.
  Result<std::optional<UnitOutcome>> duplicate(const InboxRow& row);
  Result<void> update(const Unit& unit);
  Result<void> add(Unit& unit, std::int64_t now_us, PolicyGuard& eyes, UnitOutcome& outcome);

 private:
  Result<void> add_inbox(InboxRow& row, std::int64_t now_us, UnitOutcome& outcome);
  // Of refused_source, all together; more after a commit that failed, until the next start.
  std::size_t refused_bytes_ = 0;
  std::size_t most_refused_bytes_ = 0;
  Statement find_inbox_, add_inbox_, answer_inbox_, inbox_status_, update_inbox_;
  Statement add_outbox_, update_outbox_, set_lane_;
  LaneCounts lanes_;
};

class Applier {
 public:
  static Result<std::unique_ptr<Applier>> prepare(Db& db, Keys& keys, WordIndex& words,
                                                  const search::HashKey& key, const Limits& limits);
  // Kind::fault or busy: the transaction is spoilt. Any other error: roll back this unit alone; of
  // one that is inspected, with what it saved of the numbers and counts, so that others' must be
  // saved before it.
  Result<UnitOutcome> apply(Unit& unit, std::int64_t now_us);
  // What units so far have counted becomes part of the transaction; what one that failed had is
  // forgotten.
  Result<void> save_counts() { return counts_.save(); }
  // Before the commit, after it, and instead of it.
  Result<void> save_audit() { return audit_->save(); }
  void saved() { audit_->saved(); }
  void not_saved() {
    counts_.forget();
    audit_->not_saved();
  }

 private:
  struct Found {
    std::int64_t row = 0;
    std::int64_t shape = 0;
    Current current;
    search::IndexValues values;
    bool damaged = false;  // values are lost
    std::string body;
    std::uint64_t compartment = 0;
    std::uint64_t whose = 0;
    std::uint64_t labels = 0;
    std::int64_t seen_from = 1;
  };
  Applier(Db& db, Keys& keys, WordIndex& words, const search::HashKey& key, const Limits& limits)
      : db_(db),
        keys_(keys),
        words_(words),
        hash_key_(key),
        limits_(limits),
        policy_guard_(db, keys, key) {}
  Result<std::optional<Found>> find(const Write& write, std::uint64_t reference, std::int64_t type);
  Result<UnitOutcome> apply_all(Unit& unit, std::int64_t now_us);
  Result<void> inspect(const Unit& unit);
  Result<WriteOutcome> apply(Write& write, std::int64_t now_us);
  // How rules about rows see a resource.
  struct Standing {
    std::uint64_t whose = 0;
    std::uint64_t labels = 0;
    std::int64_t seen_from = 1;
  };
  Standing standing(const Write& write, std::int64_t version, const Found* found) const;
  Result<void> belong(std::int64_t row, const Write& write, const search::Belonging& belonging,
                      const Standing& standing, const Found* found);
  Result<void> belong_with_others();
  Result<void> reindex(Write& write, const Found& found, std::int64_t type);
  Result<void> store(Write& write, const WriteOutcome& outcome, const std::optional<Found>& found,
                     std::uint64_t reference, std::int64_t type);
  Result<void> change_index(std::int64_t row, const Found* found, const search::IndexValues& to);
  // Takes its versions away for good: all of them, or all but the current one.
  Result<void> forget(const Write& write, const Found& found, std::int64_t type);

  Db& db_;
  Keys& keys_;
  WordIndex& words_;
  search::HashKey hash_key_;
  const Limits limits_;
  std::int64_t next_row_ = 1;
  Statement find_, body_, add_version_, add_history_, add_resource_, change_resource_, change_same_;
  Statement versions_, take_version_, take_history_, take_resource_;
  std::unique_ptr<Guards> guards_;
  std::optional<IndexTables> index_;
  std::optional<BelongingTables> belonging_;
  PolicyGuard policy_guard_;
  bool keeps_labels_ = false;  // the unit takes none away
  // Resources of the unit that are whose others are, which it may write later.
  struct WithOthers {
    std::int64_t row, seen_from;
    std::vector<std::uint64_t> others;
  };
  std::vector<WithOthers> with_others_;
  Statement reindex_;
  ShapeCounts counts_;
  std::optional<QueueTables> queues_;
  std::optional<AuditChain> audit_;
  std::vector<std::uint64_t> moved_;  // compartments that the unit took resources out of
  std::unique_ptr<Reader> staged_;    // of units that are inspected; null before the first
};

}  // namespace fingerpost::store
