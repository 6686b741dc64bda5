#include "store/sqlite_search.h"

#include "store/order.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace fingerpost::store {
namespace {

constexpr std::int64_t no_row = std::numeric_limits<std::int64_t>::max();

Error damaged() {
  return {Kind::fault, "the index rows kept with a resource are damaged", ""};
}

}  // namespace

Result<Fetcher> Fetcher::prepare(Db& db) {
  constexpr std::string_view columns =
      "SELECT row, type, reference, id, version, updated, found_by FROM resource WHERE ";
  Fetcher made;
  LET(made.by_row_, db.prepare(std::string(columns) + "row = ? AND removed = 0"));
  LET(made.by_reference_, db.prepare(std::string(columns) + "reference = ? AND removed = 0"));
  LET(made.referrers_, db.prepare("SELECT row FROM by_hash WHERE key = ? AND hash = ? LIMIT ?"));
  LET(made.body_, db.prepare("SELECT change, body FROM version WHERE at = ?"));
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
  auto values = unpack(statement.bytes(6));
  if (!values) return damaged();
  found.values = std::move(*values);
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
  if (!found) return found;
  const auto& hashes = found->values.hashes;
  const bool refers = std::any_of(hashes.begin(), hashes.end(), [&](const search::HashRow& at) {
    return at.key == key && at.hash == reference;
  });
  if (!refers) found.reset();
  return found;
}

Result<Stored> Fetcher::stored(const Candidate& candidate, std::string type) {
  LET(const bool there, body_.first(version_at(candidate.row, candidate.version)));
  if (!there) return Error{Kind::fault, "a resource has lost its current version", ""};
  Stored stored{std::move(type),
                candidate.id,
                candidate.version,
                candidate.updated,
                static_cast<Change>(body_.integer(0)),
                std::string(body_.bytes(1))};
  body_.reset();
  return stored;
}

Result<Page> Search::run() {
  Page page;
  const bool wants_total = asked_.total != search::Total::none || asked_.count == 0;
  type_ = keys_.known_type(asked_.type);
  if (type_ == 0) {
    if (wants_total) page.total = 0;
    return page;
  }
  LET(const auto map, keys_.map(*asked_.parameters));
  plan_ = translate(asked_, *map);
  LET(driver_, choose_driver(statements_, plan_, type_));
  if (plan_.count > 0 && plan_.sort.empty()) LET_DONE(in_creation_order(page));
  if (plan_.count > 0 && is_updated_order()) LET_DONE(in_updated_order(page));
  if (wants_total) {
    LET(page.total, count());
  }
  if (plan_.count > 0 && !plan_.sort.empty() && !is_updated_order()) LET_DONE(sorted(page));
  LET_DONE(add_includes(page));
  return page;
}

// Newest or oldest first over the whole type: the index has that order.
bool Search::is_updated_order() const {
  return plan_.sort.size() == 1 && plan_.sort[0].by == search::SortKey::By::last_updated &&
         std::none_of(driver_.covered.begin(), driver_.covered.end(), [](bool is) { return is; });
}

Result<void> Search::in_creation_order(Page& page) {
  Rows rows = in_order(driver_);
  rows.values.emplace_back(plan_.after ? plan_.after->row : 0);
  return fill(page, rows);
}

Result<void> Search::in_updated_order(Page& page) {
  const bool down = plan_.sort[0].descending;
  Rows rows;
  rows.sql = "SELECT row FROM resource WHERE type = ? AND removed = 0";
  rows.values.emplace_back(type_);
  if (plan_.after) {
    const auto time = search::sorted_time(plan_.sort[0], plan_.after->sort_values[0]);
    rows.sql += down ? " AND (updated, row) < (?, ?)" : " AND (updated, row) > (?, ?)";
    rows.values.emplace_back(time.value_or(0));
    rows.values.emplace_back(plan_.after->row);
  }
  rows.sql += down ? " ORDER BY updated DESC, row DESC" : " ORDER BY updated, row";
  std::fill(driver_.covered.begin(), driver_.covered.end(), false);
  return fill(page, rows);
}

// Matches come in the order of the answer: stop when one more than the page is seen.
Result<void> Search::fill(Page& page, const Rows& rows) {
  bool more = false;
  LET_DONE(each_match(rows, [&](Candidate& candidate) -> Result<bool> {
    more = matches_.size() == static_cast<std::size_t>(plan_.count);
    if (!more) matches_.push_back(std::move(candidate));
    return !more;
  }));
  for (const auto& match : matches_) {
    LET(auto stored, fetcher_.stored(match, asked_.type));
    page.hits.push_back({std::move(stored), false});
  }
  if (more) {
    const Candidate& last = matches_.back();
    page.next = search::cursor(asked_, {sort_values(plan_, last.search_row()), last.row});
  }
  return {};
}

// Looks at every match and keeps the first page of them, worst on top of a heap.
Result<void> Search::sorted(Page& page) {
  using Placed = std::pair<search::Place, Candidate>;
  const auto less = [&](const Placed& a, const Placed& b) {
    return before(plan_, a.first, b.first);
  };
  std::vector<Placed> best;
  const std::size_t room = static_cast<std::size_t>(plan_.count) + 1;
  Rows rows = in_order(driver_);
  rows.values.emplace_back(std::int64_t{0});
  LET_DONE(each_match(rows, [&](Candidate& candidate) -> Result<bool> {
    search::Place place{sort_values(plan_, candidate.search_row()), candidate.row};
    if (plan_.after && !before(plan_, *plan_.after, place)) return true;
    if (best.size() == room && !before(plan_, place, best.front().first)) return true;
    best.emplace_back(std::move(place), std::move(candidate));
    std::push_heap(best.begin(), best.end(), less);
    if (best.size() <= room) return true;
    std::pop_heap(best.begin(), best.end(), less);
    best.pop_back();
    return true;
  }));
  std::sort_heap(best.begin(), best.end(), less);
  const bool more = best.size() == room;
  if (more) best.pop_back();
  for (auto& [place, candidate] : best) {
    LET(auto stored, fetcher_.stored(candidate, asked_.type));
    page.hits.push_back({std::move(stored), false});
    matches_.push_back(std::move(candidate));
  }
  if (more) page.next = search::cursor(asked_, best.back().first);
  return {};
}

