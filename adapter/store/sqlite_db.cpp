#include "store/sqlite_db.h"

#include "store/sqlite_body.h"

#include <sqlite3.h>

#include <string>
#include <utility>

namespace fingerpost::store {
namespace {

Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::busy;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Kind::invalid;
    default:
      return Kind::fault;
  }
}

// SQLite's own words for the code, never the statement or its values.
Error error_of(sqlite3* db, int code) {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  return {kind_of(code),
          "database: " + std::string(sqlite3_errstr(code)) + " (" + std::to_string(extended) + ")",
          ""};
}

// Counting memory would put a lock around every allocation of every connection.
void set_up_library() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

int on_commit(void* pages, sqlite3*, const char*, int count) {
  *static_cast<std::int64_t*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(db_, code);
}

void Statement::clear() {
  sqlite3_clear_bindings(statement_.get());
}

bool Statement::running() const {
  return sqlite3_stmt_busy(statement_.get()) != 0;
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

void Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
}
void Statement::bind(int at, double value) {
  sqlite3_bind_double(statement_.get(), at, value);
}
void Statement::bind(int at, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), at, text.data() != nullptr ? text.data() : "", text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}
void Statement::bind(int at, Bytes bytes) {
  sqlite3_bind_blob64(statement_.get(), at, bytes.view.data() != nullptr ? bytes.view.data() : "",
                      bytes.view.size(), SQLITE_STATIC);
}

void Statement::bind_null(int at) {
  sqlite3_bind_null(statement_.get(), at);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return {text != nullptr ? text : "",
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::string_view Statement::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes != nullptr ? bytes : "",
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Db::Close::operator()(sqlite3* db) const {
  sqlite3_close(db);
}

Result<Db> Db::open(const std::string& path, Access access) {
  set_up_library();
  sqlite3* raw = nullptr;
  const int mode =
      access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nullptr);
  Db db(raw);
  if (code != SQLITE_OK) return error_of(raw, code);
  // Only the writer folds the log in, and only when it chooses (SQLite's WAL-reset bug
  // before 3.51.3 needs two connections that do).
  sqlite3_wal_autocheckpoint(raw, 0);
  if (access == Access::read) sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(raw, 5000);
  LET_DONE(add_body_functions(raw));
  return db;
}

Result<Statement> Db::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK)
    return Error{Kind::fault, std::string("database: ") + sqlite3_errmsg(db_.get()), ""};
  return Statement(db_.get(), raw);
}

Result<void> Db::run(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  return {};
}

Result<std::int64_t> Db::integer(std::string_view sql) {
  LET(auto statement, prepare(sql));
  LET_DONE(statement.first());
  return statement.integer(0);
}

Result<std::string> Db::text(std::string_view sql) {
  LET(auto statement, prepare(sql));
  LET_DONE(statement.first());
  return std::string(statement.text(0));
}

bool Db::in_transaction() const {
  return sqlite3_get_autocommit(db_.get()) == 0;
}

std::int64_t Db::changes() const {
  return sqlite3_total_changes64(db_.get());
}

Result<void> Db::checkpoint(bool truncate) {
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int in_log = 0;
  int folded = 0;
  sqlite3_busy_timeout(db_.get(), 0);
  const int code = sqlite3_wal_checkpoint_v2(db_.get(), nullptr, mode, &in_log, &folded);
  sqlite3_busy_timeout(db_.get(), 5000);
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return {};  // a reader: next time
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  *log_pages_ = truncate || folded == in_log ? 0 : in_log;
  return {};
}

void Db::watch_log() {
  sqlite3_wal_hook(db_.get(), on_commit, log_pages_.get());
}

}  // namespace fingerpost::store
