#include "store/sqlite_search.h"

#include "store/order.h"
#include "store/sqlite_walk.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace fingerpost::store {
namespace {

bool all(const std::vector<bool>& of) {
  return std::all_of(of.begin(), of.end(), [](bool is) { return is; });
}

// What must all pass is as good as several criteria.
Criteria flattened(Criteria criteria) {
  Criteria flat;
  for (auto& criterion : criteria) {
    if (criterion.test != search::Criterion::Test::all || criterion.negated) {
      flat.push_back(std::move(criterion));
      continue;
    }
    for (auto& part : flattened(std::move(criterion.parts))) flat.push_back(std::move(part));
  }
  return flat;
}

}  // namespace

Result<Page> Search::run() {
  Page page;
  const bool wants_total = asked_.total != search::Total::none || asked_.count == 0;
  const bool wants_all = asked_.total == search::Total::accurate || asked_.count == 0;
  LET_DONE(open(asked_, wants_all ? 0 : asked_.count));
  for (const auto& other : asked_.others) LET_DONE(open(other, wants_all ? 0 : asked_.count));
  if (wants_total) {
    page.total = 0;
    for (const Scope& scope : scopes_) {
      LET(const auto one, asked_.total == search::Total::estimate ? estimate(scope) : count(scope));
      *page.total += one;
    }
  }
  LET_DONE(add_coverage(page));
  if (asked_.count == 0) return page;

  const std::size_t room = static_cast<std::size_t>(asked_.count) + 1;
  Matches matches;
  for (const Scope& scope : scopes_) {
    LET(auto some, first(scope, room));
    std::move(some.begin(), some.end(), std::back_inserter(matches));
  }
  if (scopes_.size() > 1)
    std::sort(matches.begin(), matches.end(),
              [&](const Placed& a, const Placed& b) { return before(asked_, a.first, b.first); });
  const bool more = matches.size() >= room;
  if (more) matches.resize(room - 1);
  for (const auto& [place, match] : matches) {
    LET(auto stored, fetcher_.stored(match, keys_.type_name(match.type)));
    page.hits.push_back({std::move(stored), false});
  }
  if (more) page.next = search::cursor(asked_, matches.back().first);
  LET_DONE(add_includes(page, matches));
  page.other_version = other_version_;
  return page;
}

Result<void> Search::open(const search::Plan& asked, std::int64_t page) {
  Scope scope;
  scope.asked = &asked;
  scope.type = keys_.known_type(asked.type);
  if (scope.type == 0) return {};
  LET(const auto map, keys_.map(*asked.parameters));
  scope.plan = translate(asked, *map);
  scope.plan.criteria = flattened(std::move(scope.plan.criteria));
  LET_DONE(settle(scope.plan.criteria));
  LET(scope.of_type, resources_of(scope.type));
  LET(scope.driver, choose_driver(statements_,
                                  {scope.plan.criteria, scope.type, scope.of_type, page, false,
                                   asked_.total == search::Total::estimate},
                                  [&](const search::Criterion& criterion) {
                                    return resolve(criterion, scope.type, page);
                                  }));
  scope.walks = should_walk(scope, page);
  if (scope.walks && sorts_by_values(asked)) LET_DONE(find_values(scope));
  scopes_.push_back(std::move(scope));
  return {};
}

// Of n resources e may pass: sorting looks at e, walking at n / e for each match of a page; at one
// where all that is walked passes.
bool Search::should_walk(const Scope& scope, std::int64_t page) const {
  if (scope.asked->sort.empty() ||
      !(OrderedWalk::possible(*scope.asked) || sorts_by_values(*scope.asked)))
    return false;
  const auto sorted = static_cast<double>(std::max<std::int64_t>(scope.driver.estimate, 1));
  if (sorted < 256) return false;
  const auto wanted = static_cast<double>(page > 0 ? page + 1 : asked_.count + 1);
  const auto& driver = scope.driver;
  if (driver.by == Driver::By::criterion && scope.plan.criteria.size() == 1 &&
      scope.plan.criteria[0].test == search::Criterion::Test::last_updated &&
      scope.asked->sort[0].by == search::SortKey::By::last_updated)
    return wanted < sorted;
  return wanted * static_cast<double>(scope.of_type) / sorted < sorted;
}

// Which values there are takes a while to find out, so that some thousands are sorted sooner.
Result<void> Search::find_values(Scope& scope) {
  constexpr std::int64_t soon_sorted = 2000;
  scope.walks = false;
  if (scope.driver.estimate < soon_sorted) return {};
  const auto& parameters = *scope.asked->parameters;
  LET(const auto map, keys_.map(parameters));
  OrderedWalk::ByValues by;
  by.lead = (*map)[parameters.key(scope.asked->sort[0].key).lead];
  if (by.lead == 0) return {};
  LET(auto values, values_in_order(statements_, fetcher_, *scope.asked, by.lead));
  if (!values) return {};
  by.values = *std::move(values);
  scope.by_values = std::move(by);
  scope.walks = true;
  return {};
}

