#include "store/sqlite_schema.h"

#include "store/sqlite_audit.h"
#include "store/sqlite_lanes.h"
#include "store/sqlite_mend.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fingerpost::store {
namespace {

constexpr std::int64_t application_id = 0x46'50'4f'53;  // "FPOS"
// Goes up with every change of the tables. Folders from oldest_version on are brought up to it,
// those of other numbers are refused.
constexpr std::int64_t schema_version = 8;

// Folders before number 6 have none, and theirs begins empty.
constexpr const char* audit_table = R"sql(
CREATE TABLE IF NOT EXISTS audit(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL,
  text BLOB NOT NULL);
)sql";

// By whom a row is about, of folders from number 6 on; what came and is not applied, and what is
// under way, however much went before it: from number 7 on.
constexpr const char* newer_indexes = R"sql(
CREATE INDEX IF NOT EXISTS outbox_order ON outbox(order_key, id);
CREATE INDEX IF NOT EXISTS inbox_received ON inbox(id) WHERE status = 0;
CREATE INDEX IF NOT EXISTS outbox_sending ON outbox(id) WHERE status = 1;
)sql";

// What rules about rows go by; folders before number 8 have none of it.
constexpr const char* belonging_tables = R"sql(
CREATE INDEX resource_not_looked_at ON resource(type, removed) WHERE whose = 2;
CREATE TABLE relation(
  organisation INTEGER, patient INTEGER, row INTEGER, labels INTEGER NOT NULL,
  PRIMARY KEY(organisation, patient, row)) WITHOUT ROWID;
CREATE INDEX relation_row ON relation(row);
CREATE INDEX relation_refusal ON relation(organisation) WHERE labels >= 4611686018427387904;
CREATE TABLE organisation(code INTEGER, row INTEGER, PRIMARY KEY(code, row)) WITHOUT ROWID;
CREATE INDEX organisation_row ON organisation(row);
)sql";

