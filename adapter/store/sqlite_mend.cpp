#include "store/sqlite_mend.h"

#include "store/sqlite_apply.h"
#include "store/sqlite_check.h"
#include "store/sqlite_rows.h"

#include <string>
#include <utility>
#include <vector>

namespace fingerpost::store {
namespace {

// Each costs a look through all index rows; more of them are no small accident.
constexpr std::size_t most_damaged = 20;

// The number of the shape of resources that are indexed by nothing yet.
Result<std::int64_t> bare_shape(Db& db, std::int64_t type) {
  LET(auto find, db.prepare("SELECT id FROM shape WHERE type = ? AND parameter_set = 0 AND "
                            "keys = ','"));
  LET(const bool there, find.first(type));
  if (there) return find.integer(0);
  LET(auto add, db.prepare("INSERT INTO shape(id, type, parameter_set, keys, resources) "
                           "VALUES((SELECT count(*) FROM shape) + 1, ?, 0, ',', 0)"));
  LET_DONE(add.run(type));
  LET(const bool added, find.first(type));
  if (!added) return Error{Kind::fault, "a shape cannot be written", ""};
  return find.integer(0);
}

Result<void> strip(Db& db, std::int64_t row) {
  LET(auto find, db.prepare("SELECT type, shape, removed FROM resource WHERE row = ?"));
  LET(const bool there, find.first(row));
  if (!there) return {};
  const std::int64_t type = find.integer(0), before = find.integer(1);
  const std::int64_t counted = find.integer(2) == 0 ? 1 : 0;
  find.reset();
  LET(const std::int64_t shape, bare_shape(db, type));
  LET(auto count, db.prepare("UPDATE shape SET resources = resources + ? WHERE id = ?"));
  LET_DONE(count.run(-counted, before));
  LET_DONE(count.run(counted, shape));
  LET(auto change, db.prepare("UPDATE resource SET shape = ?, found_by = ? WHERE row = ?"));
  const std::string none = pack(search::IndexValues{});
  LET_DONE(change.run(shape, Bytes{none}, row));
  return clear_index(db, row);
}

Result<void> mend(Db& db, const std::vector<Faulty>& faulty) {
  LET(auto index, IndexTables::prepare(db));
  for (const auto& one : faulty) {
    if (one.mending == RowCheck::Mending::damaged) {
      LET_DONE(strip(db, one.row));
    } else {
      LET_DONE(index.change(one.row, one.values, search::IndexValues{}));
      LET_DONE(index.change(one.row, search::IndexValues{}, one.values));
    }
  }
  return {};
}

Result<std::vector<std::string>> told(Db& db, const std::vector<Faulty>& faulty) {
  LET(auto type, db.prepare("SELECT name FROM type WHERE id = (SELECT type FROM resource WHERE "
                            "row = ?)"));
  std::vector<std::string> all;
  for (const auto& one : faulty) {
    LET(const bool there, type.first(one.row));
    all.push_back((there ? std::string(type.text(0)) : std::string("?")) + ", row " +
                  std::to_string(one.row) + ": " + one.fault);
    type.reset();
  }
  return all;
}

}  // namespace

Result<std::vector<std::string>> mend_newest(Db& db) {
  LET(const auto faulty, faulty_newest(db));
  if (faulty.empty()) return std::vector<std::string>();
  std::size_t damaged = 0;
  for (const auto& one : faulty) {
    if (one.mending == RowCheck::Mending::damaged) ++damaged;
    if (one.mending == RowCheck::Mending::none || damaged > most_damaged)
      return Error{
          Kind::fault,
          "the database is damaged; fingerpost check tells where, use a backup: " + one.fault, ""};
  }
  LET_DONE(db.run("BEGIN IMMEDIATE"));
  auto done = mend(db, faulty);
  if (done) done = db.run("COMMIT");
  if (!done && db.in_transaction()) LET_DONE(db.run("ROLLBACK"));
  if (!done) return done.error();
  return told(db, faulty);
}

}  // namespace fingerpost::store