Result<std::int64_t> Search::resources_of(std::int64_t type) {
  LET(Statement* const sum,
      statements_.get("SELECT coalesce(sum(resources), 0) FROM shape WHERE type = ?"));
  LET_DONE(sum->first(type));
  const std::int64_t found = sum->integer(0);
  sum->reset();
  return found;
}

Result<Search::Matches> Search::first(const Scope& scope, std::size_t room) {
  if (scope.plan.sort.empty()) return in_creation_order(scope, room);
  return scope.walks ? by_walking(scope, room) : by_sorting(scope, room);
}

Result<Search::Matches> Search::in_creation_order(const Scope& scope, std::size_t room) {
  Matches matches;
  LET_DONE(each_match(scope, asked_.after ? asked_.after->row : 0,
                      [&](Candidate& candidate) -> Result<bool> {
                        search::Place place{{}, candidate.row};
                        matches.emplace_back(std::move(place), std::move(candidate));
                        return matches.size() < room;
                      }));
  return matches;
}

// Looks at every match and keeps the first of them, worst on top of a heap.
Result<Search::Matches> Search::by_sorting(const Scope& scope, std::size_t room) {
  const auto less = [&](const Placed& a, const Placed& b) {
    return before(scope.plan, a.first, b.first);
  };
  Matches best;
  LET_DONE(each_match(scope, 0, [&](Candidate& candidate) -> Result<bool> {
    search::Place place{sort_values(scope.plan, candidate.search_row()), candidate.row};
    if (asked_.after && !before(scope.plan, *asked_.after, place)) return true;
    if (best.size() == room && !before(scope.plan, place, best.front().first)) return true;
    best.emplace_back(std::move(place), std::move(candidate));
    std::push_heap(best.begin(), best.end(), less);
    if (best.size() <= room) return true;
    std::pop_heap(best.begin(), best.end(), less);
    best.pop_back();
    return true;
  }));
  std::sort_heap(best.begin(), best.end(), less);
  return best;
}

// Rows of one value of the first sort key.
struct Search::Group {
  std::string value;
  std::vector<std::int64_t> rows;
};

Result<Search::Matches> Search::by_walking(const Scope& scope, std::size_t room) {
  OrderedWalk walk(statements_, scope.plan.sort[0], *scope.asked, scope.type,
                   asked_.after ? &*asked_.after : nullptr,
                   scope.by_values ? &*scope.by_values : nullptr);
  const bool single = scope.plan.sort.size() == 1;
  Matches matches;
  Group group;
  while (matches.size() < room) {
    LET(auto step, walk.next());
    if (!step || step->value != group.value) {
      LET_DONE(take_group(scope, group, room, matches));
      group.rows.clear();
      if (!step) break;
      group.value = std::move(step->value);
    }
    group.rows.push_back(step->row);
    if (!single || !walk.rows_in_order()) continue;
    LET_DONE(take_group(scope, group, room, matches));
    group.rows.clear();
  }
  if (matches.size() > room) matches.resize(room);
  return matches;
}

Result<void> Search::take_group(const Scope& scope, Group& group, std::size_t room,
                                Matches& matches) {
  const bool single = scope.plan.sort.size() == 1;
  const bool down = scope.plan.sort[0].descending;
  std::sort(group.rows.begin(), group.rows.end());
  group.rows.erase(std::unique(group.rows.begin(), group.rows.end()), group.rows.end());
  if (down) std::reverse(group.rows.begin(), group.rows.end());
  Matches found;
  for (const std::int64_t row : group.rows) {
    search::Place place{{group.value}, row};
    if (single && asked_.after && !before(scope.plan, *asked_.after, place)) continue;
    LET(auto candidate, fetch(row));
    if (!candidate || candidate->type != scope.type) continue;
    // Of several values only the first one places it.
    place.sort_values = sort_values(scope.plan, candidate->search_row());
    if (place.sort_values[0] != group.value) continue;
    if (asked_.after && !before(scope.plan, *asked_.after, place)) continue;
    LET(const bool passed, all_pass(scope.plan.criteria, *candidate));
    if (!passed) continue;
    found.emplace_back(std::move(place), std::move(*candidate));
    if (single && matches.size() + found.size() >= room) break;
  }
  if (!single)
    std::sort(found.begin(), found.end(), [&](const Placed& a, const Placed& b) {
      return before(scope.plan, a.first, b.first);
    });
  std::move(found.begin(), found.end(), std::back_inserter(matches));
  return {};
}

