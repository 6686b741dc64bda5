#include "store/sqlite_apply.h"

#include "search/index_to_store.h"
#include "search/token.h"
#include "store/audit_names.h"
#include "store/sqlite_driver.h"
#include "store/sqlite_index_rows.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::store {

bool is_long(const search::DateRow& row) {
  return static_cast<std::uint64_t>(row.high) - static_cast<std::uint64_t>(row.low) >
         static_cast<std::uint64_t>(long_us);
}

Result<IndexTables> IndexTables::prepare(Db& db) {
  IndexTables tables;
  tables.add_hash_ = Inserts(db, "by_hash", 3);
  tables.add_date_ = Inserts(db, "by_date", 5);
  tables.add_number_ = Inserts(db, "by_number", 5);
  tables.add_text_ = Inserts(db, "by_text", 4);
  const auto take = [&](std::string_view one) {
    return db.prepare("DELETE FROM " + std::string(one));
  };
  LET(tables.take_hash_, take(one_hash));
  LET(tables.take_date_, take(one_date));
  LET(tables.take_number_, take(one_number));
  LET(tables.take_text_, take(one_text));
  return tables;
}

Result<void> clear_index(Db& db, std::int64_t row) {
  for (const char* const sql :
       {"DELETE FROM by_hash WHERE row = ?", "DELETE FROM by_date WHERE row = ?",
        "DELETE FROM by_number WHERE row = ?", "DELETE FROM by_text WHERE row = ?"}) {
    LET(auto clear, db.prepare(sql));
    LET_DONE(clear.run(row));
  }
  return {};
}

template <class Row>
Result<void> IndexTables::add(Inserts& into, std::int64_t row, const std::vector<Row>& rows) {
  std::vector<const Row*> kept;
  kept.reserve(rows.size());
  for (const Row& value : rows)
    if (is_in_table(value)) kept.push_back(&value);
  return into.run(kept.size(), [&](Statement& insert, int at, std::size_t i) {
    with_columns(row, *kept[i], [&](const auto&... columns) { (insert.bind(at++, columns), ...); });
  });
}

template <class Row>
Result<void> IndexTables::change_rows(Inserts& into, Statement& take, std::int64_t row,
                                      const std::vector<Row>& from, const std::vector<Row>& to) {
  if (from.empty()) return add(into, row, to);
  std::vector<Row> gone;
  std::set_difference(from.begin(), from.end(), to.begin(), to.end(), std::back_inserter(gone));
  for (const Row& value : gone)
    if (is_in_table(value))
      LET_DONE(
          with_columns(row, value, [&](const auto&... columns) { return take.run(columns...); }));
  std::vector<Row> added;
  std::set_difference(to.begin(), to.end(), from.begin(), from.end(), std::back_inserter(added));
  return add(into, row, added);
}

