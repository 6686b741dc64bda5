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

// The number of the shape of resources that are to be indexed again, by the keys they have values
// for.
Result<std::int64_t> bare_shape(Db& db, std::int64_t type, const std::string& keys) {
  LET(auto find, db.prepare("SELECT id FROM shape WHERE type = ? AND parameter_set = 0 AND "
                            "keys = ?"));
  LET(const bool there, find.first(type, keys));
  if (there) return find.integer(0);
  LET(auto add, db.prepare("INSERT INTO shape(id, type, parameter_set, keys, resources) "
                           "VALUES((SELECT count(*) FROM shape) + 1, ?, 0, ?, 0)"));
  LET_DONE(add.run(type, keys));
  LET(const bool added, find.first(type, keys));
  if (!added) return Error{Kind::fault, "a shape cannot be written", ""};
  return find.integer(0);
}

// Of a row: gives its resource another shape.
Result<void> change_shape(Db& db, std::int64_t row, std::int64_t to) {
  LET(auto count, db.prepare("UPDATE shape SET resources = resources + ? * (SELECT removed = 0 "
                             "FROM resource WHERE row = ?) WHERE id = ?"));
  LET(const auto before,
      db.integer("SELECT shape FROM resource WHERE row = " + std::to_string(row)));
  LET_DONE(count.run(std::int64_t{-1}, row, before));
  LET_DONE(count.run(std::int64_t{1}, row, to));
  LET(auto change, db.prepare("UPDATE resource SET shape = ? WHERE row = ?"));
  return change.run(to, row);
}

Result<void> strip(Db& db, std::int64_t row) {
  LET(auto find, db.prepare("SELECT type FROM resource WHERE row = ?"));
  LET(const bool there, find.first(row));
  if (!there) return {};
  LET(const std::int64_t shape, bare_shape(db, find.integer(0), ","));
  find.reset();
  LET_DONE(change_shape(db, row, shape));
  LET(auto change, db.prepare("UPDATE resource SET found_by = ? WHERE row = ?"));
  const std::string none = pack(search::IndexValues{});
  LET_DONE(change.run(Bytes{none}, row));
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

Result<void> outdate_containers(Db& db) {
  struct Container {
    std::int64_t row, type;
    std::string keys;
  };
  std::vector<Container> found;
  LET(auto rows, db.prepare("SELECT r.row, r.type, s.keys, r.found_by FROM resource r JOIN shape s "
                            "ON s.id = r.shape WHERE r.removed = 0"));
  LET(bool there, rows.first());
  while (there) {
    const auto values = unpack(rows.bytes(3));
    if (values && !values->contained.empty())
      found.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2))});
    LET(there, rows.step());
  }
  rows.reset();
  for (const Container& one : found) {
    LET(const auto shape, bare_shape(db, one.type, one.keys));
    LET_DONE(change_shape(db, one.row, shape));
  }
  return {};
}

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
