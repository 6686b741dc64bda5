#include "store/sqlite_check.h"

#include "store/sqlite_apply.h"
#include "store/sqlite_rows.h"

#include <utility>

namespace fingerpost::store {
namespace {

// Some tens of milliseconds when nothing is in memory yet.
constexpr std::int64_t newest = 1000;

}  // namespace

Result<RowCheck> RowCheck::prepare(Db& db) {
  RowCheck made;
  LET(made.resource_, db.prepare("SELECT r.found_by, r.removed, v.change, unpacked(v.body) FROM "
                                 "resource r LEFT JOIN version v ON v.at = r.row * 16777216 + "
                                 "r.version WHERE r.row = ?"));
  LET(made.hash_, db.prepare("SELECT 1 FROM by_hash WHERE key = ? AND hash = ? AND row = ?"));
  LET(made.date_, db.prepare("SELECT 1 FROM by_date WHERE key = ? AND long = ? AND low = ? AND "
                             "high = ? AND row = ?"));
  LET(made.number_, db.prepare("SELECT 1 FROM by_number WHERE key = ? AND unit = ? AND low = ? AND "
                               "high = ? AND row = ?"));
  LET(made.text_,
      db.prepare("SELECT 1 FROM by_text WHERE key = ? AND text = ? AND exact = ? AND row = ?"));
  return made;
}

Result<std::string> RowCheck::fault_of(std::int64_t row) {
  LET(const bool there, resource_.first(row));
  if (!there) return std::string("it is gone");
  const auto found_by = unpack(resource_.bytes(0));
  const bool removed = resource_.integer(1) != 0;
  body_ = std::string(resource_.bytes(3));
  const bool says_removed = resource_.integer(2) % 4 == 2;
  resource_.reset();
  if (!found_by) return std::string("the index rows kept with it are damaged");
  values_ = *found_by;
  if (removed != says_removed || body_.empty() != removed)
    return std::string("its current version is not the one it should have");
  if (!removed && !(body_.starts_with('{') && body_.ends_with('}')))
    return std::string("its body is no JSON object");
  const std::string missing = "an index has lost a row that leads to it: ";
  LET(const bool hashes, has_hashes(row));
  if (!hashes) return missing + "by_hash";
  LET(const bool dates, has_dates(row));
  if (!dates) return missing + "by_date";
  LET(const bool numbers, has_numbers(row));
  if (!numbers) return missing + "by_number";
  LET(const bool texts, has_texts(row));
  if (!texts) return missing + "by_text";
  return std::string();
}

Result<bool> RowCheck::has_hashes(std::int64_t row) {
  auto rows = inside(values_);
  for (const auto& one : values_.hashes)
    if (!one.inner) rows.push_back(one);
  hashes_ = rows.size();
  for (const auto& one : rows) {
    LET(const bool there, hash_.first(int{one.key}, one.hash, row));
    hash_.reset();
    if (!there) return false;
  }
  return true;
}

Result<bool> RowCheck::has_dates(std::int64_t row) {
  for (const auto& one : values_.dates) {
    LET(const bool there, date_.first(int{one.key}, is_long(one) ? 1 : 0, one.low, one.high, row));
    date_.reset();
    if (!there) return false;
  }
  return true;
}

Result<bool> RowCheck::has_numbers(std::int64_t row) {
  for (const auto& one : values_.numbers) {
    LET(const bool there, number_.first(int{one.key}, one.unit, one.low, one.high, row));
    number_.reset();
    if (!there) return false;
  }
  return true;
}

Result<bool> RowCheck::has_texts(std::int64_t row) {
  texts_ = 0;
  for (const auto& one : values_.texts) {
    if (one.inner) continue;
    ++texts_;
    LET(const bool there, text_.first(int{one.key}, one.text, one.exact, row));
    text_.reset();
    if (!there) return false;
  }
  return true;
}

Result<void> check_newest(Db& db) {
  LET(auto check, RowCheck::prepare(db));
  LET(auto rows, db.prepare("SELECT row FROM resource ORDER BY row DESC LIMIT ?"));
  LET(bool there, rows.first(newest));
  while (there) {
    LET(const auto fault, check.fault_of(rows.integer(0)));
    if (!fault.empty())
      return Error{Kind::fault,
                   "the database is damaged; fingerpost check tells where, use a backup: " + fault,
                   ""};
    LET(there, rows.step());
  }
  return {};
}

}  // namespace fingerpost::store
