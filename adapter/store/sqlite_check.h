// Resources against what leads to them, on one connection.

#pragma once

#include "fingerpost/result.h"
#include "search/index.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::store {

class RowCheck {
 public:
  static Result<RowCheck> prepare(Db& db);

  // What is wrong with a resource's row; empty: nothing.
  Result<std::string> fault_of(std::int64_t row);
  // Index rows of the last one, kept with it and in the tables.
  const search::IndexValues& values() const { return values_; }
  std::uint64_t hashes() const { return hashes_; }
  std::uint64_t texts() const { return texts_; }
  const std::string& body() const { return body_; }

 private:
  template <class Row>
  Result<bool> has_all(Statement& find, std::int64_t row, const std::vector<Row>& rows);

  Statement resource_, hash_, date_, number_, text_;
  search::IndexValues values_;
  std::uint64_t hashes_ = 0, texts_ = 0;
  std::string body_;
};

// The newest resources, as many as take no long time. Kind::fault: one of them is damaged.
Result<void> check_newest(Db& db);

}  // namespace fingerpost::store
