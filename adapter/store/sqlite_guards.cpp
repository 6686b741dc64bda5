#include "store/sqlite_guards.h"

#include "store/rules.h"

#include <utility>

namespace fingerpost::store {

Result<std::unique_ptr<Guards>> Guards::prepare(Db& db, Keys& keys, const search::HashKey& key,
                                                const Limits& limits) {
  std::unique_ptr<Guards> made(new Guards(db, keys, key, limits));
  LET(made->fetcher_, Fetcher::prepare(db, keys));
  LET(made->version_, db.prepare("SELECT version, removed FROM resource "
                                 "WHERE reference = ? AND type = ? AND id = ?"));
  return made;
}

Result<void> Guards::check(const Unit& unit) {
  for (const auto& guard : unit.reads) LET_DONE(check(guard));
  for (const auto& guard : unit.searches) LET_DONE(check(guard));
  return {};
}

Result<void> Guards::check(const ReadGuard& guard) {
  LET(const bool there, version_.first(search::reference_hash(hash_key_, guard.type, guard.id),
                                       keys_.known_type(guard.type), guard.id));
  const bool current = there && version_.integer(1) == 0;
  const auto version = current ? version_.integer(0) : 0;
  version_.reset();
  if (version != guard.version) return guard_failed();
  return {};
}

Result<void> Guards::check(const SearchGuard& guard) {
  const auto plan = guarding(guard);
  const auto page = Search(statements_, fetcher_, keys_, limits_, plan).run();
  if (!page) {
    auto error = page.error();
    // To the writer, invalid is a statement that left its transaction half done.
    if (error.kind == Kind::invalid) error.kind = Kind::unsupported;
    return error;
  }
  if (!finds_exactly(*page, guard.ids)) return guard_failed();
  return {};
}

}  // namespace fingerpost::store
