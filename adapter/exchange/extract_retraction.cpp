#include "exchange/extract_retraction.h"

#include "base/text.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"
#include "search/search.h"

#include <algorithm>
#include <utility>

namespace fingerpost::exchange {
namespace {

// The number of a stored resource's row; "" when it was removed already.
Result<std::string> row_of(const Retraction& by, const store::Stored& stored,
                           std::string_view system) {
  if (stored.body.find("\"entered-in-error\"") != std::string::npos) return std::string();
  LET(const auto read, model::read_json(by.parts.definitions, stored.body, by.parts.limits));
  const auto& tree = read.tree;
  for (auto node = child({&tree, tree.root()}, "identifier").node; node != no_node;
       node = tree.next_same(node))
    if (child_text({&tree, node}, "system") == system)
      return std::string(child_text({&tree, node}, "value"));
  return std::string();
}

struct Found {
  std::set<std::string> rows;
  std::size_t stored = 0;  // of the table, but for what was removed before
};

Result<Found> rows_gone(const Retraction& by, const std::string& table, const std::string& type,
                        const RowsThere& there) {
  const auto system = by.system + table;
  std::vector<search::Pair> pairs = {{"identifier", system + "|"},
                                     {"_count", std::to_string(by.parts.limits.page_max)}};
  Found found;
  for (;;) {
    search::Query query;
    query.type = type;
    query.pairs = &pairs;
    LET(const auto plan, search::plan(*by.parts.parameters.now(), query, by.parts.limits));
    LET(const auto page, by.reader.search(plan));
    if (!page.partial.empty())
      return Error{Kind::busy, "the index of what is stored is still being made", ""};
    for (const auto& hit : page.hits) {
      LET(auto row, row_of(by, hit.resource, system));
      if (row.empty()) continue;
      ++found.stored;
      if (!there.has(system, row)) found.rows.insert(std::move(row));
    }
    if (page.next.empty()) return found;
    pairs.resize(2);
    pairs.emplace_back("_cursor", page.next);
  }
}

std::string quoted_field(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

// A file of the table's rows with their key and the word that they were removed.
std::string file_of(const record::ExtractPlan& plan, const record::ExtractTable& table,
                    const std::set<std::string>& rows) {
  const auto line = [&](auto&& value) {
    std::string text;
    for (const auto& column : table.columns)
      text.append(text.empty() ? "" : ",").append(quoted_field(value(column)));
    return text + "\r\n";
  };
  auto file = line([](const std::string& column) { return column; });
  for (const auto& row : rows)
    file += line([&](const std::string& column) {
      if (column == table.key[0]) return row;
      return column == plan.removed.first ? plan.removed.second : std::string();
    });
  return file;
}

}  // namespace

// "SRGoal.csv row 17 GoalCategory" is of SRGoal.
void RowsThere::add(const Tree& bundle, const Issues& issues) {
  for (const auto& issue : issues)
    if (const auto end = issue.expression.find(".csv row ");
        issue.severity <= Severity::error && end != std::string::npos)
      torn_.emplace(issue.expression.substr(0, end));
  const auto& names = bundle.names();
  const auto system = names.find("system");
  const auto value = names.find("value");
  const auto text = [&](NodeId node, NameId name) {
    const auto found = bundle.child(node, name);
    return found == no_node ? std::string_view() : bundle.text(found);
  };
  for (auto at = bundle.child(bundle.root(), names.find("entry")); at != no_node;
       at = bundle.next_same(at)) {
    const auto resource = bundle.child(at, names.find("resource"));
    if (resource == no_node) continue;
    for (auto one = bundle.child(resource, names.find("identifier")); one != no_node;
         one = bundle.next_same(one))
      if (text(one, system).starts_with(system_))
        hashes_.insert(
            hash64(std::string(text(one, system)) + "|" + std::string(text(one, value))));
  }
}

bool RowsThere::has(std::string_view system, std::string_view value) const {
  return hashes_.count(hash64(std::string(system) + "|" + std::string(value))) != 0;
}

Result<Gone> find_gone(const Retraction& by, const std::vector<std::string>& whole,
                       const RowsThere& there) {
  Gone gone;
  std::string listed;
  for (const auto& [table, type] : by.plan.retracted) {
    if (std::find(whole.begin(), whole.end(), table) == whole.end()) continue;
    if (!there.is_whole(table)) continue;
    LET(const auto found, rows_gone(by, table, type, there));
    if (found.rows.size() > by.few && found.rows.size() * 2 > found.stored)
      return Error{Kind::conflict,
                   "it lacks " + std::to_string(found.rows.size()) + " of the " +
                       std::to_string(found.stored) +
                       " rows that are known, and says that it is whole: nothing was taken back",
                   table};
    if (found.rows.empty()) continue;
    gone.rows += found.rows.size();
    gone.files[table + ".csv"] = file_of(by.plan, *by.plan.find(table), found.rows);
    listed += table + ",Y,," + by.time + "\r\n";
  }
  if (gone.rows > 0)
    gone.files[by.plan.manifest + ".csv"] = by.plan.manifest_file + "," + by.plan.manifest_delta +
                                            "," + by.plan.manifest_since + "," +
                                            by.plan.manifest_time + "\r\n" + listed;
  return gone;
}

}  // namespace fingerpost::exchange
