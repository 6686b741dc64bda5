#include "store/sqlite_audit.h"

#include "store/audit_folder.h"
#include "store/audit_names.h"
#include "store/sqlite_schema.h"
#include "store/store.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace fingerpost::store {
namespace {

constexpr std::size_t head_bytes = sizeof(std::int64_t) + sizeof(Sha256);

std::string_view view(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// How many versions an audit row says that its commit made.
std::int64_t told_versions(std::string_view text) {
  constexpr std::string_view begin = R"("wrote":[)";
  constexpr std::string_view made = "CUD";  // X: versions were forgotten
  std::int64_t told = 0;
  for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
    at += begin.size();
    while (at + 1 < text.size() && text[at] == '"') {
      told += made.find(text[at + 1]) != std::string_view::npos ? 1 : 0;
      at = std::min(text.find('"', at + 1), text.size() - 1) + 1;
      if (at < text.size() && text[at] == ',') ++at;
    }
  }
  return told;
}

constexpr const char* all_rows =
    "SELECT number, at, previous, hash, text FROM audit ORDER BY number";

// What is wrong beside the chain, which whoever emptied it may have made sound: versions are stored
// that nothing tells of. `told`: by all its rows.
Result<std::string> fault_beside(Db& db, std::int64_t told) {
  constexpr std::int64_t first_that_notes = 7;
  LET(const auto tables, db.integer("PRAGMA user_version"));
  if (tables < first_that_notes) return std::string();
  LET(const auto heads, db.integer("SELECT count(*) FROM meta WHERE name = 'audit head'"));
  if (heads == 0) return std::string("the note of where it ends is missing");
  LET(const auto before,
      db.integer("SELECT coalesce(max(value), 0) FROM meta WHERE name = 'audit began'"));
  LET(const auto stored, db.integer("SELECT count(*) FROM history"));
  const auto untold = stored - before - told;
  if (untold <= 0) return std::string();
  return "rows are missing: none tells of " + std::to_string(untold) +
         (untold == 1 ? " version that is" : " versions that are") + " stored";
}

// A hash of another length than it can have is none: the row then does not agree with itself.
Sha256 hash_from(std::string_view bytes) {
  Sha256 hash{};
  if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

AuditRow row_of(const Statement& at) {
  return {at.integer(0), at.integer(1), hash_from(at.bytes(2)), hash_from(at.bytes(3)),
          std::string(at.bytes(4))};
}

Result<std::int64_t> told_by_all(Db& db) {
  LET(auto rows, db.prepare("SELECT text FROM audit"));
  LET(bool there, rows.first());
  std::int64_t told = 0;
  while (there) {
    told += told_versions(rows.bytes(0));
    LET(there, rows.step());
  }
  return told;
}

Result<Db> open_audit(const std::string& directory) {
  LET(auto db, open_reader(directory + "/fingerpost.db"));
  LET_DONE(check_ours(db));
  LET(const auto tables,
      db.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'audit' AND type = 'table'"));
  if (tables == 0)
    return Error{Kind::unsupported, "the folder was made before there was an audit", directory};
  return db;
}

}  // namespace

Result<AuditHead> read_head(Db& db) {
  LET(auto find, db.prepare("SELECT value FROM meta WHERE name = 'audit head'"));
  LET(const bool there, find.first());
  AuditHead head;
  const auto bytes = there ? find.bytes(0) : std::string_view();
  if (bytes.size() != head_bytes) return head;
  std::memcpy(&head.number, bytes.data(), sizeof head.number);
  head.hash = hash_from(bytes.substr(sizeof head.number));
  return head;
}

Result<void> begin_audit(Db& db) {
  LET(const auto told, told_by_all(db));
  LET(const auto stored, db.integer("SELECT count(*) FROM history"));
  LET(auto began, db.prepare("INSERT OR REPLACE INTO meta VALUES('audit began', ?)"));
  LET_DONE(began.run(std::max<std::int64_t>(0, stored - told)));
  LET(auto head, db.prepare("INSERT OR IGNORE INTO meta VALUES('audit head', ?)"));
  return head.run(Bytes{std::string(head_bytes, '\0')});
}

// The chain goes on from where it is noted to have ended, so that rows taken from its end stay
// missing.
Result<AuditChain> AuditChain::prepare(Db& db, const Keys& keys) {
  AuditChain chain;
  chain.keys_ = &keys;
  LET(chain.head_, read_head(db));
  // Rows that no commit made are not written over, and stay in the way of nobody.
  LET(const auto last, db.integer("SELECT coalesce(max(number), 0) FROM audit"));
  chain.head_.number = std::max(chain.head_.number, last);
  chain.saved();
  LET(chain.add_, db.prepare("INSERT INTO audit VALUES(?, ?, ?, ?, ?)"));
  LET(chain.mark_, db.prepare("INSERT OR REPLACE INTO meta VALUES('audit head', ?)"));
  LET(chain.patient_, db.prepare("SELECT id FROM resource WHERE reference = ? AND type = ?"));
  return chain;
}

// What cannot be looked up is told by its hash alone.
std::string AuditChain::patient_id(std::uint64_t reference) {
  std::string id;
  const auto there = patient_.first(reference, keys_->known_type("Patient"));
  if (there && *there) id = patient_.text(0);
  patient_.reset();
  return id;
}

Result<void> AuditChain::add(const Unit& unit, const UnitOutcome& outcome, std::int64_t now_us) {
  auto text = audit_text(unit, outcome);
  if (text.empty()) return {};
  name_patients(text, [this](std::uint64_t reference) { return patient_id(reference); });
  const auto row = chained(head_, now_us, std::move(text));
  return add_.run(row.number, row.at_us, Bytes{view(row.previous)}, Bytes{view(row.hash)},
                  Bytes{row.text});
}

Result<void> AuditChain::save() {
  if (head_.number == durable_.number) return {};
  std::string bytes(sizeof head_.number, '\0');
  std::memcpy(bytes.data(), &head_.number, sizeof head_.number);
  bytes += view(head_.hash);
  return mark_.run(Bytes{bytes});
}

Result<AuditPage> AuditRows::page(const AuditQuery& query) {
  LET(Statement* const rows,
      statements_.get(std::string("SELECT number, at, previous, hash, text FROM audit "
                                  "WHERE number > ? AND number < ? ORDER BY number") +
                      (query.newest_first ? " DESC" : "") + " LIMIT ?"));
  const auto below = query.below == 0 ? std::numeric_limits<std::int64_t>::max() : query.below;
  LET(bool there, rows->first(query.above, below, query.looked + 1));
  AuditPage page;
  std::int64_t last = 0;
  for (std::int64_t looked = 0; there; ++looked) {
    if (looked == query.looked || page.rows.size() == static_cast<std::size_t>(query.limit)) {
      page.next = last;
      break;
    }
    last = rows->integer(0);
    auto row = row_of(*rows);
    if (asks_for(query, row)) page.rows.push_back(std::move(row));
    LET(there, rows->step());
  }
  rows->reset();
  return page;
}

Result<AuditVerified> verify_audit(const std::string& directory) {
  LET(auto db, open_audit(directory));
  LET_DONE(db.run("BEGIN"));
  AuditVerified verified;
  LET(verified.head, read_head(db));
  LET(auto rows, db.prepare(all_rows));
  AuditCheck check;
  std::int64_t told = 0;
  LET(bool there, rows.first());
  while (there) {
    const auto row = row_of(rows);
    auto fault = check.take(row);
    if (verified.fault.empty()) verified.fault = std::move(fault);
    told += told_versions(row.text);
    ++verified.rows;
    LET(there, rows.step());
  }
  if (verified.fault.empty()) verified.fault = check.end(verified.head);
  if (verified.fault.empty()) {
    LET(verified.fault, fault_beside(db, told));
  }
  return verified;
}

Result<AuditVerified> look_at_audit_end(const std::string& directory) {
  LET(auto db, open_audit(directory));
  LET_DONE(db.run("BEGIN"));
  AuditVerified found;
  LET(found.head, read_head(db));
  LET(auto newest, db.prepare("SELECT number, at, previous, hash, text FROM audit "
                              "ORDER BY number DESC LIMIT 1"));
  LET(const bool there, newest.first());
  const auto row = there ? row_of(newest) : AuditRow{};
  if (there) found.rows = row.number;
  const bool whole = !there || row.hash == hash_of(row);
  if (row.number != found.head.number || row.hash != found.head.hash || !whole)
    found.fault =
        "it does not end where its last commit left it: row " + std::to_string(found.head.number);
  if (found.fault.empty() && !there) {
    LET(found.fault, fault_beside(db, 0));
  }
  return found;
}

Result<AuditPage> list_audit(const std::string& directory, AuditQuery query,
                             std::string_view patient) {
  LET(auto db, open_audit(directory));
  LET(const auto key, read_hash_key(db));
  if (!patient.empty())
    query.has.push_back(audit_mark(search::reference_hash(key, "Patient", patient)));
  StatementCache statements(db);
  return AuditRows(statements).page(query);
}

}  // namespace fingerpost::store
