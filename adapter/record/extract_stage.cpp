#include "record/extract_stage.h"

#include "base/text.h"

#include <algorithm>
#include <optional>

namespace fingerpost::record {
namespace {

using wire::CsvReader;

Error refused(std::string text, const std::string& file) {
  return {Kind::invalid, std::move(text), file};
}

std::string_view base_name(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

std::string_view stem(std::string_view name) {
  name = base_name(name);
  return lower(name).ends_with(".csv") ? name.substr(0, name.size() - 4) : name;
}

bool has(const Columns& columns, std::string_view name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

// Processing ids count up: 99 is before 100.
bool is_earlier(std::string_view a, std::string_view b) {
  const auto number = [](std::string_view text) {
    text = without_zeros(text);
    return text.substr(0, text.find_first_not_of("0123456789"));
  };
  const auto left = number(a), right = number(b);
  return left == right ? a < b : is_smaller(left, right);
}

// Whether it may be told as the name of a column: a file without header has data there.
bool is_column_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

class Stage {
 public:
  Stage(const ExtractPlan& plan, const Names& names) : plan_(plan), names_(names) {}

  Result<StagedExtract> run(const std::vector<ExtractFile>& files) {
    for (const auto& file : files) place(file);
    if (made_.files.empty()) return refused("no file of a table of this format", "");
    std::stable_sort(made_.files.begin(), made_.files.end(), [](const auto& a, const auto& b) {
      if (a.table != b.table) return a.table < b.table;
      if (a.kept != b.kept) return a.kept;
      return a.ids == b.ids ? a.name < b.name : is_earlier(a.ids, b.ids);
    });
    LET_DONE(check_once());
    LET_DONE(check_times());
    for (std::size_t i = 0; i < made_.files.size(); ++i) LET_DONE(read_header(i));
    LET_DONE(check_manifest());
    want_indexes();
    for (std::size_t i = 0; i < made_.files.size(); ++i) {
      LET_DONE(read_rows(i));
      const auto* table = made_.files[i].table;
      if (i + 1 == made_.files.size() || made_.files[i + 1].table != table) sort_indexes(*table);
    }
    LET_DONE(check_agreements());
    return std::move(made_);
  }

 private:
  void tell(const char* code, std::string where, std::string text) {
    made_.issues.push_back({Severity::warning, code, std::move(where), std::move(text)});
  }

  // Which table a file is of, by the parts of its name.
  void place(const ExtractFile& file) {
    StagedFile staged;
    staged.name = base_name(file.name);
    staged.bytes = file.bytes;
    staged.kept = file.kept;
    std::string table(stem(file.name));
    if (plan_.name_parts.size() > 1 && !file.kept) {
      table.clear();
      std::string_view rest = stem(file.name);
      for (const auto& part : plan_.name_parts) {
        const auto text = rest.substr(0, rest.find('_'));
        rest.remove_prefix(std::min(text.size() + 1, rest.size()));
        if (part == "schema" || part == "table") (table += table.empty() ? "" : "_") += text;
        if (part == "time") {
          staged.time = text.substr(0, 8);
          made_.time = std::max(made_.time, std::string(text));
        }
        if (part == "ids") staged.ids = text;
      }
    }
    staged.table = plan_.find(table);
    if (staged.table == nullptr) {
      tell("not-supported", staged.name, "not a file of a table that is read");
      return;
    }
    made_.files.push_back(std::move(staged));
  }

  Result<void> check_once() const {
    for (std::size_t i = 1; i < made_.files.size(); ++i) {
      const auto& file = made_.files[i];
      const auto& before = made_.files[i - 1];
      if (file.table != before.table || before.kept) continue;
      if (file.ids == before.ids) return refused("a second file of the same table", file.name);
      for (std::size_t other = i; other-- > 0 && made_.files[other].table == file.table;)
        if (!made_.files[other].kept && made_.files[other].bytes == file.bytes)
          return refused("the same file twice, by another name", file.name);
    }
    return {};
  }

  // Without a word of who shares nothing may be passed on.
  Result<void> check_agreements() {
    if (plan_.agreements.empty()) return {};
    if (!made_.agreements)
      return refused("the extract does not say which organisations share", plan_.agreements);
    if (made_.allowed.empty())
      made_.issues.push_back({Severity::error, "business-rule", plan_.agreements,
                              "no organisation is said to share: all rows are withheld"});
    return {};
  }

  Result<void> check_times() const {
    const StagedFile* first = nullptr;
    for (const auto& file : made_.files) {
      if (file.kept) continue;
      if (first == nullptr) first = &file;
      if (file.time != first->time) return refused("of another day than " + first->name, file.name);
    }
    if (first == nullptr) return refused("no file of a table of this format", "");
    return {};
  }

  Result<void> read_header(std::size_t at) {
    auto& file = made_.files[at];
    CsvReader reader(file.bytes);
    if (reader.next() != CsvReader::Next::row || reader.cut())
      return refused("the file has no header row", file.name);
    const auto& known = file.table->columns;
    Columns found, strangers;
    std::string room;
    for (const auto& field : reader.fields()) {
      const std::string name(trim(wire::csv_text(field, plan_.charset, room).text));
      const bool ours = has(known, name);
      if (ours && has(found, name))
        return refused("a column stands twice in the header: " + name, file.name);
      file.columns.push_back(ours ? names_.find(name) : no_name);
      (ours ? found : strangers).push_back(name);
    }
    if (found.size() * 2 < strangers.size() || found.empty())
      return refused("the file has no header row", file.name);
    for (const auto& part : file.table->key)
      if (!has(found, part)) return refused("the header lacks the key column " + part, file.name);
    for (const auto& name : strangers)
      tell("structure", file.name,
           is_column_name(name) ? "a column that is not known: " + name
                                : "a column whose name is not known");
    for (const auto& name : known)
      if (!has(found, name) && !has(file.table->maybe, name))
        tell("structure", file.name, "the header lacks the column " + name);
    file.first = {file.bytes.size(), static_cast<std::uint32_t>(at), 2};
    if (reader.next() != CsvReader::Next::end)
      file.first = {reader.offset(), static_cast<std::uint32_t>(at),
                    static_cast<std::uint32_t>(reader.number())};
    return {};
  }

  // Every file is listed, every listed file is there, and all are of one time.
  Result<void> check_manifest() {
    if (plan_.manifest.empty()) return {};
    const auto list = std::find_if(made_.files.begin(), made_.files.end(), [&](const auto& file) {
      return file.table->name == plan_.manifest;
    });
    if (list == made_.files.end())
      return refused("the extract has no " + plan_.manifest, plan_.manifest);
    std::map<std::string, std::string> times;  // by table
    const auto at = positions_of(*list, {plan_.manifest_file, plan_.manifest_time}, names_);
    CsvReader reader(list->bytes);
    std::string room;
    reader.next();
    for (auto next = reader.next(); next != CsvReader::Next::end; next = reader.next()) {
      if (next == CsvReader::Next::broken)
        return refused("row " + std::to_string(reader.number()) + " is not read: " + reader.why(),
                       list->name);
      const auto& fields = reader.fields();
      if (at[0] >= fields.size() || at[1] >= fields.size())
        return refused("a row without file or time", list->name);
      const std::string table(stem(wire::csv_text(fields[at[0]], plan_.charset, room).text));
      note_delta(*list, fields, table);
      times[table] = trim(wire::csv_text(fields[at[1]], plan_.charset, room).text);
    }
    for (const auto& file : made_.files) {
      if (&file == &*list || file.kept) continue;
      const auto time = times.find(file.table->name);
      if (time == times.end()) return refused("the manifest does not list the file", file.name);
      if (time->second != times.begin()->second)
        return refused("the manifest gives it another time than the others", file.name);
    }
    if (!times.empty()) made_.time = times.begin()->second;
    for (const auto& [table, time] : times)
      if (plan_.find(table) != nullptr && !is_there(table))
        return refused("the manifest lists a file that is not there", table + ".csv");
    return {};
  }

  // Of a delta: the latest time that a row of the manifest says it goes on from.
  void note_delta(const StagedFile& list, const std::vector<wire::CsvField>& fields,
                  const std::string& table) {
    if (plan_.manifest_delta.empty()) return;
    const auto at = positions_of(list, {plan_.manifest_delta, plan_.manifest_since}, names_);
    if (at[0] >= fields.size() || at[1] >= fields.size()) return;
    std::string room;
    const auto delta = trim(wire::csv_text(fields[at[0]], plan_.charset, room).text);
    if (delta == "N") made_.whole.push_back(table);
    if (delta != "Y") return;
    const std::string since(trim(wire::csv_text(fields[at[1]], plan_.charset, room).text));
    made_.since = std::max(made_.since, since);
  }

  bool is_there(std::string_view table) const {
    return std::any_of(made_.files.begin(), made_.files.end(),
                       [&](const auto& file) { return file.table->name == table && !file.kept; });
  }

  void want_indexes() {
    for (const auto& table : plan_.tables) {
      if (table.role == ExtractTable::Role::lookup) made_.indexes[{table.name, table.key}];
      for (const auto& look : table.looks)
        for (const auto& name : look.tables) made_.indexes[{name, plan_.find(name)->key}];
      for (const auto& rows : table.rows) {
        const auto* other = plan_.find(rows.table);
        made_.indexes[{rows.table, rows.theirs}];
        const bool later = other > &table;
        if (later || other->role == ExtractTable::Role::part)
          made_.indexes[{table.name, rows.ours}];
        auto& asked = asked_[{rows.table, rows.theirs}];
        asked.push_back(later ? &made_.indexes.at({table.name, rows.ours}) : nullptr);
      }
    }
    for (std::size_t i = 1; i < made_.files.size(); ++i) {
      const auto* table = made_.files[i].table;
      if (table != made_.files[i - 1].table) continue;
      made_.in_files.push_back(table);
      made_.indexes[{table->name, table->key}];
      asked_[{table->name, table->key}].push_back(nullptr);
    }
    for (const auto& group : plan_.groups) {
      made_.indexes[{group.table, group.by}];
      asked_[{group.table, group.by}].push_back(nullptr);
    }
  }

  void sort_indexes(const ExtractTable& table) {
    for (auto& [key, index] : made_.indexes)
      if (key.first == table.name) index.sort();
  }

  // Whether anything will ask for the key: of a large table few rows may belong to another.
  static bool is_asked(const std::vector<const RowIndex*>& asked, const std::string& key) {
    return asked.empty() || std::any_of(asked.begin(), asked.end(), [&](const RowIndex* index) {
             return index == nullptr || !index->find(key).empty();
           });
  }

  struct Filled {
    RowIndex* index;
    std::vector<std::size_t> at;
    std::vector<const RowIndex*> asked;
  };

  Result<void> read_rows(std::size_t number) {
    const auto& file = made_.files[number];
    std::vector<Filled> filled;
    for (auto& [key, index] : made_.indexes)
      if (key.first == file.table->name)
        filled.push_back({&index, positions_of(file, key.second, names_), asked_[key]});
    const bool allows = file.table->name == plan_.agreements;
    CsvReader reader(file.bytes);
    reader.next();
    bool broken = false;
    for (auto next = reader.next(); next != CsvReader::Next::end; next = reader.next()) {
      broken = next == CsvReader::Next::broken;
      if (broken || reader.fields().size() != file.columns.size()) continue;
      if (reader.cut()) break;
      const RowAt at{reader.offset(), static_cast<std::uint32_t>(number),
                     static_cast<std::uint32_t>(reader.number())};
      for (const auto& fill : filled)
        if (const auto key = key_of(reader.fields(), fill.at, plan_);
            !key.empty() && is_asked(fill.asked, key))
          fill.index->add(key, at);
      if (allows) read_agreement(file, reader.fields());
    }
    if (reader.cut() && broken)
      return refused("the file ends in row " + std::to_string(reader.number()) +
                         ", which is no row: it is truncated, or that row is wrong (" +
                         reader.why() + ")",
                     file.name);
    if (reader.cut()) return refused("the file is truncated: its last row has no end", file.name);
    made_.agreements = made_.agreements || allows;
    return {};
  }

  void read_agreement(const StagedFile& file, const std::vector<wire::CsvField>& fields) {
    const auto whose = key_of(fields, positions_of(file, file.table->key, names_), plan_);
    bool allowed = true;
    std::string room;
    for (const auto& [column, value] : plan_.allowed_when) {
      const auto at = positions_of(file, {column}, names_)[0];
      allowed = allowed && at < fields.size() &&
                equal_ignoring_case(wire::csv_text(fields[at], plan_.charset, room).text, value);
    }
    const auto [known, fresh] = made_.allowed.emplace(whose, allowed);
    known->second = known->second && allowed;
  }

  const ExtractPlan& plan_;
  const Names& names_;
  StagedExtract made_;
  // Who asks by a key, by the keys that they have; null: for any key.
  std::map<KeyOf, std::vector<const RowIndex*>> asked_;
};

}  // namespace

Result<StagedExtract> stage_extract(const ExtractPlan& plan, const Names& names,
                                    const std::vector<ExtractFile>& files) {
  return Stage(plan, names).run(files);
}

std::string_view without_zeros(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('0'), text.size()));
}

bool is_smaller(std::string_view a, std::string_view b) {
  return a.size() == b.size() ? a < b : a.size() < b.size();
}

std::string_view plain_value(std::string_view text) {
  text = trim(text);
  constexpr std::size_t guid = 38;
  const bool braces = text.size() == guid && text.front() == '{' && text.back() == '}';
  return braces ? text.substr(1, guid - 2) : text;
}

std::vector<std::size_t> positions_of(const StagedFile& file, const Columns& columns,
                                      const Names& names) {
  std::vector<std::size_t> positions;
  for (const auto& column : columns) {
    const auto name = names.find(column);
    const auto at = std::find(file.columns.begin(), file.columns.end(), name);
    positions.push_back(static_cast<std::size_t>(at - file.columns.begin()));
  }
  return positions;
}

const RowIndex* replacements_of(const StagedExtract& staged, const ExtractTable& table) {
  const bool many = std::count(staged.in_files.begin(), staged.in_files.end(), &table) > 0;
  return many ? &staged.indexes.at({table.name, table.key}) : nullptr;
}

bool add_to_key(std::string& key, std::string_view part, const ExtractPlan& plan) {
  if (part.empty() || has(plan.none, part)) return false;
  key += part;
  key += '\x1f';
  return true;
}

std::string key_of(const std::vector<wire::CsvField>& fields,
                   const std::vector<std::size_t>& positions, const ExtractPlan& plan) {
  std::string key;
  std::string room;
  key.reserve(key_bytes);
  for (const auto at : positions) {
    if (at >= fields.size()) return {};
    const auto text = wire::csv_text(fields[at], plan.charset, room).text;
    if (!add_to_key(key, plain_value(text), plan)) return {};
  }
  return key;
}

}  // namespace fingerpost::record
