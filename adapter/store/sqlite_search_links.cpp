// What a search follows from one resource to another, and what it says about itself.

#include "search/search.h"
#include "search/token.h"
#include "store/rules.h"
#include "store/sqlite_search.h"
#include "store/sqlite_walk.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

namespace fingerpost::store {
namespace {

// Chains and _has are resolved from their far end when no more resources than this stand there.
constexpr std::int64_t few_linked = 4000;
constexpr std::size_t most_referrers = 100'000;

// Following n of N resources to what they are linked with, or walking the linked ones until a page
// of p is full, which takes about p * N / n of them: the first while n * n is the smaller.
std::int64_t few(std::int64_t of_type, std::int64_t page) {
  if (page == 0) return few_linked;
  const auto even = std::sqrt(static_cast<double>(page + 1) * static_cast<double>(of_type));
  return std::min(few_linked, static_cast<std::int64_t>(even));
}

}  // namespace

using search::Criterion;

// The resources that pass, when they are few.
Result<std::optional<std::vector<Candidate>>> Search::few_passing(const Criteria& criteria,
                                                                  std::int64_t type,
                                                                  std::int64_t page) {
  std::vector<Candidate> found;
  if (type == 0) return std::optional(std::move(found));
  Scope scope;
  scope.type = type;
  scope.plan.criteria = criteria;
  LET(scope.of_type, resources_of(type));
  LET(scope.driver,
      choose_driver(statements_, {scope.plan.criteria, type, scope.of_type, 0, true, false},
                    [&](const Criterion& inner) { return resolve(inner, type, page); }));
  if (scope.driver.estimate > few(scope.of_type, page))
    return std::optional<std::vector<Candidate>>{};
  LET_DONE(each_match(scope, 0, [&](Candidate& candidate) -> Result<bool> {
    found.push_back(std::move(candidate));
    return true;
  }));
  return std::optional(std::move(found));
}

Result<std::optional<Resolved>> Search::resolve(const Criterion& criterion, std::int64_t type,
                                                std::int64_t page) {
  using Some = std::optional<Resolved>;
  Resolved resolved;
  auto& rows = resolved.rows;
  if (criterion.test == Criterion::Test::any) {
    for (const auto& part : criterion.parts) {
      LET(const auto some, resolve(part, type, page));
      if (!some) return Some{};
      rows.insert(rows.end(), some->rows.begin(), some->rows.end());
    }
  } else if (criterion.negated ||
             (criterion.test != Criterion::Test::chain && criterion.test != Criterion::Test::has)) {
    return Some{};
  } else {
    LET(const auto there, few_passing(criterion.parts, keys_.known_type(criterion.target), page));
    if (!there) return Some{};
    for (const Candidate& one : *there) {
      if (criterion.test == Criterion::Test::has) {
        for (const auto& hash : one.values.hashes) {
          if (hash.key != criterion.key) continue;
          LET(const auto here, targets(hash.hash, {}));
          for (const auto& candidate : here) rows.push_back(candidate.row);
        }
        continue;
      }
      LET(const auto referrers,
          fetcher_.referrers(criterion.lead.key, one.reference, most_referrers));
      if (referrers.size() == most_referrers) return Some{};
      rows.insert(rows.end(), referrers.begin(), referrers.end());
      if (criterion.url_key == 0) continue;
      for (const auto& hash : one.values.hashes) {
        if (hash.key != criterion.url_key) continue;
        LET(const auto by_url, fetcher_.referrers(criterion.lead.key, hash.hash, most_referrers));
        if (by_url.size() == most_referrers) return Some{};
        rows.insert(rows.end(), by_url.begin(), by_url.end());
      }
    }
  }
  if (criterion.test == Criterion::Test::chain) {
    const std::size_t linked = rows.size();
    LET(const bool added, add_containers(criterion, rows));
    if (!added) return Some{};
    resolved.exact = criterion.lead.key == criterion.key && rows.size() == linked;
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return Some(std::move(resolved));
}

// By a code of the contained resource where one is asked for, else by its type alone.
Result<bool> Search::add_containers(const Criterion& chain, std::vector<std::int64_t>& rows) {
  const auto by_code =
      std::find_if(chain.parts.begin(), chain.parts.end(), [](const Criterion& part) {
        return part.test == Criterion::Test::hash && !part.negated && !part.lead.hashes.empty();
      });
  const bool coded = by_code != chain.parts.end();
  const search::Lead& lead = coded ? by_code->lead : chain.lead;
  const std::size_t most = coded ? most_referrers : static_cast<std::size_t>(few_linked);
  for (const auto hash : lead.hashes) {
    LET(const auto found,
        fetcher_.referrers(lead.key, coded ? search::inside_hash(hash) : hash, most));
    if (found.size() == most) return false;
    rows.insert(rows.end(), found.begin(), found.end());
  }
  return true;
}

Result<void> Search::settle(Criteria& criteria) {
  for (auto& criterion : criteria) {
    for (const auto& lone : criterion.lone_ids) {
      int found = 0;
      for (const auto hash : lone.hashes) {
        LET(const auto there, fetcher_.by_reference(hash));
        if (!there.empty()) ++found;
      }
      if (found > 1) return ambiguous(lone);
    }
    if (criterion.reach != Criterion::Reach::itself) LET_DONE(spread(criterion));
    LET_DONE(settle(criterion.parts));
  }
  return {};
}

// R4 search.html#recursive
Result<void> Search::spread(Criterion& criterion) {
  std::set<std::uint64_t> known(criterion.hashes.begin(), criterion.hashes.end());
  std::vector<std::uint64_t> open(known.begin(), known.end());
  while (!open.empty()) {
    const std::uint64_t hash = open.back();
    open.pop_back();
    const auto take = [&](std::uint64_t other) {
      if (known.insert(other).second) open.push_back(other);
    };
    for (const auto& parent : criterion.parents) {
      if (criterion.reach == Criterion::Reach::below) {
        LET(const auto rows, fetcher_.referrers(parent.lead, hash, most_referrers));
        if (rows.size() == most_referrers)
          return Error{Kind::too_costly, "more lies under one resource than a search follows", ""};
        for (const std::int64_t row : rows) {
          LET(const auto one, fetch(row));
          if (one && one->refers(parent.key, hash)) take(one->reference);
        }
        continue;
      }
      LET(const auto there, fetcher_.by_reference(hash));
      for (const auto& one : there) {
        for (const auto& up : one.values.hashes) {
          if (up.key != parent.key) continue;
          LET(const auto above, fetcher_.by_reference(up.hash));
          if (!above.empty()) take(up.hash);
        }
      }
    }
  }
  criterion.hashes.assign(known.begin(), known.end());
  if (!criterion.lead.hashes.empty()) criterion.lead.hashes = criterion.hashes;
  return {};
}

// R4 search.html#include: from the matches, and with :iterate from what was included, until there
// is nothing new.
Result<void> Search::add_includes(Page& page, const Matches& matches) {
  if (asked_.includes.empty() || matches.empty()) return {};
  LET(const auto map, keys_.map(*asked_.parameters));
  search::Plan includes;
  includes.includes = asked_.includes;
  includes = translate(std::move(includes), *map);
  std::unordered_set<std::int64_t> shown;
  std::vector<Candidate> from;
  for (const auto& [place, match] : matches) {
    shown.insert(match.row);
    from.push_back(match);
  }
  for (int round = 0; !from.empty(); ++round) {
    if (round > limits_.include_rounds) {
      page.cut_rounds = true;
      return {};
    }
    std::vector<Candidate> next;
    for (const auto& include : includes.includes) {
      if (round > 0 && !include.iterate) continue;
      std::vector<Candidate> found;
      for (const auto& one : from) {
        LET(auto some, include_of(include, one));
        for (auto& other : some)
          if (shown.insert(other.row).second) found.push_back(std::move(other));
      }
      std::sort(found.begin(), found.end(),
                [](const auto& a, const auto& b) { return a.row < b.row; });
      for (auto& one : found) {
        if (page.hits.size() - matches.size() >= limits_.included) {
          page.cut = true;
          return {};
        }
        LET(auto stored, fetcher_.stored(one, keys_.type_name(one.type)));
        page.hits.push_back({std::move(stored), true});
        next.push_back(std::move(one));
      }
    }
    from = std::move(next);
  }
  return {};
}

Result<std::vector<Candidate>> Search::include_of(const search::Include& include,
                                                  const Candidate& from) {
  std::vector<Candidate> found;
  const std::int64_t source = keys_.known_type(include.source);
  const std::int64_t target = include.target.empty() ? 0 : keys_.known_type(include.target);
  if (source == 0 || (!include.target.empty() && target == 0)) return found;
  if (include.reverse) {
    if (target != 0 && target != from.type) return found;
    LET(const auto rows, fetcher_.referrers(include.lead, from.reference, most_referrers));
    for (const std::int64_t row : rows) {
      LET(auto one, fetcher_.referrer(row, include.key, from.reference));
      if (one) note_version(include.key, *one, from);
      if (one) found.push_back(std::move(*one));
      // One more than may be shown tells that there are more.
      if (found.size() > limits_.included + asked_.includes.size() + 1) break;
    }
    return found;
  }
  if (from.type != source) return found;
  for (const auto& row : from.values.hashes) {
    if (row.key != include.key) continue;
    LET(auto others, targets(row.hash, include.url_keys));
    for (auto& other : others) {
      if (target != 0 && other.type != target) continue;
      note_version(include.key, from, other);
      found.push_back(std::move(other));
    }
  }
  return found;
}

// How many there are of a type, indexed by one set or by whatever set: as the shapes tell, or in
// sight, which takes a look at each.
Result<std::uint64_t> Search::resources_by(std::int64_t type, std::optional<std::int64_t> set,
                                           bool in_sight) {
  const Sight* const sight = in_sight ? fetcher_.sight() : nullptr;
  const std::string which = set ? " AND s.parameter_set = ?2" : " AND ?2 IS NULL";
  const std::string sql =
      sight == nullptr
          ? "SELECT coalesce(sum(resources), 0) FROM shape s WHERE s.type = ?1" + which
          : "SELECT count(*) FROM shape s CROSS JOIN resource r ON r.type = s.type AND r.shape = "
            "s.id AND r.removed = 0 WHERE s.type = ?1" +
                which + sight->sql();
  LET(Statement* const sum, statements_.get(sql));
  sum->reset();
  sum->bind(1, type);
  sum->bind(2, set);
  if (sight != nullptr) sight->bind(*sum, 3);
  LET_DONE(sum->step());
  const auto found = static_cast<std::uint64_t>(sum->integer(0));
  sum->reset();
  return found;
}

// Resources that are indexed by another set of parameters, one without this key, and where a chain
// may lead into them those that contain such ones.
Result<Search::Lack> Search::lack(const Asked& of, search::KeyId key, bool in_sight) {
  const std::int64_t type = keys_.known_type(of.type);
  Lack lack;
  auto without = keys_.sets_without(type, key);
  without.push_back(0);  // indexed by nothing
  for (const auto set : without) {
    LET(const auto some, resources_by(type, set, in_sight));
    lack.lacking += some;
  }
  if (!of.chained) return lack;
  for (const auto& set : keys_.sets_inside(of.type, key)) {
    LET(const auto some, resources_by(set.type, set.set, in_sight));
    lack.inside += some;
    if (!set.indexed) lack.lacking += some;
  }
  return lack;
}

Result<void> Search::add_coverage(const Asked& of, search::KeyId key, Page& page) {
  key = asked_.parameters->main(key);
  if (key == 0) return {};
  LET(const auto map, keys_.map(*asked_.parameters));
  LET(auto found, lack(of, (*map)[key], false));
  if (found.lacking > 0 && fetcher_.sight() != nullptr) {
    LET(found, lack(of, (*map)[key], true));
  }
  if (found.lacking == 0) return {};
  LET(const auto resources, resources_by(keys_.known_type(of.type), std::nullopt, true));
  const std::uint64_t all = resources + found.inside;
  page.partial.push_back({asked_.parameters->key(key).name, all - found.lacking, all});
  return {};
}

Result<void> Search::add_coverage(const Asked& of, const Criteria& criteria, Page& page) {
  for (const auto& criterion : criteria) {
    const bool chain = criterion.test == Criterion::Test::chain;
    const bool there = criterion.test == Criterion::Test::has;
    const Asked next{chain || there ? criterion.target : of.type, of.chained || chain};
    LET_DONE(add_coverage(there ? next : of, criterion.key, page));
    if (criterion.test == Criterion::Test::composite) continue;
    LET_DONE(add_coverage(next, criterion.parts, page));
  }
  return {};
}

Result<void> Search::add_coverage(const search::Plan& asked, Page& page) {
  const Asked of{asked.type, false};
  LET_DONE(add_coverage(of, asked.criteria, page));
  for (const auto& key : asked.sort) LET_DONE(add_coverage(of, key.key, page));
  return {};
}

Result<void> Search::add_coverage(Page& page) {
  LET_DONE(add_coverage(asked_, page));
  for (const auto& other : asked_.others) LET_DONE(add_coverage(other, page));
  for (const auto& include : asked_.includes)
    LET_DONE(add_coverage({include.source, false}, include.key, page));
  return {};
}

Result<Explained> Search::explain() {
  Explained explained;
  LET_DONE(open(asked_, asked_.count));
  for (const auto& other : asked_.others) LET_DONE(open(other, asked_.count));
  for (const Scope& scope : scopes_) {
    Explained::Type type;
    type.type = scope.asked->type;
    type.resources = scope.of_type;
    const bool by_list = scope.driver.by == Driver::By::list;
    const bool by_type = scope.driver.by == Driver::By::type;
    type.driver = scope.walks ? "the index of the first sort key, in its order"
                  : by_type   ? "all resources of the type, in order of creation"
                  : by_list   ? "the resources that a chain or _has leads to"
                              : "the index of one criterion";
    type.order = scope.plan.sort.empty() ? "in order of creation, as they are found"
                 : scope.walks           ? "as the index has them"
                                         : "all matches are sorted for each page";
    for (std::size_t i = 0; i < scope.plan.criteria.size(); ++i)
      type.criteria.push_back(
          {i, scope.driver.estimates[i], !scope.walks && !by_type && scope.driver.criterion == i});
    explained.types.push_back(std::move(type));
  }
  Page page;
  LET_DONE(add_coverage(page));
  explained.partial = std::move(page.partial);
  return explained;
}

}  // namespace fingerpost::store
