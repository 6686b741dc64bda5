#include "store/sqlite_history.h"

#include "store/sqlite_schema.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace fingerpost::store {
namespace {

constexpr auto latest = std::numeric_limits<std::int64_t>::max();

}  // namespace

Result<HistoryPage> History::run() {
  auto found = !query_.id.empty()     ? of_resource()
               : !query_.type.empty() ? of_type(keys_.known_type(query_.type))
                                      : of_all();
  if (!found) return std::move(found).error();
  HistoryPage page;
  const auto limit = static_cast<std::size_t>(query_.limit);
  const bool more = found->size() > limit;
  if (more) found->resize(limit);
  for (const auto& one : *found) {
    LET(auto version, stored(one));
    page.versions.push_back(std::move(version));
  }
  if (more && limit > 0) page.next = found->back().place;
  return page;
}

Result<std::vector<History::Found>> History::of_resource() {
  const auto type = keys_.known_type(query_.type);
  LET(Statement* const row,
      statements_.get("SELECT row FROM resource r WHERE reference = ? AND type = ? AND id = ?" +
                      (sight_ == nullptr ? std::string() : sight_->sql())));
  row->reset();
  row->bind(1, search::reference_hash(hash_key_, query_.type, query_.id));
  row->bind(2, type);
  row->bind(3, query_.id);
  if (sight_ != nullptr) sight_->bind(*row, 4);
  LET(const bool known, row->step());
  const auto at = known ? row->integer(0) : 0;
  row->reset();
  if (!known) return Error{Kind::not_found, "there is no such resource", ""};
  const auto end = version_at(at, versions_of_one);
  return places(
      type,
      "SELECT v.updated, v.at FROM version v WHERE v.at > ?4 AND v.at < ?5 AND v.updated >= ?6 "
      "AND v.updated <= ?2" +
          current() + in_sight(),
      " ORDER BY v.at DESC",
      {version_at(at, 0), query_.after ? std::min(query_.after->at, end) : end, query_.since_us});
}

Result<std::vector<History::Found>> History::of_type(std::int64_t type) {
  const auto start = query_.after.value_or(HistoryPlace{latest, latest});
  return places(type,
                "SELECT v.updated, v.at FROM history v WHERE v.type = ?4 AND v.updated >= ?5 AND "
                "v.updated <= ?2 AND (v.updated, v.at) < (?6, ?7)" +
                    current() + in_sight(),
                " ORDER BY v.updated DESC, v.at DESC",
                {type, query_.since_us, start.updated_us, start.at});
}

// A version is current from its time to that of the next one.
std::string History::current() const {
  if (!query_.at_high_us) return "";
  return " AND NOT EXISTS(SELECT 1 FROM version n WHERE n.at = v.at + 1 AND n.updated <= ?1)";
}

// Not of a time when the resource was another's.
std::string History::in_sight() const {
  if (sight_ == nullptr) return "";
  return " AND EXISTS(SELECT 1 FROM resource r WHERE r.row = v.at / 16777216 AND "
         "v.at % 16777216 >= r.seen_from" +
         sight_->sql() + ")";
}

// The newest of each type, then the newest of those.
Result<std::vector<History::Found>> History::of_all() {
  LET(Statement* const types, statements_.get("SELECT id FROM type"));
  std::vector<std::int64_t> all;
  LET(bool there, types->first());
  while (there) {
    all.push_back(types->integer(0));
    LET(there, types->step());
  }
  types->reset();
  std::vector<Found> found;
  for (const auto type : all) {
    LET(const auto some, of_type(type));
    found.insert(found.end(), some.begin(), some.end());
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::pair(a.place.updated_us, a.place.at) > std::pair(b.place.updated_us, b.place.at);
  });
  return found;
}

// The first of them, one more than the page has. ?1 and ?2 are the ends of _at, the values begin
// with ?4, and what is in sight behind them.
Result<std::vector<History::Found>> History::places(std::int64_t type, const std::string& sql,
                                                    const std::string& order,
                                                    std::vector<std::int64_t> values) {
  LET(Statement* const statement, statements_.get(sql + order + " LIMIT ?3"));
  statement->reset();
  statement->clear();
  statement->bind(1, query_.at_low_us);
  statement->bind(2, query_.at_high_us.value_or(latest));
  statement->bind(3, std::int64_t{query_.limit} + 1);
  int at = 4;
  for (const auto value : values) statement->bind(at++, value);
  if (sight_ != nullptr) sight_->bind(*statement, at);
  std::vector<Found> found;
  LET(bool there, statement->step());
  while (there) {
    found.push_back({{statement->integer(0), statement->integer(1)}, type});
    LET(there, statement->step());
  }
  statement->reset();
  return found;
}

Result<Stored> History::stored(const Found& found) {
  LET(Statement* const statement,
      statements_.get(
          "SELECT r.id, v.change, unpacked(v.body), r.compartment FROM version v JOIN resource r "
          "ON r.row = v.at / 16777216 WHERE v.at = ?"));
  LET(const bool there, statement->first(found.place.at));
  if (!there) return Error{Kind::fault, "a version is lost that the history has", ""};
  Stored stored{
      keys_.type_name(found.type),      std::string(statement->text(0)),
      found.place.at % versions_of_one, found.place.updated_us,
      change_of(statement->integer(1)), std::string(statement->bytes(2)),
      how_of(statement->integer(1)),    static_cast<std::uint64_t>(statement->integer(3))};
  statement->reset();
  return stored;
}

}  // namespace fingerpost::store
