// SQLite's C handles with owners, and its results as Result. The only door to sqlite3.h, but for
// the functions of sqlite_body.h.
//
// The Kind of an error says whom it concerns. busy: no room on the disk, or a lock; nothing was
// done and it may pass. invalid: this statement's values alone (a constraint, a size). fault: the
// disk, the file or memory; nothing more can be trusted.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace fingerpost::store {

// A blob to bind; a view that must outlive the step.
struct Bytes {
  std::string_view view;
};

// A prepared statement of one Db, which must outlive it. Bound texts must outlive the step.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}

  // Starts over with these parameters, which are all that it has, and takes the first step: true
  // when there is a row.
  template <class... Values>
  Result<bool> first(const Values&... values) {
    reset();
    int at = 0;
    (bind(++at, values), ...);
    return step();
  }
  // For statements that give no rows.
  template <class... Values>
  Result<void> run(const Values&... values) {
    auto row = first(values...);
    reset();
    if (!row) return std::move(row).error();
    return {};
  }

  Result<bool> step();
  void clear();          // all parameters NULL
  bool running() const;  // has given a row and was not reset
  explicit operator bool() const { return statement_ != nullptr; }
  void reset();  // an open statement pins the log: reset as soon as the rows are read

  void bind(int at, std::int64_t value);
  void bind(int at, int value) { bind(at, std::int64_t{value}); }
  void bind(int at, std::uint64_t value) { bind(at, static_cast<std::int64_t>(value)); }
  void bind(int at, double value);
  void bind(int at, std::string_view text);
  void bind(int at, const std::string& text) { bind(at, std::string_view(text)); }
  void bind(int at, const char* text) { bind(at, std::string_view(text)); }
  void bind(int at, Bytes bytes);
  void bind_null(int at);
  template <class Value>
  void bind(int at, const std::optional<Value>& value) {
    value ? bind(at, *value) : bind_null(at);
  }

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;   // good until the next step or reset
  std::string_view bytes(int column) const;  // likewise

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* db_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class Access { write, read };

// Why the last call failed. full: no room on the disk; broken: the disk or the file.
// One connection, for one thread.
class Db {
 public:
  static Result<Db> open(const std::string& path, Access access);

  Result<Statement> prepare(std::string_view sql);
  Result<void> run(const char* sql);  // one or several statements without rows
  Result<std::int64_t> integer(std::string_view sql);
  Result<std::string> text(std::string_view sql);

  bool in_transaction() const;
  std::int64_t changes() const;  // rows changed through this connection, all in all
  // Folds the log into the database as far as readers allow; `truncate` besides empties the file.
  Result<void> checkpoint(bool truncate);
  // Pages in the log after the last commit; counted from the moment of watch_log().
  void watch_log();
  std::int64_t log_pages() const { return *log_pages_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit Db(sqlite3* db) : db_(db), log_pages_(std::make_unique<std::int64_t>(0)) {}
  std::unique_ptr<sqlite3, Close> db_;
  std::unique_ptr<std::int64_t> log_pages_;  // at an address that stays when the Db moves
};

}  // namespace fingerpost::store
