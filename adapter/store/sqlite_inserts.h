// Rows put into one table, several by one statement: most of what a short row takes is what SQLite
// does for each statement.

#pragma once

#include "store/sqlite_db.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace fingerpost::store {

// Of one Db, which must outlive it.
class Inserts {
 public:
  Inserts() = default;
  Inserts(Db& db, std::string_view table, int columns)
      : db_(&db), table_(table), columns_(columns) {}

  // `bind(statement, at, i)` binds row i from the parameter `at` on.
  template <class Bind>
  Result<void> run(std::size_t rows, const Bind& bind) {
    for (std::size_t done = 0; done < rows;) {
      const std::size_t some = std::min(rows - done, most);
      LET(Statement* const insert, of(some));
      insert->reset();
      for (std::size_t i = 0; i < some; ++i)
        bind(*insert, static_cast<int>(i) * columns_ + 1, done + i);
      const auto put = insert->step();
      insert->reset();
      if (!put) return put.error();
      done += some;
    }
    return {};
  }

 private:
  static constexpr std::size_t most = 16;

  // What fails takes all of its unit back, so that SQLite need not be able to take back a statement
  // alone, for which it would copy pages.
  Result<Statement*> of(std::size_t rows) {
    auto& made = prepared_[rows - 1];
    if (made) return &made;
    std::string marks = "(?";
    for (int i = 1; i < columns_; ++i) marks += ",?";
    marks += ')';
    std::string sql = "INSERT OR FAIL INTO " + table_ + " VALUES" + marks;
    for (std::size_t i = 1; i < rows; ++i) sql += "," + marks;
    LET(made, db_->prepare(sql));
    return &made;
  }

  Db* db_ = nullptr;
  std::string table_;
  int columns_ = 0;
  std::array<Statement, most> prepared_;  // by the number of rows, made when first asked for
};

}  // namespace fingerpost::store
