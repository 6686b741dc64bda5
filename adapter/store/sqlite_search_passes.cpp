// Tests of a search on one resource, by what is kept with it and by its neighbours.

#include "search/search.h"
#include "search/token.h"
#include "store/sqlite_search.h"
#include "store/sqlite_words.h"

#include <algorithm>
#include <limits>

namespace fingerpost::store {

using search::Criterion;

Result<bool> Search::passes(const Scope& scope, const Candidate& candidate) {
  for (std::size_t i = 0; i < scope.plan.criteria.size(); ++i) {
    if (scope.driver.covered[i]) continue;
    const Criterion& criterion = scope.plan.criteria[i];
    // Words that were read have led here; those that were not are still to be looked at.
    if (criterion.test == Criterion::Test::words && scope.driver.by == Driver::By::criterion &&
        scope.driver.criterion == i) {
      LET(const bool unread, is_unread_here(candidate));
      if (!unread) continue;
    }
    LET(const bool passed, passes(criterion, candidate));
    if (!passed) return false;
  }
  return true;
}

Result<bool> Search::passes(const Criterion& criterion, const Candidate& candidate) {
  const auto linked = [&]() -> Result<bool> {
    switch (criterion.test) {
      case Criterion::Test::chain:
        return chain_passes(criterion, candidate);
      case Criterion::Test::has:
        return has_passes(criterion, candidate);
      case Criterion::Test::words:
        return has_words(criterion, candidate);
      case Criterion::Test::all:
        return all_pass(criterion.parts, candidate);
      case Criterion::Test::any:
        return any_passes(criterion.parts, candidate);
      default:
        return search::matches(criterion, candidate.search_row()) != criterion.negated;
    }
  };
  LET(const bool passed, linked());
  return passed != criterion.negated;
}

Result<bool> Search::all_pass(const Criteria& criteria, const Candidate& candidate) {
  for (const auto& criterion : criteria) {
    LET(const bool passed, passes(criterion, candidate));
    if (!passed) return false;
  }
  return true;
}

Result<bool> Search::any_passes(const Criteria& criteria, const Candidate& candidate) {
  for (const auto& criterion : criteria) {
    LET(const bool passed, passes(criterion, candidate));
    if (passed) return true;
  }
  return false;
}

Result<std::vector<Candidate>> Search::targets(std::uint64_t hash,
                                               const std::vector<search::KeyId>& url_keys) {
  LET(auto found, fetcher_.by_reference(hash));
  looked_at_ += found.size();
  if (!found.empty()) return found;
  for (const auto key : url_keys) {
    if (key == 0) continue;
    LET(const auto rows, fetcher_.referrers(key, hash, limits_.included));
    for (const std::int64_t row : rows) {
      LET(auto one, fetch(row));
      if (one) found.push_back(std::move(*one));
    }
  }
  return found;
}

Result<bool> Search::chain_passes(const Criterion& criterion, const Candidate& candidate) {
  const std::int64_t target = keys_.known_type(criterion.target);
  LET(const bool inside, inside_passes(criterion, candidate));
  if (inside) return true;
  for (const auto& row : candidate.values.hashes) {
    if (row.key != criterion.key) continue;
    LET(const auto others, targets(row.hash, {criterion.url_key}));
    for (const auto& other : others) {
      if (other.type != target) continue;
      LET(const bool passed, all_pass(criterion.parts, other));
      if (passed) note_version(criterion.key, candidate, other);
      if (passed) return true;
    }
  }
  return false;
}

Candidate Search::contained(const search::ContainedRows& one, const Candidate& container) const {
  Candidate made = {};
  made.row = container.row;
  made.type = keys_.known_type(one.type);
  made.reference = search::reference_hash(asked_.parameters->hash_key(), one.type, one.id);
  made.id = one.id;
  made.version = container.version;
  made.updated = container.updated;
  made.values = one.values;
  made.present = std::make_shared<const std::vector<search::KeyId>>(one.values.present);
  made.container = &container;
  return made;
}

// R4 search.html#contained: a chain goes on in contained resources; "#" is their container.
Result<bool> Search::inside_passes(const Criterion& criterion, const Candidate& candidate) {
  if (candidate.contained().empty()) return false;
  const auto& key = asked_.parameters->hash_key();
  const Candidate& container = candidate.container ? *candidate.container : candidate;
  if (candidate.container && container.type == keys_.known_type(criterion.target) &&
      candidate.refers(criterion.key, search::contained_hash(key, ""))) {
    LET(const bool passed, all_pass(criterion.parts, container));
    if (passed) return true;
  }
  for (const auto& one : candidate.contained()) {
    if (one.type != criterion.target ||
        !candidate.refers(criterion.key, search::contained_hash(key, one.id)))
      continue;
    LET(const bool passed, all_pass(criterion.parts, contained(one, container)));
    if (passed) return true;
  }
  return false;
}

// To a contained resource nothing refers but its container and what is contained beside it.
Result<bool> Search::container_passes(const Criterion& criterion, const Candidate& candidate) {
  const Candidate& container = *candidate.container;
  const auto link = search::contained_hash(asked_.parameters->hash_key(), candidate.id);
  if (container.type == keys_.known_type(criterion.target) &&
      container.refers(criterion.key, link)) {
    LET(const bool passed, all_pass(criterion.parts, container));
    if (passed) return true;
  }
  for (const auto& one : candidate.contained()) {
    if (one.type != criterion.target) continue;
    const Candidate beside = contained(one, container);
    if (!beside.refers(criterion.key, link)) continue;
    LET(const bool passed, all_pass(criterion.parts, beside));
    if (passed) return true;
  }
  return false;
}

Result<bool> Search::has_passes(const Criterion& criterion, const Candidate& candidate) {
  if (candidate.container) return container_passes(criterion, candidate);
  LET(const auto rows, fetcher_.referrers(criterion.lead.key, candidate.reference,
                                          std::numeric_limits<std::int64_t>::max()));
  for (const std::int64_t row : rows) {
    LET(const auto other, fetch(row));
    if (!other || !other->refers(criterion.key, candidate.reference)) continue;
    LET(const bool passed, all_pass(criterion.parts, *other));
    if (passed) note_version(criterion.key, *other, candidate);
    if (passed) return true;
  }
  return false;
}

// R4 search.html#versions: the current version was taken where another one is named.
void Search::note_version(search::KeyId key, const Candidate& from, const Candidate& to) {
  const auto& hashes = asked_.parameters->hash_key();
  if (other_version_ || !from.refers(key, search::any_version_hash(hashes))) return;
  const std::string reference = keys_.type_name(to.type) + "/" + to.id;
  other_version_ =
      from.refers(key, search::versioned_hash(hashes, reference)) &&
      !from.refers(key, search::versioned_hash(
                            hashes, reference + "/_history/" + std::to_string(to.version)));
}

Result<bool> Search::is_unread_here(const Candidate& candidate) {
  LET(Statement* const ask, statements_.get(is_unread));
  LET_DONE(ask->first(candidate.row));
  const bool unread = ask->integer(0) != 0;
  ask->reset();
  return unread;
}

Result<bool> Search::has_words(const Criterion& criterion, const Candidate& candidate) {
  if (candidate.container) {
    if (!words_) words_.emplace(asked_.parameters->definitions());
    LET(const auto stored, fetcher_.stored(*candidate.container, ""));
    return search::has_words(words_->of_json(stored.body, candidate.id), criterion.words);
  }
  LET(const bool unread, is_unread_here(candidate));
  if (unread) {
    if (!words_) words_.emplace(asked_.parameters->definitions());
    LET(const auto stored, fetcher_.stored(candidate, ""));
    return search::has_words(words_->of_json(stored.body), criterion.words);
  }
  LET(Statement* const find,
      statements_.get("SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"));
  LET(const bool found, find->first(match_text(criterion.words), candidate.row));
  find->reset();
  return found;
}

}  // namespace fingerpost::store