constexpr const char* schema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE type(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE key(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, meaning INTEGER NOT NULL, UNIQUE(name, meaning));
CREATE TABLE parameter_set(
  id INTEGER PRIMARY KEY, type INTEGER NOT NULL, keys TEXT NOT NULL, UNIQUE(type, keys));
CREATE TABLE shape(
  id INTEGER PRIMARY KEY, type INTEGER NOT NULL, parameter_set INTEGER NOT NULL, keys TEXT NOT NULL,
  resources INTEGER NOT NULL, UNIQUE(type, parameter_set, keys));

CREATE TABLE resource(
  row INTEGER PRIMARY KEY, type INTEGER NOT NULL, reference INTEGER NOT NULL, id TEXT NOT NULL,
  version INTEGER NOT NULL, updated INTEGER NOT NULL, removed INTEGER NOT NULL,
  compartment INTEGER NOT NULL, labels INTEGER NOT NULL, shape INTEGER NOT NULL,
  found_by BLOB NOT NULL, whose INTEGER NOT NULL, seen_from INTEGER NOT NULL);
CREATE INDEX resource_reference ON resource(reference);
CREATE INDEX resource_type ON resource(type) WHERE removed = 0;
CREATE INDEX resource_shape ON resource(type, shape) WHERE removed = 0;
CREATE INDEX resource_updated ON resource(type, updated) WHERE removed = 0;

CREATE TABLE version(
  at INTEGER PRIMARY KEY, updated INTEGER NOT NULL, change INTEGER NOT NULL, body BLOB NOT NULL);

CREATE TABLE history(
  type INTEGER, updated INTEGER, at INTEGER, PRIMARY KEY(type, updated, at)) WITHOUT ROWID;

CREATE TABLE by_hash(
  key INTEGER, hash INTEGER, row INTEGER, PRIMARY KEY(key, hash, row)) WITHOUT ROWID;
CREATE TABLE by_date(
  key INTEGER, long INTEGER, low INTEGER, high INTEGER, row INTEGER,
  PRIMARY KEY(key, long, low, high, row)) WITHOUT ROWID;
CREATE TABLE by_number(
  key INTEGER, unit INTEGER, low REAL, high REAL, row INTEGER,
  PRIMARY KEY(key, unit, low, high, row)) WITHOUT ROWID;
CREATE TABLE by_text(
  key INTEGER, text TEXT, exact INTEGER, row INTEGER,
  PRIMARY KEY(key, text, exact, row)) WITHOUT ROWID;

CREATE VIRTUAL TABLE words USING fts5(
  text, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
CREATE TABLE words_behind(row INTEGER PRIMARY KEY, version INTEGER NOT NULL);
INSERT INTO meta VALUES('words form', 0), ('words mark', 0), ('words taken', 0);

CREATE TABLE inbox(
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  digest TEXT NOT NULL, raw BLOB NOT NULL, order_key TEXT NOT NULL, status INTEGER NOT NULL,
  answer BLOB NOT NULL, note TEXT NOT NULL, attempts INTEGER NOT NULL, received INTEGER NOT NULL,
  due INTEGER NOT NULL);
CREATE UNIQUE INDEX inbox_key ON inbox(source, key);
CREATE INDEX inbox_open ON inbox(source, order_key, id) WHERE status = 0;
CREATE INDEX inbox_due ON inbox(due) WHERE status = 0;
CREATE INDEX inbox_bad ON inbox(status, id) WHERE status > 1;

CREATE TABLE outbox(
  id INTEGER PRIMARY KEY, lane TEXT NOT NULL, receiver TEXT NOT NULL, order_key TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body BLOB NOT NULL,
  status INTEGER NOT NULL, note TEXT NOT NULL, attempts INTEGER NOT NULL, created INTEGER NOT NULL,
  due INTEGER NOT NULL);
CREATE INDEX outbox_open ON outbox(lane, order_key, id) WHERE status < 3;
CREATE INDEX outbox_due ON outbox(lane, due) WHERE status = 0;
CREATE INDEX outbox_held ON outbox(id) WHERE status = 2;
CREATE INDEX outbox_bad ON outbox(status, id) WHERE status > 3;
CREATE TABLE lane(lane TEXT PRIMARY KEY, held INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Number 3 had each resource's words under a number of their own, kept with it, and never took any
// out: all are read again. It told every version as one by PUT, and those stay so.
constexpr const char* from_3 = R"sql(
CREATE TABLE words_behind(row INTEGER PRIMARY KEY, version INTEGER NOT NULL);
INSERT INTO meta VALUES('words form', 0), ('words mark', 0), ('words taken', 0);
DROP TABLE document;
ALTER TABLE resource DROP COLUMN document;
)sql";
// Number 4 kept all bodies as they are, which is read as well. Number 5 did not say by what the
// contained resources are indexed.
constexpr std::int64_t oldest_version = 3;
// Number 7 did not say whose resources are: nobody under a policy sees them until they are indexed
// again.
constexpr const char* from_7 = R"sql(
ALTER TABLE resource ADD COLUMN whose INTEGER NOT NULL DEFAULT 2;
ALTER TABLE resource ADD COLUMN seen_from INTEGER NOT NULL DEFAULT 1;
)sql";

// The file with mode 0600 before SQLite makes it with another; its log takes the same mode.
Result<void> make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Error{Kind::fault, "the database file cannot be made", path};
  const bool done = ::fchmod(file, 0600) == 0;
  ::close(file);
  if (!done) return Error{Kind::fault, "the database file cannot be made private", path};
  return {};
}

Result<void> create(Db& db, Random& random) {
  LET_DONE(db.run("BEGIN IMMEDIATE"));
  LET_DONE(db.run(schema));
  LET_DONE(db.run(audit_table));
  LET_DONE(db.run(newer_indexes));
  LET_DONE(make_lane_counts(db));
  LET_DONE(begin_audit(db));
  LET_DONE(db.run(belonging_tables));
  std::string key(16, '\0');
  const std::uint64_t words[] = {random.next(), random.next()};
  std::memcpy(key.data(), words, key.size());
  LET(auto insert, db.prepare("INSERT INTO meta(name, value) VALUES('hash key', ?)"));
  LET_DONE(insert.run(Bytes{key}));
  const std::string marks = "PRAGMA application_id = " + std::to_string(application_id) +
                            "; PRAGMA user_version = " + std::to_string(schema_version);
  LET_DONE(db.run(marks.c_str()));
  return db.run("COMMIT");
}

