#include "store/sqlite_reader.h"

#include "search/search.h"
#include "store/rules.h"
#include "store/sqlite_audit.h"
#include "store/sqlite_history.h"
#include "store/sqlite_lanes.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_search.h"
#include "store/sqlite_sight.h"
#include "store/under_policy.h"

#include <cstdlib>
#include <limits>
#include <utility>

namespace fingerpost::store {
namespace {

// A read transaction, unless there is one already: everything in it sees one state.
class Snapshot {
 public:
  static Result<Snapshot> begin(Db& db) {
    if (db.in_transaction()) return Snapshot(nullptr);
    LET_DONE(db.run("BEGIN"));
    return Snapshot(&db);
  }
  Snapshot(Snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot() {
    if (db_ != nullptr) (void)db_->run("ROLLBACK");
  }

 private:
  explicit Snapshot(Db* db) : db_(db) {}
  Db* db_;
};

constexpr const char* inbox_columns =
    "SELECT id, source, kind, key, digest, order_key, status, answer, note, attempts, received, "
    "due";
constexpr const char* outbox_columns =
    "SELECT id, lane, receiver, order_key, idempotency_key, kind, status, note, attempts, created, "
    "due, number";

// As literals, and with the terms of the partial indexes, so that those can serve it.
std::string is(InboxStatus status) {
  std::string text = "status = " + std::to_string(static_cast<int>(status));
  if (status > InboxStatus::applied) text += " AND status > 1";
  return text;
}
std::string is(OutboxStatus status) {
  std::string text = "status = " + std::to_string(static_cast<int>(status));
  if (status > OutboxStatus::delivered) text += " AND status > 3";
  return text;
}

// The id that the rows of a list are beyond.
template <class Filter>
std::int64_t from(const Filter& filter) {
  const bool any = filter.newest_first && filter.after == 0;
  return any ? std::numeric_limits<std::int64_t>::max() : filter.after;
}
const char* in_order(bool down) {
  return down ? " ORDER BY id DESC LIMIT ?" : " ORDER BY id LIMIT ?";
}

InboxRow inbox_of(const Statement& at, bool with_raw) {
  InboxRow row;
  row.id = at.integer(0);
  row.source = std::string(at.text(1));
  row.kind = std::string(at.text(2));
  row.key = std::string(at.text(3));
  row.digest = std::string(at.text(4));
  row.order_key = std::string(at.text(5));
  row.status = static_cast<InboxStatus>(at.integer(6));
  row.answer = std::string(at.bytes(7));
  row.note = std::string(at.text(8));
  row.attempts = static_cast<int>(at.integer(9));
  row.received_us = at.integer(10);
  row.due_us = at.integer(11);
  if (with_raw) row.raw = std::string(at.bytes(12));
  return row;
}

OutboxRow outbox_of(const Statement& at, bool with_body) {
  OutboxRow row;
  row.id = at.integer(0);
  row.lane = std::string(at.text(1));
  row.receiver = std::string(at.text(2));
  row.order_key = std::string(at.text(3));
  row.idempotency_key = std::string(at.text(4));
  row.kind = std::string(at.text(5));
  row.status = static_cast<OutboxStatus>(at.integer(6));
  row.note = std::string(at.text(7));
  row.attempts = static_cast<int>(at.integer(8));
  row.created_us = at.integer(9);
  row.due_us = at.integer(10);
  row.counts = at.integer(11) > 0;
  row.number = std::abs(at.integer(11));
  if (with_body) row.body = std::string(at.bytes(12));
  return row;
}

class SqliteReader final : public Eyes {
 public:
  SqliteReader(std::unique_ptr<Db> own, Db* db, Keys& keys, const search::HashKey& hash_key,
               const Limits& limits)
      : own_(std::move(own)),
        db_(own_ ? own_.get() : db),
        keys_(keys),
        hash_key_(hash_key),
        limits_(limits),
        statements_(*db_) {}

