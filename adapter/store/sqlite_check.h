// Resources against what leads to them, on one connection.

#pragma once

#include "fingerpost/result.h"
#include "search/index.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::store {

class RowCheck {
 public:
  static Result<RowCheck> prepare(Db& db);

  // What is wrong with a resource's row; empty: nothing.
  Result<std::string> fault_of(std::int64_t row);
  // Of the last fault: whether only what leads to the resource is damaged, so that it can be made
  // anew: of what is kept with the resource (lost), or of its body (damaged).
  enum class Mending : std::uint8_t { none, lost, damaged };
  Mending mending() const { return mending_; }
  // Index rows of the last one, kept with it and in the tables.
  const search::IndexValues& values() const { return values_; }
  std::uint64_t hashes() const { return hashes_; }
  std::uint64_t texts() const { return texts_; }
  const std::string& body() const { return body_; }

 private:
  Result<std::string_view> lost_from(std::int64_t row);  // a table; "": nothing is lost
  template <class Row>
  Result<bool> has_all(Statement& find, std::int64_t row, const std::vector<Row>& rows);

  Statement resource_, hash_, date_, number_, text_;
  search::IndexValues values_;
  std::uint64_t hashes_ = 0, texts_ = 0;
  std::string body_;
  Mending mending_ = Mending::none;
};

// The newest resources, as many as take no long time: the rows of those that have a fault.
struct Faulty {
  std::int64_t row = 0;
  std::string fault;
  RowCheck::Mending mending = RowCheck::Mending::none;
  search::IndexValues values;  // of lost ones
};
Result<std::vector<Faulty>> faulty_newest(Db& db);

}  // namespace fingerpost::store
