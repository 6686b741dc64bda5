#include "store/sqlite_sight.h"

#include "store/sqlite_belonging.h"

#include <algorithm>
#include <utility>

namespace fingerpost::store {
namespace {

// Organizations with the same code. More of them are an error of somebody's, and the first are
// taken.
constexpr std::int64_t most_organisations = 32;

// As the index relation_refusal says it.
std::string is_refusal(const std::string& relation) {
  return relation + ".labels >= " + std::to_string(refusal);
}

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

// However many have the code: what is refused is refused.
Result<std::vector<std::int64_t>> refused_of(StatementCache& statements, std::uint64_t code) {
  const auto is_refused = [](const std::string& organisation) {
    return "EXISTS(SELECT 1 FROM relation x INDEXED BY relation_refusal WHERE x.organisation = " +
           organisation + " AND " + is_refusal("x") + ")";
  };
  LET(Statement* const find,
      statements.get("SELECT r.reference FROM organisation o CROSS JOIN resource r ON "
                     "r.row = o.row WHERE o.code = ? AND " +
                     is_refused("r.reference") +
                     " UNION SELECT c.code FROM (SELECT ? AS code) c "
                     "WHERE " +
                     is_refused("c.code")));
  std::vector<std::int64_t> found;
  LET(bool there, find->first(code, code));
  while (there) {
    found.push_back(find->integer(0));
    LET(there, find->step());
  }
  find->reset();
  return found;
}

// Whether one of a type was stored before it was asked whose resources are, and waits to be.
Result<bool> is_waiting(StatementCache& statements, std::string_view type, int removed) {
  LET(Statement* const find,
      statements.get("SELECT 1 FROM resource INDEXED BY resource_not_looked_at WHERE whose = 2 AND "
                     "type = (SELECT id FROM type WHERE name = ?) AND removed <= ? LIMIT 1"));
  LET(const bool there, find->first(type, removed));
  find->reset();
  return there;
}

}  // namespace

Result<Sight> Sight::of(StatementCache& statements, const search::HashKey& key,
                        const Policy& policy) {
  Sight made;
  made.hidden_ = static_cast<std::int64_t>(search::every_label & ~policy.labels) | refusal;
  const auto code = search::organisation_hash(key, policy.organisation);
  LET(made.organisations_, organisations_of(statements, code, made.hidden_));
  made.client_ = static_cast<std::int64_t>(search::client_hash(key, policy.client));
  LET(made.refused_, refused_of(statements, code));
  // What an Organization's codes are tells whom a Consent refuses.
  for (const std::string_view type : {"Consent", "Organization"}) {
    LET(const bool waiting, is_waiting(statements, type, 0));
    made.withheld_ = made.withheld_ || waiting;
  }
  LET(made.unlabelled_, is_waiting(statements, "Patient", 1));
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
  if (withheld_) return "0";
  std::string sql = "((", joint;
  for (std::size_t i = 0; i < organisations_.size(); ++i) {
    sql += joint + relation("x") + "? AND x.labels & ? = 0)";
    joint = " OR ";
  }
  sql += joint + relation("c") + "?)";
  sql += ") AND NOT " + relation("g") + "0 AND g.labels & ? <> 0)";
  if (unlabelled_)
    sql += " AND NOT EXISTS(SELECT 1 FROM resource w WHERE w.reference = " + patient +
           " AND w.whose = 2)";
  for (std::size_t i = 0; i < refused_.size(); ++i)
    sql += (i == 0 ? " AND NOT EXISTS(SELECT 1 FROM relation d WHERE d.patient = " + patient +
                         " AND " + is_refusal("d") + " AND d.organisation IN (?"
                   : std::string(",?"));
  if (!refused_.empty()) sql += "))";
  return sql + ")";
}

std::vector<std::int64_t> Sight::related_values() const {
  std::vector<std::int64_t> values;
  if (withheld_) return values;
  for (const auto organisation : organisations_) {
    values.push_back(organisation);
    values.push_back(hidden_);
  }
  values.push_back(client_);
  values.push_back(hidden_);
  values.insert(values.end(), refused_.begin(), refused_.end());
  return values;
}

int Sight::bind(Statement& statement, int from) const {
  for (const auto value : values_) statement.bind(from++, value);
  return from;
}

Result<bool> Sight::sees(StatementCache& statements, std::uint64_t patient) const {
  if (withheld_) return false;
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