std::vector<search::HashRow> inside(const search::IndexValues& values) {
  std::vector<search::HashRow> rows;
  for (const auto& one : values.contained)
    for (const auto& row : one.values.hashes)
      if (!row.inner) rows.push_back({row.key, false, search::inside_hash(row.hash)});
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

Result<void> IndexTables::change(std::int64_t row, const search::IndexValues& from,
                                 const search::IndexValues& to) {
  if (!from.contained.empty() || !to.contained.empty())
    LET_DONE(change_rows(add_hash_, take_hash_, row, inside(from), inside(to)));
  LET_DONE(change_rows(add_hash_, take_hash_, row, from.hashes, to.hashes));
  LET_DONE(change_rows(add_date_, take_date_, row, from.dates, to.dates));
  LET_DONE(change_rows(add_number_, take_number_, row, from.numbers, to.numbers));
  return change_rows(add_text_, take_text_, row, from.texts, to.texts);
}

Result<void> ShapeCounts::prepare(Db& db) {
  LET(count_, db.prepare("UPDATE shape SET resources = resources + ? WHERE id = ?"));
  return {};
}

void ShapeCounts::keep() {
  for (const auto& [shape, by] : unit_) all_[shape] += by;
  unit_.clear();
}

Result<void> ShapeCounts::save() {
  for (const auto& [shape, by] : all_)
    if (by != 0) LET_DONE(count_.run(by, shape));
  all_.clear();
  return {};
}

Result<std::unique_ptr<Applier>> Applier::prepare(Db& db, Keys& keys, WordIndex& words,
                                                  const search::HashKey& key,
                                                  const Limits& limits) {
  std::unique_ptr<Applier> made(new Applier(db, keys, words, key, limits));
  LET(made->next_row_, db.integer("SELECT coalesce(max(row), 0) + 1 FROM resource"));
  LET(made->find_,
      db.prepare(
          "SELECT row, version, updated, removed, shape, found_by, compartment, "
          "whose, labels, seen_from FROM resource WHERE reference = ? AND type = ? AND id = ?"));
  LET(made->body_, db.prepare("SELECT unpacked_or_kept(body) FROM version WHERE at = ?"));
  LET(made->add_version_, db.prepare("INSERT INTO version VALUES(?, ?, ?, packed(?))"));
  LET(made->add_history_, db.prepare("INSERT INTO history VALUES(?, ?, ?)"));
  LET(made->versions_, db.prepare("SELECT at, updated FROM version WHERE at > ? AND at < ?"));
  LET(made->take_version_, db.prepare("DELETE FROM version WHERE at = ?"));
  LET(made->take_history_,
      db.prepare("DELETE FROM history WHERE type = ? AND updated = ? AND at = ?"));
  LET(made->take_resource_, db.prepare("DELETE FROM resource WHERE row = ?"));
  LET(made->add_resource_,
      db.prepare("INSERT INTO resource VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  LET(made->change_resource_,
      db.prepare("UPDATE resource SET version = ?, updated = ?, removed = ?, "
                 "compartment = ?, labels = ?, shape = ?, found_by = ?, whose = ?, seen_from = ? "
                 "WHERE row = ?"));
  // SQLite writes the rows of an index anew when a column of it, or of its condition, is named
  // here.
  LET(made->change_same_,
      db.prepare("UPDATE resource SET version = ?, updated = ?, compartment = ?, labels = ?, "
                 "found_by = ?, whose = ?, seen_from = ? WHERE row = ?"));
  LET(made->reindex_, db.prepare("UPDATE resource SET shape = ?, found_by = ?, whose = ?, labels = "
                                 "?, seen_from = ? WHERE row = ?"));
  LET(made->index_, IndexTables::prepare(db));
  LET(made->belonging_, BelongingTables::prepare(db));
  LET_DONE(made->counts_.prepare(db));
  LET(made->queues_, QueueTables::prepare(db, limits));
  LET(made->guards_, Guards::prepare(db, keys, key, limits));
  LET(made->audit_, AuditChain::prepare(db, keys));
  return made;
}

Result<UnitOutcome> Applier::apply(Unit& unit, std::int64_t now_us) {
  audit_->begin_unit();
  moved_.clear();
  with_others_.clear();
  keeps_labels_ = !unit.policy.everything;
  auto outcome = apply_all(unit, now_us);
  if (outcome) {
    counts_.keep();
  } else {
    counts_.drop();
    audit_->drop_unit();
  }
  return outcome;
}

Result<UnitOutcome> Applier::apply_all(Unit& unit, std::int64_t now_us) {
  if (unit.inbox) {
    LET(auto duplicate, queues_->duplicate(*unit.inbox));
    if (duplicate) return std::move(*duplicate);
  }
  LET_DONE(policy_guard_.before(unit));
  LET_DONE(guards_->check(unit));
  UnitOutcome outcome;
  for (Write& write : unit.writes) {
    LET(const WriteOutcome done, apply(write, now_us));
    outcome.writes.push_back(done);
  }
  LET_DONE(belong_with_others());
  LET_DONE(policy_guard_.after(unit));
  if (unit.inspect) LET_DONE(inspect(unit));
  LET_DONE(queues_->update(unit));
  LET_DONE(queues_->add(unit, now_us, policy_guard_, outcome));
  tell_whose(unit.audit, moved_);
  LET_DONE(audit_->add(unit, outcome, now_us));
  return outcome;
}

// The unit's reader finds nothing but through what is counted and numbered in the tables.
Result<void> Applier::inspect(const Unit& unit) {
  counts_.keep();
  LET_DONE(counts_.save());
  if (keys_.has_unsaved()) LET_DONE(keys_.save(db_));
  if (!staged_) {
    LET(staged_, make_sqlite_reader(db_, keys_, hash_key_, limits_));
  }
  const auto eyes = staged_->seen_by(unit.policy);
  return unit.inspect(*eyes);
}

Result<std::optional<Applier::Found>> Applier::find(const Write& write, std::uint64_t reference,
                                                    std::int64_t type) {
  LET(const bool there, find_.first(reference, type, write.id));
  if (!there) {
    find_.reset();
    return std::optional<Found>{};
  }
  Found found;
  found.row = find_.integer(0);
  found.current = {find_.integer(1), find_.integer(2), find_.integer(3) != 0, {}};
  found.shape = find_.integer(4);
  found.compartment = static_cast<std::uint64_t>(find_.integer(6));
  found.whose = static_cast<std::uint64_t>(find_.integer(7));
  found.labels = static_cast<std::uint64_t>(find_.integer(8));
  found.seen_from = find_.integer(9);
  auto values = unpack(find_.bytes(5));
  find_.reset();
  found.damaged = !values;
  if (values) found.values = std::move(*values);
  if (write.skip_same && !found.current.removed) {
    LET_DONE(body_.first(version_at(found.row, found.current.version)));
    found.body = std::string(body_.bytes(0));
    body_.reset();
  }
  return std::optional<Found>(std::move(found));
}

Result<WriteOutcome> Applier::apply(Write& write, std::int64_t now_us) {
  const std::uint64_t reference = search::reference_hash(hash_key_, write.type, write.id);
  const std::int64_t type = keys_.type(write.type);
  LET(const auto found, find(write, reference, type));
  std::optional<Current> current;
  if (found) {
    current = found->current;
    current->body = found->body;
  }
  LET(const WriteOutcome outcome, decide(write, current, now_us));
  if (outcome.version >= versions_of_one)
    return Error{Kind::unsupported, "the resource has as many versions as can be kept", "id"};
  if (write.op == Write::Op::reindex && found && !current->removed &&
      write.if_version == current->version)
    LET_DONE(reindex(write, *found, type));
  if (outcome.change == Change::unchanged) return outcome;
  // What is taken away was somebody's: the audit says whose.
  if (write.op != Write::Op::put && found) write.index.compartment = found->compartment;
  if (found && found->compartment != write.index.compartment) moved_.push_back(found->compartment);
  const bool forgets = write.op == Write::Op::expunge || write.op == Write::Op::drop_history;
  if (forgets) LET_DONE(forget(write, *found, type));
  if (!forgets) LET_DONE(store(write, outcome, found, reference, type));
  return outcome;
}

Result<void> Applier::forget(const Write& write, const Found& found, std::int64_t type) {
  const bool all = write.op == Write::Op::expunge;
  LET_DONE(words_.forgets(found.row, found.current.version, all));
  const auto end = all ? versions_of_one - 1 : found.current.version;
  std::vector<std::pair<std::int64_t, std::int64_t>> gone;
  LET(bool there, versions_.first(version_at(found.row, 0), version_at(found.row, end)));
  while (there) {
    gone.emplace_back(versions_.integer(0), versions_.integer(1));
    LET(there, versions_.step());
  }
  versions_.reset();
  for (const auto& [at, updated] : gone) {
    LET_DONE(take_version_.run(at));
    LET_DONE(take_history_.run(type, updated, at));
  }
  if (!all) return {};
  if (!found.current.removed) counts_.add(found.shape, -1);
  LET_DONE(change_index(found.row, &found, search::IndexValues{}));
  LET_DONE(belonging_->clear(found.row));
  return take_resource_.run(found.row);
}

// What led to a resource whose own rows are damaged is looked for everywhere: it takes long, and
// mends it.
Result<void> Applier::change_index(std::int64_t row, const Found* found,
                                   const search::IndexValues& to) {
  if (found != nullptr && found->damaged) LET_DONE(clear_index(db_, row));
  return index_->change(row, found != nullptr ? found->values : search::IndexValues{}, to);
}

// What is removed stays whose it was. Versions that were another's, or had labels that are gone,
// are behind it.
Applier::Standing Applier::standing(const Write& write, std::int64_t version,
                                    const Found* found) const {
  if (write.op != Write::Op::put)
    return found == nullptr ? Standing{search::unplaced, 0, 1}
                            : Standing{found->whose, found->labels, found->seen_from};
  const auto& belonging = write.index.belonging;
  Standing standing{belonging.whose, belonging.labels, 1};
  if (found == nullptr) return standing;
  if (keeps_labels_) standing.labels |= found->labels;
  const bool moved = found->whose != standing.whose || (found->labels & ~standing.labels) != 0;
  standing.seen_from = moved ? version : found->seen_from;
  return standing;
}

Result<void> Applier::belong(std::int64_t row, const Write& write,
                             const search::Belonging& belonging, const Standing& standing,
                             const Found* found) {
  if (write.op == Write::Op::remove) return belonging_->removed(row);
  if (found != nullptr) LET_DONE(belonging_->clear(row));
  auto said = belonging;
  said.labels = standing.labels;
  if (!said.about.empty()) with_others_.push_back({row, standing.seen_from, said.about});
  return belonging_->add(row, write.type, said);
}

Result<void> Applier::belong_with_others() {
  for (const auto& one : with_others_) {
    LET(const auto whose, belonging_->whose(one.others));
    LET_DONE(belonging_->place(one.row, whose, one.seen_from));
  }
  return {};
}

// The rows of a resource made anew from the same version.
Result<void> Applier::reindex(Write& write, const Found& found, std::int64_t type) {
  LET(const auto set,
      keys_.parameter_set(*write.index.parameters, write.type, write.index.contained));
  LET(const auto map, keys_.map(*write.index.parameters));
  (void)search::take_words(write.index);  // the same as before
  // Held until the commit, as LiveParameters::older_in_use needs it.
  const auto holder = write.index.holder;
  const auto values = translate(std::move(write.index), *map);
  write.index.holder = holder;
  Standing standing{values.belonging.whose, values.belonging.labels | found.labels,
                    found.seen_from};
  // Whose the versions before were, nobody has looked.
  if (found.whose == search::not_looked_at) standing.seen_from = found.current.version;
  LET_DONE(belong(found.row, write, values.belonging, standing, &found));
  const std::int64_t shape = keys_.shape(type, set, values.present);
  counts_.add(found.shape, -1);
  counts_.add(shape, 1);
  const std::string found_by = pack(values);
  LET_DONE(reindex_.run(shape, Bytes{found_by}, standing.whose, standing.labels, standing.seen_from,
                        found.row));
  return change_index(found.row, &found, values);
}

Result<void> Applier::store(Write& write, const WriteOutcome& outcome,
                            const std::optional<Found>& found, std::uint64_t reference,
                            std::int64_t type) {
  const bool put = write.op == Write::Op::put;
  const std::int64_t row = found ? found->row : next_row_++;
  const std::uint64_t compartment = write.index.compartment;
  const auto stands = standing(write, outcome.version, found ? &*found : nullptr);
  LET_DONE(belong(row, write, write.index.belonging, stands, found ? &*found : nullptr));
  LET_DONE(words_.changes(row, found ? found->current.version : 0, outcome.version,
                          search::take_words(write.index)));
  search::IndexValues values;
  std::int64_t set = 0;
  if (put && write.index.parameters != nullptr) {
    LET(set, keys_.parameter_set(*write.index.parameters, write.type, write.index.contained));
    LET(const auto map, keys_.map(*write.index.parameters));
    const auto holder = write.index.holder;
    values = translate(std::move(write.index), *map);
    write.index.holder = holder;  // as above
  }
  const std::int64_t shape = keys_.shape(type, set, values.present);
  if (found && !found->current.removed) counts_.add(found->shape, -1);
  if (put) counts_.add(shape, 1);
  const std::string body =
      put ? complete(write.body, outcome.version, outcome.last_updated_us) : std::string();
  LET_DONE(add_version_.run(version_at(row, outcome.version), outcome.last_updated_us,
                            made(outcome.change, write.how), Bytes{body}));
  LET_DONE(add_history_.run(type, outcome.last_updated_us, version_at(row, outcome.version)));
  const std::string found_by = pack(values);
  const int removed = put ? 0 : 1;
  if (found && put && !found->current.removed && found->shape == shape) {
    LET_DONE(change_same_.run(outcome.version, outcome.last_updated_us, compartment, stands.labels,
                              Bytes{found_by}, stands.whose, stands.seen_from, row));
  } else if (found) {
    LET_DONE(change_resource_.run(outcome.version, outcome.last_updated_us, removed, compartment,
                                  stands.labels, shape, Bytes{found_by}, stands.whose,
                                  stands.seen_from, row));
  } else {
    LET_DONE(add_resource_.run(row, type, reference, write.id, outcome.version,
                               outcome.last_updated_us, removed, compartment, stands.labels, shape,
                               Bytes{found_by}, stands.whose, stands.seen_from));
  }
  return change_index(row, found ? &*found : nullptr, values);
}

}  // namespace fingerpost::store
