#include "store/sqlite_guards.h"

#include "store/rules.h"

#include <utility>

namespace fingerpost::store {

Result<std::unique_ptr<Guards>> Guards::prepare(Db& db, Keys& keys, const search::HashKey& key,
                                                const Limits& limits) {
  std::unique_ptr<Guards> made(new Guards(db, keys, key, limits));
  LET(made->fetcher_, Fetcher::prepare(db, keys));
  return made;
}

Result<void> Guards::check(const Unit& unit) {
  if (unit.reads.empty() && unit.searches.empty()) return {};
  std::optional<Sight> sight;
  if (!unit.policy.everything) {
    LET(sight, Sight::of(statements_, hash_key_, unit.policy));
  }
  for (const auto& guard : unit.reads) LET_DONE(check_with(sight ? &*sight : nullptr, guard));
  for (const auto& guard : unit.searches) LET_DONE(check_with(sight ? &*sight : nullptr, guard));
  return {};
}

// What does not hold for the eyes of the unit may have been seen by the gateway itself.
template <class Guard>
Result<void> Guards::check_with(const Sight* sight, const Guard& guard) {
  LET_DONE(fetcher_.look_with(sight));
  auto held = check(guard);
  LET_DONE(fetcher_.look_with(nullptr));
  const bool failed = !held && held.error().where == guard_failed().where;
  return sight != nullptr && failed ? check(guard) : std::move(held);
}

Result<void> Guards::check(const ReadGuard& guard) {
  const Sight* const sight = fetcher_.sight();
  LET(Statement* const find,
      statements_.get("SELECT version, removed FROM resource r WHERE reference = ? AND type = ? "
                      "AND id = ?" +
                      (sight == nullptr ? std::string() : sight->sql())));
  find->reset();
  find->bind(1, search::reference_hash(hash_key_, guard.type, guard.id));
  find->bind(2, keys_.known_type(guard.type));
  find->bind(3, guard.id);
  if (sight != nullptr) sight->bind(*find, 4);
  LET(const bool there, find->step());
  const bool current = there && find->integer(1) == 0;
  const auto version = current ? find->integer(0) : 0;
  find->reset();
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
