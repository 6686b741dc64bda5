#include "store/sqlite_belonging.h"

#include "store/under_policy.h"

#include <algorithm>
#include <utility>

namespace fingerpost::store {

Result<BelongingTables> BelongingTables::prepare(Db& db) {
  BelongingTables made;
  LET(made.add_relation_, db.prepare("INSERT OR IGNORE INTO relation VALUES(?, ?, ?, ?)"));
  LET(made.clear_relation_, db.prepare("DELETE FROM relation WHERE row = ?"));
  LET(made.loosen_,
      db.prepare("DELETE FROM relation WHERE row = ? AND (organisation <> 0 OR labels >= ?)"));
  LET(made.add_organisation_, db.prepare("INSERT OR IGNORE INTO organisation VALUES(?, ?)"));
  LET(made.clear_organisation_, db.prepare("DELETE FROM organisation WHERE row = ?"));
  LET(made.whose_, db.prepare("SELECT whose FROM resource WHERE reference = ?"));
  LET(made.place_, db.prepare("UPDATE resource SET whose = ?, seen_from = ? WHERE row = ?"));
  return made;
}

Result<void> BelongingTables::add(std::int64_t row, std::string_view type,
                                  const search::Belonging& of) {
  for (const auto code : of.codes) LET_DONE(add_organisation_.run(code, row));
  if (!search::is_somebody(of.whose)) return {};
  for (const auto organisation : of.refused)
    LET_DONE(add_relation_.run(organisation, of.whose, row, refusal));
  for (const auto organisation : of.organisations)
    LET_DONE(add_relation_.run(organisation, of.whose, row, of.labels));
  if (type == "Patient" && of.labels != 0) LET_DONE(add_relation_.run(0, of.whose, row, of.labels));
  return {};
}

Result<void> BelongingTables::clear(std::int64_t row) {
  LET_DONE(clear_relation_.run(row));
  return clear_organisation_.run(row);
}

Result<void> BelongingTables::removed(std::int64_t row) {
  return loosen_.run(row, refusal);
}

Result<std::uint64_t> BelongingTables::whose(const std::vector<std::uint64_t>& references) {
  std::uint64_t whose = search::of_all;
  for (const auto reference : references) {
    LET(const bool there, whose_.first(reference));
    const auto its = there ? static_cast<std::uint64_t>(whose_.integer(0)) : search::unplaced;
    whose_.reset();
    if (its == search::of_all) continue;
    const bool another = whose != search::of_all && whose != its;
    if (another || !search::is_somebody(its)) return search::unplaced;
    whose = its;
  }
  return whose;
}

Result<void> BelongingTables::place(std::int64_t row, std::uint64_t whose, std::int64_t seen_from) {
  return place_.run(whose, seen_from, row);
}

Result<bool> PolicyGuard::is_there(const Write& write, const Sight* sight) {
  LET(Statement* const find,
      statements_.get("SELECT 1 FROM resource r WHERE reference = ? AND type = ? AND id = ?" +
                      (sight == nullptr ? std::string() : sight->sql())));
  find->reset();
  find->bind(1, search::reference_hash(hash_key_, write.type, write.id));
  find->bind(2, keys_.known_type(write.type));
  find->bind(3, write.id);
  if (sight != nullptr) sight->bind(*find, 4);
  LET(const bool there, find->step());
  find->reset();
  return there;
}

Result<void> PolicyGuard::before(const Unit& unit) {
  sight_.reset();
  targets_.clear();
  if (unit.policy.everything) return {};
  LET(sight_, Sight::of(statements_, hash_key_, unit.policy));
  for (std::size_t i = 0; i < unit.asked; ++i) LET_DONE(before(unit, unit.writes[i]));
  return {};
}

Result<void> PolicyGuard::before(const Unit& unit, const Write& write) {
  LET(const bool there, is_there(write, nullptr));
  if (there) {
    LET(const bool seen, is_there(write, &*sight_));
    if (!seen) return not_in_sight();
  }
  if (there && write.type == "Organization" && write.op != Write::Op::drop_history) {
    LET(const bool kept, keeps_codes(write));
    if (!kept) return organisation_changed();
  }
  if (write.op != Write::Op::put) return {};
  const auto& about = write.index.belonging.about;
  targets_.insert(targets_.end(), about.begin(), about.end());
  const auto whose = write.index.belonging.whose;
  if (whose == search::reference_hash(hash_key_, write.type, write.id)) {
    // Under an id of his own choice a client could make the Patient that others speak of already.
    if (write.type == "Patient" && !there && !write.must_be_new) return not_in_sight();
    return {};
  }
  if (!search::is_somebody(whose) || is_made_by(unit, whose)) return {};
  LET(const bool seen, sight_->sees(statements_, whose));
  if (!seen) return patient_not_in_sight();
  return {};
}

Result<bool> PolicyGuard::keeps_codes(const Write& write) {
  LET(Statement* const find,
      statements_.get("SELECT o.code FROM resource r CROSS JOIN organisation o ON o.row = r.row "
                      "WHERE r.reference = ?"));
  std::vector<std::uint64_t> codes;
  LET(bool there, find->first(search::reference_hash(hash_key_, write.type, write.id)));
  while (there) {
    codes.push_back(static_cast<std::uint64_t>(find->integer(0)));
    LET(there, find->step());
  }
  find->reset();
  std::sort(codes.begin(), codes.end());
  return codes == write.index.belonging.codes;
}

Result<bool> PolicyGuard::is_seen(std::uint64_t reference, const Sight& sight) {
  LET(Statement* const find,
      statements_.get("SELECT 1 FROM resource r WHERE reference = ?" + sight.sql()));
  find->reset();
  find->bind(1, reference);
  sight.bind(*find, 2);
  LET(const bool seen, find->step());
  find->reset();
  return seen;
}

bool PolicyGuard::is_made_by(const Unit& unit, std::uint64_t patient) const {
  return std::any_of(unit.writes.begin(),
                     unit.writes.begin() + static_cast<std::ptrdiff_t>(unit.asked),
                     [&](const Write& write) {
                       return write.type == "Patient" && write.must_be_new &&
                              search::reference_hash(hash_key_, write.type, write.id) == patient;
                     });
}

Result<bool> PolicyGuard::is_for(const OutboxRow& row, const Unit& unit) {
  if (row.eyes == nullptr || row.eyes->everything) return true;
  LET(const auto sight, Sight::of(statements_, hash_key_, *row.eyes));
  return is_there(unit.writes.at(row.about), &sight);
}

Result<void> PolicyGuard::after(const Unit& unit) {
  if (!sight_) return {};
  LET(const auto now, Sight::of(statements_, hash_key_, unit.policy));
  const auto& known = sight_->organisations();
  if (!std::includes(known.begin(), known.end(), now.organisations().begin(),
                     now.organisations().end()))
    return organisation_taken();
  for (std::size_t i = 0; i < unit.asked; ++i) {
    if (unit.writes[i].op != Write::Op::put) continue;
    LET(const bool seen, is_there(unit.writes[i], &now));
    if (!seen) return written_out_of_sight();
  }
  for (const auto target : targets_) {
    LET(const bool seen, is_seen(target, now));
    if (!seen) return written_out_of_sight();
  }
  return {};
}

}  // namespace fingerpost::store