Result<std::uint64_t> Search::count() {
  Rows rows = in_order(driver_);
  rows.values.emplace_back(std::int64_t{0});
  if (std::all_of(driver_.covered.begin(), driver_.covered.end(), [](bool is) { return is; })) {
    LET(Statement* const all, statements_.get("SELECT count(*) FROM (" + rows.sql + ")"));
    LET_DONE(first_row(*all, rows.values));
    const auto total = static_cast<std::uint64_t>(all->integer(0));
    all->reset();
    return total;
  }
  std::uint64_t total = 0;
  LET_DONE(each_match(rows, [&](Candidate&) -> Result<bool> {
    ++total;
    return true;
  }));
  return total;
}

Result<void> Search::each_match(const Rows& rows, const Visit& visit) {
  LET(Statement* const statement, statements_.get(rows.sql));
  LET(bool there, first_row(*statement, rows.values));
  while (there) {
    LET(auto candidate, fetcher_.by_row(statement->integer(0)));
    if (candidate) {
      LET(const bool match, passes(*candidate));
      if (match) {
        LET(const bool go_on, visit(*candidate));
        if (!go_on) break;
      }
    }
    LET(there, statement->step());
  }
  statement->reset();
  return {};
}

Result<bool> Search::passes(const Candidate& candidate) {
  for (std::size_t i = 0; i < plan_.criteria.size(); ++i) {
    if (driver_.covered[i]) continue;
    LET(const bool passed, passes(plan_.criteria[i], candidate));
    if (!passed) return false;
  }
  return true;
}

Result<bool> Search::passes(const search::Criterion& criterion, const Candidate& candidate) {
  switch (criterion.test) {
    case search::Criterion::Test::chain:
      return chain_passes(criterion, candidate);
    case search::Criterion::Test::has:
      return has_passes(criterion, candidate);
    default:
      return search::matches(criterion, candidate.search_row());
  }
}

Result<bool> Search::all_pass(const std::vector<search::Criterion>& criteria,
                              const Candidate& candidate) {
  for (const auto& criterion : criteria) {
    LET(const bool passed, passes(criterion, candidate));
    if (!passed) return false;
  }
  return true;
}

Result<bool> Search::chain_passes(const search::Criterion& criterion, const Candidate& candidate) {
  const std::int64_t target = keys_.known_type(criterion.target);
  for (const auto& row : candidate.values.hashes) {
    if (row.key != criterion.key) continue;
    LET(const auto others, fetcher_.by_reference(row.hash));
    for (const auto& other : others) {
      if (other.type != target) continue;
      LET(const bool passed, all_pass(criterion.chained, other));
      if (passed) return true;
    }
  }
  return false;
}

Result<bool> Search::has_passes(const search::Criterion& criterion, const Candidate& candidate) {
  LET(const auto rows, fetcher_.referrers(criterion.lead.key, candidate.reference, no_row));
  for (const std::int64_t row : rows) {
    LET(const auto other, fetcher_.referrer(row, criterion.key, candidate.reference));
    if (!other) continue;
    LET(const bool passed, all_pass(criterion.chained, *other));
    if (passed) return true;
  }
  return false;
}

Result<void> Search::add_includes(Page& page) {
  std::unordered_set<std::int64_t> shown;
  for (const auto& match : matches_) shown.insert(match.row);
  for (const auto& include : plan_.includes) {
    std::vector<Candidate> found;
    for (const auto& match : matches_) {
      LET(auto some, include_of(include, match));
      for (auto& one : some)
        if (shown.insert(one.row).second) found.push_back(std::move(one));
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.row < b.row; });
    for (const auto& one : found) {
      if (page.hits.size() - matches_.size() >= limits_.included) {
        page.cut = true;
        return {};
      }
      LET(auto stored, fetcher_.stored(one, keys_.type_name(one.type)));
      page.hits.push_back({std::move(stored), true});
    }
  }
  return {};
}

Result<std::vector<Candidate>> Search::include_of(const search::Include& include,
                                                  const Candidate& match) {
  std::vector<Candidate> found;
  if (include.reverse) {
    if (!include.target.empty() && include.target != asked_.type) return found;
    LET(const auto rows, fetcher_.referrers(include.lead, match.reference,
                                            limits_.included + plan_.includes.size() + 1));
    for (const std::int64_t row : rows) {
      LET(auto one, fetcher_.referrer(row, include.key, match.reference));
      if (one) found.push_back(std::move(*one));
    }
    return found;
  }
  const std::int64_t target = include.target.empty() ? 0 : keys_.known_type(include.target);
  for (const auto& row : match.values.hashes) {
    if (row.key != include.key) continue;
    LET(auto others, fetcher_.by_reference(row.hash));
    for (auto& other : others)
      if (include.target.empty() || other.type == target) found.push_back(std::move(other));
  }
  return found;
}

}  // namespace fingerpost::store
