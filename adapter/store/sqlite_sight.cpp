#include "store/sqlite_sight.h"

#include "store/sqlite_belonging.h"

#include <algorithm>
#include <utility>

namespace fingerpost::store {
namespace {

// Organizations with the same code. More of them are an error of somebody's, and the first are
// taken.
constexpr std::int64_t most_organisations = 32;

Result<std::vector<std::int64_t>> organisations_of(StatementCache& statements, std::uint64_t code,
                                                   std::int64_t hidden) {
  LET(Statement* const find,
      statements.get("SELECT r.reference FROM organisation o CROSS JOIN resource r ON "
                     "r.row = o.row WHERE o.code = ? AND r.removed = 0 AND r.labels & ? = 0 "
                     "ORDER BY o.row LIMIT ?"));
  std::vector<std::int64_t> found{static_cast<std::int64_t>(code)};
  LET(bool there, find->first(code, hidden, most_organisations));
  while (there) {
    found.push_back(find->integer(0));
    LET(there, find->step());
  }
  find->reset();
  std::sort(found.begin(), found.end());
  return found;
}

// Whether there is a refusal at all: nearly always none is, and no row need be asked for it.
Result<bool> is_refused(StatementCache& statements,
                        const std::vector<std::int64_t>& organisations) {
  LET(Statement* const find,
      statements.get(
          "SELECT 1 FROM relation INDEXED BY relation_refusal WHERE organisation = ? AND "
          "labels >= 4611686018427387904 LIMIT 1"));
  for (const auto organisation : organisations) {
    LET(const bool there, find->first(organisation));
    find->reset();
    if (there) return true;
  }
  return false;
}

}  // namespace

Result<Sight> Sight::of(StatementCache& statements, const search::HashKey& key,
                        const Policy& policy) {
  Sight made;
  made.hidden_ = static_cast<std::int64_t>(search::every_label & ~policy.labels) | refusal;
  const auto code = search::organisation_hash(key, policy.organisation);
  LET(made.organisations_, organisations_of(statements, code, made.hidden_));
  made.client_ = static_cast<std::int64_t>(search::client_hash(key, policy.client));
  LET(made.refused_, is_refused(statements, made.organisations_));
  made.sql_ = " AND r.labels & ? = 0 AND (r.whose = 0 OR " + made.related("r.whose") + ")";
  made.values_ = made.related_values();
  made.values_.insert(made.values_.begin(), made.hidden_);
  return made;
}

std::string Sight::related(const std::string& patient) const {
  const auto relation = [&](const char* name) {
    const std::string x = name;
    return "EXISTS(SELECT 1 FROM relation " + x + " WHERE " + x + ".patient = " + patient +
           " AND " + x + ".organisation = ";
  };
  std::string sql = "((", joint;
  for (std::size_t i = 0; i < organisations_.size(); ++i) {
    sql += joint + relation("x") + "? AND x.labels & ? = 0)";
    joint = " OR ";
  }
  sql += joint + relation("c") + "?)";
  sql += ") AND NOT " + relation("g") + "0 AND g.labels & ? <> 0)";
  for (std::size_t i = 0; refused_ && i < organisations_.size(); ++i)
    sql += " AND NOT " + relation("d") + "? AND d.labels >= ?)";
  return sql + ")";
}

std::vector<std::int64_t> Sight::related_values() const {
  std::vector<std::int64_t> values;
  for (const auto organisation : organisations_) {
    values.push_back(organisation);
    values.push_back(hidden_);
  }
  values.push_back(client_);
  values.push_back(hidden_);
  if (!refused_) return values;
  for (const auto organisation : organisations_) {
    values.push_back(organisation);
    values.push_back(refusal);
  }
  return values;
}

int Sight::bind(Statement& statement, int from) const {
  for (const auto value : values_) statement.bind(from++, value);
  return from;
}

Result<bool> Sight::sees(StatementCache& statements, std::uint64_t patient) const {
  LET(Statement* const ask,
      statements.get("SELECT 1 FROM (SELECT ? AS whose) p WHERE " + related("p.whose")));
  ask->reset();
  ask->clear();
  ask->bind(1, patient);
  int at = 2;
  for (const auto value : related_values()) ask->bind(at++, value);
  LET(const bool seen, ask->step());
  ask->reset();
  return seen;
}

}  // namespace fingerpost::store
