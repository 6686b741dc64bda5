#include "store/sqlite_fetch.h"

#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <string>
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
  Fetcher made;
  made.db_ = &db;
  made.keys_ = &keys;
  LET(made.all_, statements(db, ""));
  LET(made.body_, db.prepare("SELECT change, unpacked(body) FROM version WHERE at = ?"));
  return made;
}

// The hash of a referrer leads to resources that are there: only a sight needs their rows.
Result<Fetcher::Statements> Fetcher::statements(Db& db, const std::string& sight) {
  const std::string columns =
      "SELECT row, type, reference, id, version, updated, shape, found_by, "
      "compartment FROM resource r WHERE ";
  const std::string rows =
      sight.empty() ? "SELECT h.row FROM by_hash h WHERE h.key = ? AND h.hash = ?"
                    : "SELECT h.row FROM by_hash h CROSS JOIN resource r ON r.row = h.row WHERE "
                      "h.key = ? AND h.hash = ?" +
                          sight;
  Statements made;
  LET(made.by_row, db.prepare(columns + "row = ? AND removed = 0" + sight));
  LET(made.by_reference, db.prepare(columns + "reference = ? AND removed = 0" + sight));
  LET(made.referrers, db.prepare(rows + " LIMIT ?"));
  return made;
}

Result<void> Fetcher::look_with(const Sight* sight) {
  constexpr std::size_t most = 16;
  if (sight != nullptr) {
    auto at = seen_.find(sight->sql());
    if (at == seen_.end()) {
      LET(auto made, statements(*db_, sight->sql()));
      if (seen_.size() >= most) seen_.clear();
      at = seen_.emplace(sight->sql(), std::move(made)).first;
    }
    in_sight_ = &at->second;
  }
  sight_ = sight;
  return {};
}

Result<bool> Fetcher::first(Statement& statement, int from) const {
  if (sight_ != nullptr) sight_->bind(statement, from);
  return statement.step();
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

Result<std::optional<Candidate>> Fetcher::by_row(Statement& statement, std::int64_t row) {
  statement.reset();
  statement.bind(1, row);
  const bool any = &statement == &all_.by_row;
  LET(const bool there, any ? statement.step() : first(statement, 2));
  std::optional<Candidate> found;
  if (there) {
    LET(found, candidate(statement));
  }
  statement.reset();
  return found;
}

Result<std::optional<Candidate>> Fetcher::by_row(std::int64_t row) {
  return by_row(looking().by_row, row);
}

Result<std::optional<Candidate>> Fetcher::any_by_row(std::int64_t row) {
  return by_row(all_.by_row, row);
}

Result<std::vector<Candidate>> Fetcher::by_reference(std::uint64_t reference) {
  Statement& statement = looking().by_reference;
  std::vector<Candidate> found;
  statement.reset();
  statement.bind(1, reference);
  LET(bool there, first(statement, 2));
  while (there) {
    LET(auto one, candidate(statement));
    found.push_back(std::move(one));
    LET(there, statement.step());
  }
  statement.reset();
  return found;
}

Result<std::vector<std::int64_t>> Fetcher::referrers(search::KeyId lead, std::uint64_t reference,
                                                     std::size_t limit) {
  Statement& statement = looking().referrers;
  std::vector<std::int64_t> rows;
  statement.reset();
  statement.bind(1, int{lead});
  statement.bind(2, reference);
  const int after = sight_ == nullptr ? 3 : sight_->bind(statement, 3);
  statement.bind(after, static_cast<std::int64_t>(limit));
  LET(bool there, statement.step());
  while (there) {
    rows.push_back(statement.integer(0));
    LET(there, statement.step());
  }
  statement.reset();
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
