#include "store/sqlite_driver.h"

#include "store/sqlite_words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace fingerpost::store {
namespace {

using search::Criterion;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
// Estimates count up to the first bound; only when all reach it, up to the next.
constexpr std::int64_t bounds[] = {256, 4096, 65'536};

Result<std::int64_t> estimate(StatementCache& statements, const Rows& rows, std::int64_t limit) {
  auto values = rows.values;
  values.emplace_back(limit);
  LET(Statement* const count,
      statements.get("SELECT count(*) FROM (SELECT 1 FROM (" + rows.sql + ") LIMIT ?)"));
  LET_DONE(first_row(*count, values));
  const std::int64_t found = count->integer(0);
  count->reset();
  return found;
}

bool is_plain_hash(const Criterion& criterion) {
  return criterion.test == Criterion::Test::hash && !criterion.negated &&
         criterion.lead.hashes.size() == 1;
}

bool is_linked(const Criterion& criterion) {
  if (criterion.negated) return false;
  if (criterion.test == Criterion::Test::any)
    return std::any_of(criterion.parts.begin(), criterion.parts.end(), is_linked);
  return criterion.test == Criterion::Test::chain || criterion.test == Criterion::Test::has;
}

// One hash, in order of row, and every other single hash tested in the same query.
void by_one_hash(const Criteria& criteria, std::size_t lead, Driver& driver) {
  driver.ordered = true;
  driver.rows = {"SELECT row FROM by_hash d WHERE key = ? AND hash = ?", {}};
  const auto bind = [&](std::size_t at) {
    const Criterion& criterion = criteria[at];
    driver.rows.values.emplace_back(std::int64_t{criterion.lead.key});
    driver.rows.values.push_back(bound(criterion.lead.hashes[0]));
    driver.covered[at] = criterion.lead_decides();
  };
  bind(lead);
  for (std::size_t i = 0; i < criteria.size(); ++i) {
    if (i == lead || !is_plain_hash(criteria[i])) continue;
    driver.rows.sql +=
        " AND EXISTS(SELECT 1 FROM by_hash o WHERE o.key = ? AND o.hash = ? AND o.row = d.row)";
    bind(i);
  }
  driver.rows.sql += " AND row > ? ORDER BY row";
}

void by_type(const DriverAsk& ask, Driver& driver) {
  driver.by = Driver::By::type;
  driver.ordered = true;
  driver.estimate = ask.of_type;
  driver.rows = {"SELECT row FROM resource WHERE type = ? AND removed = 0 AND row > ? ORDER BY row",
                 {ask.type}};
}

struct Choice {
  std::size_t criterion = 0;
  Rows rows;
  std::int64_t estimate = most;
};

// From how many rows on it is better to walk the type's, or those of a sort key, whatever more
// there are: more need not be counted of the only criterion that leads anywhere.
std::int64_t enough(const DriverAsk& ask, std::size_t choices) {
  if (ask.page == 0 || ask.estimates_total || choices > 1 ||
      std::any_of(ask.criteria.begin(), ask.criteria.end(), is_linked))
    return most;
  const auto walked = 4.0 * static_cast<double>(ask.page + 1) * static_cast<double>(ask.of_type);
  return std::max(bounds[0], static_cast<std::int64_t>(std::sqrt(walked)) + 2);
}

Result<void> estimate_all(StatementCache& statements, std::int64_t enough,
                          std::vector<Choice>& choices) {
  for (const std::int64_t bound : bounds) {
    const std::int64_t limit = std::min(bound, enough);
    for (auto& choice : choices) {
      LET(choice.estimate, estimate(statements, choice.rows, limit));
      if (choice.estimate == 0) break;
    }
    std::stable_sort(choices.begin(), choices.end(),
                     [](const auto& a, const auto& b) { return a.estimate < b.estimate; });
    if (choices.empty() || choices[0].estimate < limit || limit == enough) break;
  }
  return {};
}

// Chains and _has are worth resolving when nothing else leads to few.
Result<void> try_linked(const DriverAsk& ask, const Resolver& resolve, Driver& driver) {
  for (std::size_t i = 0; i < ask.criteria.size(); ++i) {
    if (!is_linked(ask.criteria[i])) continue;
    LET(auto rows, resolve(ask.criteria[i]));
    if (!rows) continue;
    const auto found = static_cast<std::int64_t>(rows->rows.size());
    driver.estimates[i] = found;
    if (found >= driver.estimate) continue;
    driver.by = Driver::By::list;
    driver.criterion = i;
    driver.list = std::move(rows->rows);
    driver.estimate = found;
    driver.covered.assign(ask.criteria.size(), false);
    driver.covered[i] = ask.trusts_links && rows->exact;
  }
  return {};
}

}  // namespace

Result<Driver> choose_driver(StatementCache& statements, const DriverAsk& ask,
                             const Resolver& resolve) {
  Driver driver;
  driver.covered.resize(ask.criteria.size());
  driver.estimates.assign(ask.criteria.size(), -1);
  driver.estimate = ask.of_type;
  std::vector<Choice> choices;
  for (std::size_t i = 0; i < ask.criteria.size(); ++i)
    if (auto rows = rows_of(ask.criteria[i], ask.type); rows && !rows->sql.empty())
      choices.push_back({i, std::move(*rows), most});
  LET_DONE(estimate_all(statements, enough(ask, choices.size()), choices));
  for (const auto& choice : choices)
    if (choice.estimate < most) driver.estimates[choice.criterion] = choice.estimate;
  if (!choices.empty() && choices[0].estimate <= driver.estimate) {
    driver.by = Driver::By::criterion;
    driver.criterion = choices[0].criterion;
    driver.estimate = choices[0].estimate;
  }
  if (driver.estimate >= bounds[0]) LET_DONE(try_linked(ask, resolve, driver));
  if (driver.by == Driver::By::list) return driver;
  if (driver.by == Driver::By::type) {
    by_type(ask, driver);
    return driver;
  }
  const Criterion& best = ask.criteria[driver.criterion];
  if (is_plain_hash(best)) {
    by_one_hash(ask.criteria, driver.criterion, driver);
    return driver;
  }
  if (best.test == Criterion::Test::words) {
    driver.ordered = true;
    driver.rows = {rows_by_words, {match_text(best.words)}};
    return driver;
  }
  // Rows that do not come in order are all collected for each page; the type's own rows come in
  // order, and a page of them is full the sooner the more of them pass.
  const double walked = static_cast<double>(ask.page + 1) * static_cast<double>(ask.of_type) /
                        static_cast<double>(std::max<std::int64_t>(driver.estimate, 1));
  if (ask.page > 0 && driver.estimate >= bounds[0] &&
      walked * 4 < static_cast<double>(driver.estimate)) {
    by_type(ask, driver);
    return driver;
  }
  driver.rows = std::move(choices[0].rows);
  driver.covered[driver.criterion] = best.test == Criterion::Test::id ||
                                     best.test == Criterion::Test::missing || best.lead_decides();
  return driver;
}

Rows in_order(const Driver& driver) {
  if (driver.ordered) return driver.rows;
  return {"SELECT DISTINCT row FROM (" + driver.rows.sql + ") WHERE row > ? ORDER BY row",
          driver.rows.values};
}

}  // namespace fingerpost::store