  Result<void> prepare() {
    LET(fetcher_, Fetcher::prepare(*db_, keys_));
    // version_at() as SQL; v.at % 16777216 is the version.
    const std::string columns =
        "SELECT v.at % 16777216, v.updated, v.change, unpacked(v.body), r.compartment FROM "
        "resource r "
        "CROSS JOIN version v ON ";
    const std::string which = " WHERE r.reference = ?1 AND r.type = ?2 AND r.id = ?3";
    read_sql_ = columns + "v.at = r.row * 16777216 + r.version" + which;
    vread_sql_ = columns + "v.at = r.row * 16777216 + ?4" + which;
    LET(read_, db_->prepare(read_sql_));
    LET(vread_, db_->prepare(vread_sql_));
    LET(held_, db_->prepare("SELECT held FROM lane WHERE lane = ?"));
    return {};
  }

  Result<Stored> read(std::string_view type, std::string_view id) override {
    if (!sees_everything()) return read_in_sight(type, id);
    LET(const bool there, read_.first(reference(type, id), keys_.known_type(type), id));
    return one(read_, there, type, id);
  }

  Result<Stored> vread(std::string_view type, std::string_view id, std::int64_t version) override {
    const bool possible = version > 0 && version < versions_of_one;
    if (!sees_everything()) return vread_in_sight(type, id, possible ? version : 0);
    LET(const bool there,
        vread_.first(reference(type, id), keys_.known_type(type), id, possible ? version : 0));
    return one(vread_, there, type, id);
  }

  Result<HistoryPage> history(const HistoryQuery& query) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const auto sight, sight_now());
    return History(statements_, keys_, hash_key_, query, sight ? &*sight : nullptr).run();
  }