// The number of its tables, when they are ours to use or to bring up to our own.
Result<std::int64_t> check(Db& db) {
  LET(const auto application, db.integer("PRAGMA application_id"));
  LET(const auto version, db.integer("PRAGMA user_version"));
  if (application != application_id)
    return Error{Kind::unsupported, "the database was not made by Fingerpost", ""};
  if (version >= oldest_version && version <= schema_version) return version;
  return Error{Kind::unsupported,
               std::string("the data folder was made by ") +
                   (version > schema_version ? "a newer" : "an older") +
                   " Fingerpost: its tables have the number " + std::to_string(version) +
                   ", this program's have the number " + std::to_string(schema_version) +
                   ". Nothing was changed. Use the program that made it, or a new folder",
               ""};
}

// All or nothing: a program that ends in the midst of it leaves the old tables.
Result<void> migrate(Db& db, std::int64_t version) {
  LET_DONE(db.run("BEGIN IMMEDIATE"));
  if (version == 3) LET_DONE(db.run(from_3));
  if (version < 6) LET_DONE(outdate_containers(db));
  LET_DONE(db.run(audit_table));
  LET_DONE(db.run(newer_indexes));
  if (version < 7) {
    LET_DONE(make_lane_counts(db));
    LET_DONE(begin_audit(db));
  }
  LET_DONE(db.run(from_7));
  LET_DONE(db.run(belonging_tables));
  LET_DONE(db.run(("PRAGMA user_version = " + std::to_string(schema_version)).c_str()));
  return db.run("COMMIT");
}

// Whether the log of the last program is still there: it did not end in order.
bool left_in_disorder(const std::string& path) {
  struct stat about {};
  return ::stat((path + "-wal").c_str(), &about) == 0 && about.st_size > 0;
}

}  // namespace

Result<void> check_ours(Db& db) {
  LET_DONE(check(db));
  return {};
}

Result<void> check_whole(Db& db) {
  LET(const auto found, db.text("PRAGMA quick_check(1)"));
  if (found == "ok") return {};
  return Error{Kind::fault, "the database file is damaged; use a backup", ""};
}

Result<Db> open_writer(const std::string& path, Random& random, std::vector<std::string>& mended) {
  LET_DONE(make_private(path));
  const bool disorder = left_in_disorder(path);
  LET(auto db, Db::open(path, Access::write));
  LET(const auto tables, db.integer("SELECT count(*) FROM sqlite_schema"));
  std::int64_t version = schema_version;
  if (tables > 0) {
    LET(version, check(db));
    if (disorder) LET_DONE(check_whole(db));
  }
  if (tables == 0) LET_DONE(db.run("PRAGMA page_size = 4096"));
  LET_DONE(
      db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
             "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 0;"
             "PRAGMA journal_size_limit = 67108864"));
  // What was asked for is not always what is given: acknowledging rests on these two.
  LET(const auto mode, db.text("PRAGMA journal_mode"));
  LET(const auto synchronous, db.integer("PRAGMA synchronous"));
  if (mode != "wal" || synchronous != 2)
    return Error{Kind::fault, "the database cannot be made durable here (WAL and FULL)", ""};
  if (tables == 0) LET_DONE(create(db, random));
  if (version != schema_version) LET_DONE(migrate(db, version));
  if (tables > 0) {
    LET(mended, mend_newest(db));
  }
  db.watch_log();
  return db;
}

Result<Db> open_reader(const std::string& path) {
  LET(auto db, Db::open(path, Access::read));
  LET_DONE(db.run("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192"));
  return db;
}

Result<search::HashKey> read_hash_key(Db& db) {
  LET(auto statement, db.prepare("SELECT value FROM meta WHERE name = 'hash key'"));
  LET(const bool there, statement.first());
  const auto bytes = there ? statement.bytes(0) : std::string_view{};
  if (bytes.size() != 16) return Error{Kind::fault, "the database has lost its hash key", ""};
  search::HashKey key;
  std::memcpy(&key.first, bytes.data(), 8);
  std::memcpy(&key.second, bytes.data() + 8, 8);
  return key;
}

}  // namespace fingerpost::store