Result<std::uint64_t> Search::count(const Scope& scope) {
  if (scope.plan.criteria.empty() && fetcher_.sight() == nullptr)
    return static_cast<std::uint64_t>(scope.of_type);
  if (scope.driver.by != Driver::By::list && all(scope.driver.covered)) return count_rows(scope);
  std::uint64_t total = 0;
  LET_DONE(each_match(scope, 0, [&](Candidate&) -> Result<bool> {
    ++total;
    return true;
  }));
  return total;
}

Result<std::uint64_t> Search::count_rows(const Scope& scope) {
  Rows rows = in_order(scope.driver);
  rows.values.emplace_back(std::int64_t{0});
  std::string sql = "SELECT count(*) FROM (" + rows.sql + ")";
  if (const Sight* const sight = fetcher_.sight()) {
    sql += " d CROSS JOIN resource r ON r.row = d.row WHERE r.removed = 0" + sight->sql();
    rows.values.insert(rows.values.end(), sight->values().begin(), sight->values().end());
  }
  LET(Statement* const all_rows, statements_.get(sql));
  LET_DONE(first_row(*all_rows, rows.values));
  const auto total = static_cast<std::uint64_t>(all_rows->integer(0));
  all_rows->reset();
  return total;
}

// R4 search.html#total: exact when that is cheap, else what a sample of the candidates tells.
Result<std::uint64_t> Search::estimate(const Scope& scope) {
  constexpr std::int64_t cheap = 1000;
  constexpr std::int64_t sample = 500;
  // An estimate would tell of rows that are not in sight.
  if (scope.driver.estimate <= cheap || scope.plan.criteria.empty() || fetcher_.sight() != nullptr)
    return count(scope);
  if (all(scope.driver.covered)) return static_cast<std::uint64_t>(scope.driver.estimate);
  std::int64_t seen = 0;
  std::uint64_t passed = 0;
  const auto look = [&](std::int64_t row) -> Result<bool> {
    LET_DONE(visit_row(scope, row, [&](Candidate&) -> Result<bool> {
      ++passed;
      return true;
    }));
    return ++seen < sample;
  };
  if (scope.driver.by == Driver::By::list) {
    for (const std::int64_t row : scope.driver.list) {
      LET(const bool go_on, look(row));
      if (!go_on) break;
    }
  } else {
    Rows rows = in_order(scope.driver);
    rows.values.emplace_back(std::int64_t{0});
    LET(Statement* const statement, statements_.get(rows.sql));
    LET(bool there, first_row(*statement, rows.values));
    while (there) {
      LET(const bool go_on, look(statement->integer(0)));
      if (!go_on) break;
      LET(there, statement->step());
    }
    statement->reset();
  }
  if (seen < sample) return passed;
  return passed * static_cast<std::uint64_t>(scope.driver.estimate) /
         static_cast<std::uint64_t>(seen);
}

Result<std::optional<Candidate>> Search::fetch(std::int64_t row) {
  LET(auto candidate, fetcher_.by_row(row));
  // What is not seen is not counted: that a search is too costly would tell of it.
  if (candidate && ++looked_at_ > limits_.search_candidates)
    return Error{Kind::too_costly,
                 "the search would look at more resources than the limit search_candidates of " +
                     std::to_string(limits_.search_candidates),
                 ""};
  return candidate;
}

Result<bool> Search::visit_row(const Scope& scope, std::int64_t row, const Visit& visit) {
  LET(auto candidate, fetch(row));
  if (!candidate || candidate->type != scope.type) return true;
  LET(const bool match, passes(scope, *candidate));
  return match ? visit(*candidate) : Result<bool>(true);
}

Result<void> Search::each_match(const Scope& scope, std::int64_t after, const Visit& visit) {
  if (scope.driver.by == Driver::By::list) {
    const auto& list = scope.driver.list;
    for (auto at = std::upper_bound(list.begin(), list.end(), after); at != list.end(); ++at) {
      LET(const bool go_on, visit_row(scope, *at, visit));
      if (!go_on) break;
    }
    return {};
  }
  Rows rows = in_order(scope.driver);
  rows.values.emplace_back(after);
  LET(Statement* const statement, statements_.get(rows.sql));
  LET(bool there, first_row(*statement, rows.values));
  while (there) {
    LET(const bool go_on, visit_row(scope, statement->integer(0), visit));
    if (!go_on) break;
    LET(there, statement->step());
  }
  statement->reset();
  return {};
}

}  // namespace fingerpost::store
