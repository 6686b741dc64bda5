#include "store/sqlite_check.h"

#include "store/sqlite_index_rows.h"
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
  const auto find = [&](std::string_view one) {
    return db.prepare("SELECT 1 FROM " + std::string(one));
  };
  LET(made.hash_, find(one_hash));
  LET(made.date_, find(one_date));
  LET(made.number_, find(one_number));
  LET(made.text_, find(one_text));
  return made;
}

Result<std::string> RowCheck::fault_of(std::int64_t row) {
  mending_ = Mending::none;
  LET(const bool there, resource_.first(row));
  if (!there) return std::string("it is gone");
  const auto found_by = unpack(resource_.bytes(0));
  const bool removed = resource_.integer(1) != 0;
  body_ = std::string(resource_.bytes(3));
  const bool says_removed = resource_.integer(2) % 4 == 2;
  resource_.reset();
  if (removed != says_removed || body_.empty() != removed)
    return std::string("its current version is not the one it should have");
  if (!removed && !(body_.starts_with('{') && body_.ends_with('}')))
    return std::string("its body is no JSON object");
  if (!found_by) {
    mending_ = Mending::damaged;
    return std::string("the index rows kept with it are damaged");
  }
  values_ = *found_by;
  LET(const std::string_view lost, lost_from(row));
  if (lost.empty()) return std::string();
  mending_ = Mending::lost;
  return "an index has lost a row that leads to it: " + std::string(lost);
}

Result<std::string_view> RowCheck::lost_from(std::int64_t row) {
  auto leading = inside(values_);
  leading.insert(leading.end(), values_.hashes.begin(), values_.hashes.end());
  hashes_ = rows_in_table(leading);
  texts_ = rows_in_table(values_.texts);
  LET(const bool hashes, has_all(hash_, row, leading));
  if (!hashes) return std::string_view("by_hash");
  LET(const bool dates, has_all(date_, row, values_.dates));
  if (!dates) return std::string_view("by_date");
  LET(const bool numbers, has_all(number_, row, values_.numbers));
  if (!numbers) return std::string_view("by_number");
  LET(const bool texts, has_all(text_, row, values_.texts));
  return std::string_view(texts ? "" : "by_text");
}

template <class Row>
Result<bool> RowCheck::has_all(Statement& find, std::int64_t row, const std::vector<Row>& rows) {
  for (const Row& one : rows) {
    if (!is_in_table(one)) continue;
    LET(const bool there,
        with_columns(row, one, [&](const auto&... columns) { return find.first(columns...); }));
    find.reset();
    if (!there) return false;
  }
  return true;
}

Result<std::vector<Faulty>> faulty_newest(Db& db) {
  LET(auto check, RowCheck::prepare(db));
  LET(auto rows, db.prepare("SELECT row FROM resource ORDER BY row DESC LIMIT ?"));
  LET(bool there, rows.first(newest));
  std::vector<Faulty> found;
  while (there) {
    const std::int64_t row = rows.integer(0);
    LET(auto fault, check.fault_of(row));
    if (!fault.empty()) {
      const bool lost = check.mending() == RowCheck::Mending::lost;
      found.push_back(
          {row, std::move(fault), check.mending(), lost ? check.values() : search::IndexValues{}});
    }
    LET(there, rows.step());
  }
  return found;
}

}  // namespace fingerpost::store
