#include "store/rules.h"
#include "store/sqlite_apply.h"

#include <utility>

namespace fingerpost::store {

Result<QueueTables> QueueTables::prepare(Db& db, const Limits& limits) {
  QueueTables tables;
  LET(auto kept, db.prepare("SELECT coalesce(sum(length(raw) + length(answer) + length(note)), 0) "
                            "FROM inbox WHERE source = ?"));
  LET_DONE(kept.first(refused_source));
  tables.refused_bytes_ = static_cast<std::size_t>(kept.integer(0));
  tables.most_refused_bytes_ = limits.refused_bytes_together;
  LET(tables.find_inbox_,
      db.prepare("SELECT id, digest, answer, status FROM inbox WHERE source = ? AND key = ?"));
  LET(tables.add_inbox_,
      db.prepare(
          "INSERT INTO inbox VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"));
  LET(tables.answer_inbox_, db.prepare("UPDATE inbox SET answer = ? WHERE id = ?"));
  LET(tables.inbox_status_, db.prepare("SELECT status FROM inbox WHERE id = ?"));
  LET(tables.update_inbox_,
      db.prepare(
          "UPDATE inbox SET status = ?, answer = coalesce(?, answer), note = coalesce(?, note),"
          " attempts = coalesce(?, attempts), due = coalesce(?, due) WHERE id = ? RETURNING id"));
  LET(tables.add_outbox_,
      db.prepare("INSERT INTO outbox VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) "
                 "ON CONFLICT(idempotency_key) DO NOTHING RETURNING id"));
  LET(tables.update_outbox_, db.prepare("UPDATE outbox SET status = ?, note = coalesce(?, note), "
                                        "attempts = coalesce(?, attempts), due = coalesce(?, due), "
                                        "body = coalesce(?, body) WHERE id = ?"));
  LET(tables.set_lane_, db.prepare("INSERT INTO lane VALUES(?, ?) "
                                   "ON CONFLICT(lane) DO UPDATE SET held = excluded.held"));
  LET(tables.lanes_, LaneCounts::prepare(db));
  return tables;
}

Result<std::optional<UnitOutcome>> QueueTables::duplicate(const InboxRow& row) {
  LET(const bool there, find_inbox_.first(row.source, row.key));
  if (!there) {
    find_inbox_.reset();
    const auto bytes = refused_bytes(row);
    if (bytes > 0 && refused_bytes_ + bytes > most_refused_bytes_) return no_room_for_refused();
    return std::optional<UnitOutcome>{};
  }
  const bool same = find_inbox_.text(1) == row.digest;
  UnitOutcome outcome;
  outcome.duplicate = true;
  outcome.inbox_id = find_inbox_.integer(0);
  outcome.answer = std::string(find_inbox_.bytes(2));
  outcome.inbox_status = static_cast<InboxStatus>(find_inbox_.integer(3));
  find_inbox_.reset();
  if (!same) return other_content();
  return std::optional<UnitOutcome>(std::move(outcome));
}

Result<void> QueueTables::update(const Unit& unit) {
  for (const auto& update : unit.inbox_updates) {
    if (update.from) {
      LET(const bool found, inbox_status_.first(update.id));
      const bool same = found && inbox_status_.integer(0) == static_cast<int>(*update.from);
      inbox_status_.reset();
      if (found && !same) return other_status();
    }
    std::optional<Bytes> answer;
    if (update.answer) answer = Bytes{*update.answer};
    LET(const bool there, update_inbox_.first(static_cast<int>(update.status), answer, update.note,
                                              update.attempts, update.due_us, update.id));
    update_inbox_.reset();
    if (!there) return no_such_row("inbox");
  }
  for (const auto& update : unit.outbox_updates) {
    std::optional<Bytes> body;
    if (update.body) body = Bytes{*update.body};
    LET(const bool there, lanes_.change(update.id, update.status));
    if (!there) return no_such_row("outbox");
    LET_DONE(update_outbox_.run(static_cast<int>(update.status), update.note, update.attempts,
                                update.due_us, body, update.id));
  }
  for (const auto& update : unit.lanes) LET_DONE(set_lane_.run(update.lane, update.held ? 1 : 0));
  return {};
}

Result<void> QueueTables::add(Unit& unit, std::int64_t now_us, PolicyGuard& eyes,
                              UnitOutcome& outcome) {
  for (const OutboxRow& row : unit.outbox) {
    LET(const bool is_for, eyes.is_for(row, unit));
    if (!is_for) {
      outcome.outbox_ids.push_back(0);
      continue;
    }
    LET(const bool added,
        add_outbox_.first(row.lane, row.receiver, row.order_key, row.idempotency_key, row.kind,
                          Bytes{row.body}, static_cast<int>(row.status), row.note, row.attempts,
                          row.created_us == 0 ? now_us : row.created_us, row.due_us));
    const auto id = added ? add_outbox_.integer(0) : 0;
    add_outbox_.reset();
    if (added) LET_DONE(lanes_.add(row, id));
    outcome.outbox_ids.push_back(id);
  }
  if (!unit.inbox) return {};
  return add_inbox(*unit.inbox, now_us, outcome);
}

Result<void> QueueTables::add_inbox(InboxRow& row, std::int64_t now_us, UnitOutcome& outcome) {
  refused_bytes_ += refused_bytes(row);
  LET_DONE(add_inbox_.first(row.source, row.kind, row.key, row.digest, Bytes{row.raw},
                            row.order_key, static_cast<int>(row.status), Bytes{row.answer},
                            row.note, row.attempts, row.received_us == 0 ? now_us : row.received_us,
                            row.due_us));
  outcome.inbox_id = add_inbox_.integer(0);
  add_inbox_.reset();
  outcome.answer = row.answer;
  if (!row.make_answer) return {};
  outcome.answer = row.make_answer(outcome);
  return answer_inbox_.run(Bytes{outcome.answer}, outcome.inbox_id);
}

}  // namespace fingerpost::store