  Result<Page> search(const search::Plan& plan) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const auto sight, sight_now());
    LET_DONE(fetcher_->look_with(sight ? &*sight : nullptr));
    auto page = Search(statements_, *fetcher_, keys_, limits_, plan).run();
    LET_DONE(fetcher_->look_with(nullptr));
    return page;
  }

  Result<std::vector<Stored>> outdated(const search::Parameters& parameters, int limit) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const auto sets, keys_.current_sets(parameters));
    std::string current = "0";
    for (const auto set : sets) current += "," + std::to_string(set);
    const auto old =
        "s.resources > 0 AND (s.parameter_set = 0 OR s.parameter_set NOT IN (" + current + "))";
    // Each once: who asks goes on until there are fewer than he asked for.
    LET(Statement* const find,
        statements_.get("SELECT r.row FROM shape s CROSS JOIN resource r ON r.type = s.type AND "
                        "r.shape = s.id AND r.removed = 0 WHERE " +
                        old +
                        " UNION ALL SELECT r.row FROM resource r WHERE r.whose = 2 AND "
                        "r.removed = 0 AND NOT EXISTS(SELECT 1 FROM shape s WHERE s.id = r.shape "
                        "AND " +
                        old + ") LIMIT ?"));
    LET(bool there, find->first(std::int64_t{limit}));
    std::vector<std::int64_t> rows;
    while (there) {
      rows.push_back(find->integer(0));
      LET(there, find->step());
    }
    find->reset();
    std::vector<Stored> found;
    for (const std::int64_t row : rows) {
      LET(const auto candidate, fetcher_->by_row(row));
      if (!candidate) continue;
      LET(auto stored, fetcher_->stored(*candidate, keys_.type_name(candidate->type)));
      found.push_back(std::move(stored));
    }
    return found;
  }

  Result<Explained> explain(const search::Plan& plan) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    return Search(statements_, *fetcher_, keys_, limits_, plan).explain();
  }

  Result<std::vector<InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    return inbox_rows(
        ", raw FROM inbox i WHERE status = 0 AND due <= ? AND (order_key = '' OR NOT EXISTS("
        "SELECT 1 FROM inbox p WHERE p.status = 0 AND p.source = i.source AND "
        "p.order_key = i.order_key AND p.id < i.id)) ORDER BY due, id LIMIT ?",
        {now_us, std::int64_t{limit}}, true);
  }

  Result<std::vector<InboxRow>> inbox(const InboxFilter& filter) override {
    const bool down = filter.newest_first;
    std::string where = down ? " FROM inbox WHERE id < ?" : " FROM inbox WHERE id > ?";
    std::vector<Bound> values = {from(filter)};
    if (filter.status) where += " AND " + is(*filter.status);
    if (!filter.source.empty()) {
      where += " AND source = ?";
      values.emplace_back(filter.source);
    }
    values.emplace_back(std::int64_t{filter.limit});
    return inbox_rows(where + in_order(down), values, false);
  }

  Result<InboxRow> inbox_row(std::int64_t id) override {
    LET(auto rows, inbox_rows(", raw FROM inbox WHERE id = ?", {id}, true));
    if (rows.empty()) return no_such_row("inbox");
    return std::move(rows[0]);
  }

  Result<InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    LET(auto rows, inbox_rows(", raw FROM inbox WHERE source = ? AND key = ?",
                              {std::string(source), std::string(key)}, true));
    if (rows.empty()) return no_such_row("inbox");
    return std::move(rows[0]);
  }

  Result<std::vector<OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                            int limit) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const bool known, held_.first(lane));
    const bool held = known && held_.integer(0) != 0;
    held_.reset();
    if (held) return std::vector<OutboxRow>{};
    return outbox_rows(
        ", body FROM outbox o WHERE status = 0 AND lane = ? AND due <= ? AND (order_key = '' OR "
        "NOT EXISTS(SELECT 1 FROM outbox p WHERE p.status < 3 AND p.lane = o.lane AND "
        "p.order_key = o.order_key AND p.id < o.id)) ORDER BY due, id LIMIT ?",
        {std::string(lane), now_us, std::int64_t{limit}}, true);
  }

  Result<std::vector<OutboxRow>> outbox(const OutboxFilter& filter) override {
    if (filter.from_number > 0)
      return outbox_rows(
          " FROM outbox INDEXED BY outbox_number WHERE lane = ? AND number > 0 AND number >= ? "
          "ORDER BY number LIMIT ?",
          {filter.lane, filter.from_number, std::int64_t{filter.limit}}, false);
    const bool down = filter.newest_first;
    std::string where = down ? " FROM outbox WHERE id < ?" : " FROM outbox WHERE id > ?";
    std::vector<Bound> values = {from(filter)};
    if (filter.status) where += " AND " + is(*filter.status);
    if (!filter.order_key.empty()) {
      where += " AND order_key = ?";
      values.emplace_back(filter.order_key);
    }
    if (!filter.lane.empty()) {
      where += " AND lane = ?";
      values.emplace_back(filter.lane);
    }
    values.emplace_back(std::int64_t{filter.limit});
    return outbox_rows(where + in_order(down), values, false);
  }

  Result<OutboxRow> outbox_row(std::int64_t id) override {
    LET(auto rows, outbox_rows(", body FROM outbox WHERE id = ?", {id}, true));
    if (rows.empty()) return no_such_row("outbox");
    return std::move(rows[0]);
  }

  Result<OutboxRow> outbox_row(std::string_view idempotency_key) override {
    LET(auto rows, outbox_rows(", body FROM outbox WHERE idempotency_key = ?",
                               {std::string(idempotency_key)}, true));
    if (rows.empty()) return no_such_row("outbox");
    return std::move(rows[0]);
  }

  Result<std::vector<LaneState>> lanes() override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    return lane_states(statements_);
  }

  Result<QueueCounts> queue_counts() override {
    const auto count = [](const char* table, auto status) {
      return "(SELECT count(*) FROM (SELECT 1 FROM " + std::string(table) + " WHERE " + is(status) +
             " LIMIT " + std::to_string(most_counted) + "))";
    };
    LET(Statement* const statement,
        statements_.get("SELECT " + count("inbox", InboxStatus::refused) + ", " +
                        count("inbox", InboxStatus::quarantined) + ", " +
                        count("outbox", OutboxStatus::held) + ", " +
                        count("outbox", OutboxStatus::dead)));
    LET_DONE(statement->first());
    const QueueCounts counts{statement->integer(0), statement->integer(1), statement->integer(2),
                             statement->integer(3)};
    statement->reset();
    return counts;
  }

  Result<AuditPage> audit(const AuditQuery& query) override {
    LET(const auto snapshot, Snapshot::begin(*db_));
    return AuditRows(statements_).page(query);
  }

 private:
  std::uint64_t reference(std::string_view type, std::string_view id) const {
    return search::reference_hash(hash_key_, type, id);
  }

  // What the policy of this look lets through; nothing: all.
  Result<std::optional<Sight>> sight_now() {
    if (sees_everything()) return std::optional<Sight>{};
    LET(auto sight, Sight::of(statements_, hash_key_, policy()));
    return std::optional(std::move(sight));
  }

  Result<Stored> read_in_sight(std::string_view type, std::string_view id) {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const auto sight, sight_now());
    LET(Statement* const statement, statements_.get(read_sql_ + sight->sql()));
    bind(*statement, type, id);
    sight->bind(*statement, 4);
    LET(const bool there, statement->step());
    return one(*statement, there, type, id);
  }

  Result<Stored> vread_in_sight(std::string_view type, std::string_view id, std::int64_t version) {
    LET(const auto snapshot, Snapshot::begin(*db_));
    LET(const auto sight, sight_now());
    LET(Statement* const statement,
        statements_.get(vread_sql_ + " AND ?4 >= r.seen_from" + sight->sql()));
    bind(*statement, type, id);
    statement->bind(4, version);
    sight->bind(*statement, 5);
    LET(const bool there, statement->step());
    return one(*statement, there, type, id);
  }

  void bind(Statement& statement, std::string_view type, std::string_view id) const {
    statement.reset();
    statement.bind(1, reference(type, id));
    statement.bind(2, keys_.known_type(type));
    statement.bind(3, id);
  }

  static Stored stored(const Statement& at, std::string_view type, std::string_view id) {
    return {std::string(type),
            std::string(id),
            at.integer(0),
            at.integer(1),
            change_of(at.integer(2)),
            std::string(at.bytes(3)),
            how_of(at.integer(2)),
            static_cast<std::uint64_t>(at.integer(4))};
  }

  static Result<Stored> one(Statement& statement, bool there, std::string_view type,
                            std::string_view id) {
    if (!there) {
      statement.reset();
      return Error{Kind::not_found, "there is no such resource", ""};
    }
    Stored found = stored(statement, type, id);
    statement.reset();
    if (found.change == Change::removed) return Error{Kind::gone, "the resource was deleted", ""};
    return found;
  }

  Result<std::vector<InboxRow>> inbox_rows(const std::string& where,
                                           const std::vector<Bound>& values, bool with_raw) {
    LET(Statement* const statement, statements_.get(inbox_columns + where));
    LET(bool there, first_row(*statement, values));
    std::vector<InboxRow> rows;
    while (there) {
      rows.push_back(inbox_of(*statement, with_raw));
      LET(there, statement->step());
    }
    statement->reset();
    return rows;
  }

  Result<std::vector<OutboxRow>> outbox_rows(const std::string& where,
                                             const std::vector<Bound>& values, bool with_body) {
    LET(Statement* const statement, statements_.get(outbox_columns + where));
    LET(bool there, first_row(*statement, values));
    std::vector<OutboxRow> rows;
    while (there) {
      rows.push_back(outbox_of(*statement, with_body));
      LET(there, statement->step());
    }
    statement->reset();
    return rows;
  }

  std::unique_ptr<Db> own_;  // before the statements, which must go first
  Db* db_;
  Keys& keys_;
  const search::HashKey hash_key_;
  const Limits limits_;
  StatementCache statements_;
  std::optional<Fetcher> fetcher_;
  std::string read_sql_, vread_sql_;
  Statement read_, vread_, held_;
};

}  // namespace

Result<std::unique_ptr<Reader>> make_sqlite_reader(const std::string& path, Keys& keys,
                                                   const search::HashKey& hash_key,
                                                   const Limits& limits) {
  LET(auto db, open_reader(path));
  auto reader = std::make_unique<SqliteReader>(std::make_unique<Db>(std::move(db)), nullptr, keys,
                                               hash_key, limits);
  LET_DONE(reader->prepare());
  return std::unique_ptr<Reader>(std::move(reader));
}

Result<std::unique_ptr<Reader>> make_sqlite_reader(Db& db, Keys& keys,
                                                   const search::HashKey& hash_key,
                                                   const Limits& limits) {
  auto reader = std::make_unique<SqliteReader>(nullptr, &db, keys, hash_key, limits);
  LET_DONE(reader->prepare());
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace fingerpost::store
