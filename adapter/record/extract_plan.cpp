#include "record/extract_plan.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::record {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view text, char by) {
  Words words;
  while (!text.empty()) {
    const auto end = std::min(text.find(by), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

class PlanReader {
 public:
  explicit PlanReader(Names& names) : names_(names) {}

  Result<ExtractPlan> read(std::string_view text) {
    int number = 0;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      auto line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      line = trim(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      if (!statement(split(line, ' ')))
        return Error{Kind::invalid, "not a statement of tables.txt",
                     "line " + std::to_string(number)};
    }
    if (const auto unknown = unknown_table(); !unknown.empty())
      return Error{Kind::invalid, "no such table, or no key for it: " + unknown, ""};
    return std::move(plan_);
  }

 private:
  bool statement(const Words& words) {
    const auto& head = words[0];
    if (head == "charset") return words.size() == 2 && charset(words[1]);
    if (head == "name") return name(words);
    if (head == "none") return none(words);
    if (head == "newest") return newest(words);
    if (head == "manifest") return manifest(words);
    if (head == "withhold") return withhold(words);
    if (head == "group") return group(words);
    if (head == "retract") return retract(words);
    if (head == "table") return table(words, ExtractTable::Role::rows);
    if (head == "part") return table(words, ExtractTable::Role::part);
    if (head == "lookup") return table(words, ExtractTable::Role::lookup);
    if (plan_.tables.empty()) return false;
    if (head == "columns") return columns(words, plan_.tables.back().columns);
    if (head == "maybe")
      return columns(words, plan_.tables.back().columns) &&
             columns(words, plan_.tables.back().maybe);
    if (head == "give") return columns(words, plan_.tables.back().give);
    if (head == "look") return look(words);
    return head == "rows" && rows(words);
  }

  bool charset(const std::string& word) {
    const auto found = wire::read_charset(word == "windows-1252" ? "CP1252" : word);
    if (found) plan_.charset = *found;
    return found.has_value();
  }

  bool name(const Words& words) {
    if (words.size() != 2) return false;
    plan_.name_parts = split(words[1], '_');
    return std::count(plan_.name_parts.begin(), plan_.name_parts.end(), "table") == 1;
  }

  bool none(const Words& words) {
    plan_.none.insert(plan_.none.end(), words.begin() + 1, words.end());
    return words.size() > 1;
  }

  bool newest(const Words& words) {
    if (words.size() != 2) return false;
    plan_.newest = words[1];
    names_.intern(plan_.newest);
    return true;
  }

  bool manifest(const Words& words) {
    if (words.size() != 4 && words.size() != 6) return false;
    plan_.manifest = words[1];
    plan_.manifest_file = words[2];
    plan_.manifest_time = words[3];
    if (words.size() == 4) return true;
    plan_.manifest_delta = words[4];
    plan_.manifest_since = words[5];
    return true;
  }

  bool withhold(const Words& words) {
    if (words.size() < 5 || words[2] != "unless") return false;
    plan_.withheld_by = words[1];
    plan_.agreements = words[3];
    for (std::size_t i = 4; i < words.size(); ++i) {
      const auto sides = split(words[i], '=');
      if (sides.size() != 2) return false;
      plan_.allowed_when.emplace_back(sides[0], sides[1]);
    }
    return true;
  }

  bool retract(const Words& words) {
    if (words.size() < 3) return false;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto sides = split(words[i], '=');
      if (sides.size() != 2) return false;
      if (i == 1) plan_.removed = {sides[0], sides[1]};
      if (i > 1) plan_.retracted.emplace_back(sides[0], sides[1]);
    }
    return true;
  }

  bool group(const Words& words) {
    if (words.size() != 5 || words[3] != "by") return false;
    plan_.groups.push_back({words[1], words[2], split(words[4], '+')});
    names_.intern(words[1]);
    names_.intern("row");
    return true;
  }

  bool table(const Words& words, ExtractTable::Role role) {
    if (words.size() != 4 || words[2] != "key") return false;
    ExtractTable made;
    made.name = words[1];
    made.role = role;
    made.key = split(words[3], '+');
    names_.intern(made.name);
    plan_.tables.push_back(std::move(made));
    return true;
  }

  bool columns(const Words& words, Columns& to) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      names_.intern(words[i]);
      to.push_back(words[i]);
    }
    return words.size() > 1;
  }

  bool look(const Words& words) {
    const auto in = std::find(words.begin(), words.end(), "in");
    if (in == words.end() || in + 1 == words.end()) return false;
    for (auto column = words.begin() + 1; column != in; ++column)
      plan_.tables.back().looks.push_back({*column, {in + 1, words.end()}});
    return true;
  }

  bool rows(const Words& words) {
    if (words.size() < 4 || words[2] != "by") return false;
    const auto sides = split(words[3], '=');
    if (sides.size() != 2) return false;
    ExtractTable::Rows made{words[1], split(sides[0], '+'), split(sides[1], '+'), {}};
    if (words.size() > 4) made.give.assign(words.begin() + 5, words.end());
    const bool given = words.size() == 4 || (words[4] == "give" && !made.give.empty());
    plan_.tables.back().rows.push_back(std::move(made));
    return given;
  }

  std::string unknown_table() const {
    for (const auto& table : plan_.tables) {
      for (const auto& look : table.looks)
        for (const auto& name : look.tables)
          if (!plan_.find(name) || plan_.find(name)->key.size() != 1) return name;
      for (const auto& rows : table.rows)
        if (!plan_.find(rows.table)) return rows.table;
    }
    for (const auto& group : plan_.groups)
      if (!plan_.find(group.table)) return group.table;
    for (const auto& [table, type] : plan_.retracted)
      if (!plan_.find(table) || plan_.find(table)->key.size() != 1) return table;
    if (!plan_.manifest.empty() && !plan_.find(plan_.manifest)) return plan_.manifest;
    if (!plan_.agreements.empty() && !plan_.find(plan_.agreements)) return plan_.agreements;
    return {};
  }

  Names& names_;
  ExtractPlan plan_;
};

}  // namespace

const ExtractTable* ExtractPlan::find(std::string_view table) const {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const ExtractTable& one) { return one.name == table; });
  return found == tables.end() ? nullptr : &*found;
}

Result<ExtractPlan> read_extract_plan(std::string_view text, Names& names) {
  return PlanReader(names).read(text);
}

}  // namespace fingerpost::record
