#include "store/sqlite_lanes.h"

#include <string>

namespace fingerpost::store {
namespace {

// A row that counts has its number, any other the number before it, negative; 0: none counts yet.
constexpr const char* tables = R"sql(
CREATE TABLE IF NOT EXISTS lane_rows(
  lane TEXT PRIMARY KEY, open INTEGER NOT NULL, dead INTEGER NOT NULL, counted INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outbox_oldest ON outbox(lane, created) WHERE status < 3;
CREATE INDEX IF NOT EXISTS outbox_number ON outbox(lane, number) WHERE number > 0;
)sql";

// Of folders before number 7, where the events of subscriptions were counted when asked for.
constexpr const char* count_all = R"sql(
UPDATE outbox SET number = CASE kind WHEN 'subscription-event' THEN w.number ELSE -w.number END
  FROM (SELECT id, sum(kind = 'subscription-event') OVER (PARTITION BY lane ORDER BY id) AS number
        FROM outbox WHERE lane >= 'subscription/' AND lane < 'subscription0') AS w
  WHERE w.id = outbox.id;
DELETE FROM lane_rows;
INSERT INTO lane_rows
  SELECT lane, sum(status < 3), sum(status = 4), sum(number > 0) FROM outbox GROUP BY lane;
)sql";

struct Counted {
  int open = 0, dead = 0;
};
Counted counted(OutboxStatus status) {
  return {is_open(status) ? 1 : 0, status == OutboxStatus::dead ? 1 : 0};
}

}  // namespace

Result<LaneCounts> LaneCounts::prepare(Db& db) {
  LaneCounts counts;
  LET(counts.find_, db.prepare("SELECT lane, status FROM outbox WHERE id = ?"));
  LET(counts.add_,
      db.prepare("INSERT INTO lane_rows VALUES(?, ?, ?, ?) ON CONFLICT(lane) DO UPDATE SET "
                 "open = open + excluded.open, dead = dead + excluded.dead, "
                 "counted = counted + excluded.counted RETURNING counted"));
  LET(counts.change_,
      db.prepare("UPDATE lane_rows SET open = open + ?, dead = dead + ? WHERE lane = ?"));
  LET(counts.number_, db.prepare("UPDATE outbox SET number = ? WHERE id = ?"));
  return counts;
}

Result<void> LaneCounts::add(const OutboxRow& row, std::int64_t id) {
  const auto one = counted(row.status);
  LET_DONE(add_.first(row.lane, one.open, one.dead, row.counts ? 1 : 0));
  const auto number = add_.integer(0);
  add_.reset();
  if (number == 0) return {};
  return number_.run(row.counts ? number : -number, id);
}

Result<bool> LaneCounts::change(std::int64_t id, OutboxStatus to) {
  LET(const bool there, find_.first(id));
  const std::string lane(there ? find_.text(0) : "");
  const auto before = counted(there ? static_cast<OutboxStatus>(find_.integer(1)) : to);
  find_.reset();
  const auto after = counted(to);
  const bool same = before.open == after.open && before.dead == after.dead;
  if (!same) LET_DONE(change_.run(after.open - before.open, after.dead - before.dead, lane));
  return there;
}

Result<void> make_lane_counts(Db& db) {
  LET(const auto numbered,
      db.integer("SELECT count(*) FROM pragma_table_info('outbox') WHERE name = 'number'"));
  if (numbered == 0)
    LET_DONE(db.run("ALTER TABLE outbox ADD COLUMN number INTEGER NOT NULL DEFAULT 0"));
  LET_DONE(db.run(tables));
  return db.run(count_all);
}

Result<std::int64_t> wrong_lane_counts(Db& db) {
  const std::string kept = "SELECT lane, open, dead, counted FROM lane_rows";
  const std::string found =
      "SELECT lane, sum(status < 3), sum(status = 4), sum(number > 0) FROM outbox GROUP BY lane";
  return db.integer("SELECT count(DISTINCT lane) FROM (SELECT * FROM (" + kept + " EXCEPT " +
                    found + ") UNION ALL SELECT * FROM (" + found + " EXCEPT " + kept + "))");
}

Result<std::vector<LaneState>> lane_states(StatementCache& statements) {
  LET(Statement* const statement,
      statements.get(
          "SELECT n.lane, coalesce(l.held, 0), coalesce(r.open, 0), coalesce(r.dead, 0), "
          "CASE WHEN r.open > 0 THEN (SELECT created FROM outbox INDEXED BY outbox_oldest "
          "WHERE lane = n.lane AND status < 3 ORDER BY created LIMIT 1) END, "
          "CASE WHEN r.open > 0 THEN (SELECT id FROM outbox INDEXED BY outbox_oldest "
          "WHERE lane = n.lane AND status < 3 ORDER BY created LIMIT 1) END, "
          "coalesce(r.counted, 0) "
          "FROM (SELECT lane FROM lane UNION SELECT lane FROM lane_rows) n "
          "LEFT JOIN lane l ON l.lane = n.lane LEFT JOIN lane_rows r ON r.lane = n.lane "
          "ORDER BY n.lane"));
  LET(bool there, statement->first());
  std::vector<LaneState> lanes;
  while (there) {
    lanes.push_back({std::string(statement->text(0)), statement->integer(1) != 0,
                     statement->integer(2), statement->integer(3), statement->integer(4),
                     statement->integer(5), statement->integer(6)});
    LET(there, statement->step());
  }
  statement->reset();
  return lanes;
}

}  // namespace fingerpost::store
