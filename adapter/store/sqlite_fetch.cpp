#include "store/sqlite_fetch.h"

#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace fingerpost::store {

bool Candidate::refers(search::KeyId key, std::uint64_t to) const {
  const auto has = [&](bool inner) {
    return std::binary_search(values.hashes.begin(), values.hashes.end(),
                              search::HashRow{key, inner, to});
  };
  return has(false) || has(true);
}

Result<Fetcher> Fetcher::prepare(Db& db, const Keys& keys) {
  constexpr std::string_view columns =
      "SELECT row, type, reference, id, version, updated, shape, found_by, "
      "compartment FROM resource WHERE ";
  Fetcher made;
  made.keys_ = &keys;
  LET(made.by_row_, db.prepare(std::string(columns) + "row = ? AND removed = 0"));
  LET(made.by_reference_, db.prepare(std::string(columns) + "reference = ? AND removed = 0"));
  LET(made.referrers_, db.prepare("SELECT row FROM by_hash WHERE key = ? AND hash = ? LIMIT ?"));
  LET(made.body_, db.prepare("SELECT change, unpacked(body) FROM version WHERE at = ?"));
  return made;
}

Result<Candidate> Fetcher::candidate(const Statement& statement) {
  Candidate found;
  found.row = statement.integer(0);
  found.type = statement.integer(1);
  found.reference = static_cast<std::uint64_t>(statement.integer(2));
  found.id = std::string(statement.text(3));
  found.version = statement.integer(4);
  found.updated = statement.integer(5);
  if (const std::int64_t shape = statement.integer(6); shape != last_shape_) {
    last_shape_ = shape;
    last_present_ = keys_->present(shape);
  }
  found.present = last_present_;
  auto values = unpack(statement.bytes(7));
  if (!values) return Error{Kind::fault, "the index rows kept with a resource are damaged", ""};
  found.values = std::move(*values);
  found.values.compartment = static_cast<std::uint64_t>(statement.integer(8));
  return found;
}

Result<std::optional<Candidate>> Fetcher::by_row(std::int64_t row) {
  LET(const bool there, by_row_.first(row));
  std::optional<Candidate> found;
  if (there) {
    LET(found, candidate(by_row_));
  }
  by_row_.reset();
  return found;
}

Result<std::vector<Candidate>> Fetcher::by_reference(std::uint64_t reference) {
  std::vector<Candidate> found;
  LET(bool there, by_reference_.first(reference));
  while (there) {
    LET(auto one, candidate(by_reference_));
    found.push_back(std::move(one));
    LET(there, by_reference_.step());
  }
  by_reference_.reset();
  return found;
}

Result<std::vector<std::int64_t>> Fetcher::referrers(search::KeyId lead, std::uint64_t reference,
                                                     std::size_t limit) {
  std::vector<std::int64_t> rows;
  LET(bool there, referrers_.first(int{lead}, reference, static_cast<std::int64_t>(limit)));
  while (there) {
    rows.push_back(referrers_.integer(0));
    LET(there, referrers_.step());
  }
  referrers_.reset();
  return rows;
}

Result<std::optional<Candidate>> Fetcher::referrer(std::int64_t row, search::KeyId key,
                                                   std::uint64_t reference) {
  LET(auto found, by_row(row));
  if (found && !found->refers(key, reference)) found.reset();
  return found;
}

Result<Stored> Fetcher::stored(const Candidate& candidate, std::string type) {
  LET(const bool there, body_.first(version_at(candidate.row, candidate.version)));
  if (!there) return Error{Kind::fault, "a resource has lost its current version", ""};
  Stored stored{std::move(type),
                candidate.id,
                candidate.version,
                candidate.updated,
                change_of(body_.integer(0)),
                std::string(body_.bytes(1)),
                how_of(body_.integer(0)),
                candidate.values.compartment};
  body_.reset();
  return stored;
}

}  // namespace fingerpost::store
