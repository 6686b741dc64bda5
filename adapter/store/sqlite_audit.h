// The audit's chain as rows of the database.

#pragma once

#include "fingerpost/result.h"
#include "store/audit.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"

#include <cstdint>

namespace fingerpost::store {

// The writer's: one insert for a unit, and where the chain ends once for a transaction.
class AuditChain {
 public:
  static Result<AuditChain> prepare(Db& db, const Keys& keys);  // which must outlive it

  Result<void> add(const Unit& unit, const UnitOutcome& outcome, std::int64_t now_us);
  // Before the commit.
  Result<void> save();
  void saved() { durable_ = unit_ = head_; }
  void not_saved() { unit_ = head_ = durable_; }

  // A unit that is taken back takes its row with it.
  void begin_unit() { unit_ = head_; }
  void drop_unit() { head_ = unit_; }

 private:
  std::string patient_id(std::uint64_t reference);

  const Keys* keys_ = nullptr;
  AuditHead head_, unit_, durable_;
  Statement add_, mark_, patient_;
};

// Where the chain of this database ends, as its last commit has noted.
Result<AuditHead> read_head(Db& db);

// Notes that there is an audit from now on, and how many versions were stored before it that it
// does not tell of.
Result<void> begin_audit(Db& db);

// A reader's look at it. To be run within a read transaction.
class AuditRows {
 public:
  explicit AuditRows(StatementCache& statements) : statements_(statements) {}
  Result<AuditPage> page(const AuditQuery& query);

 private:
  StatementCache& statements_;
};

}  // namespace fingerpost::store
