#include "record/extract_kept.h"

#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::record {
namespace {

using wire::CsvReader;

std::string header_of(const ExtractTable& table) {
  std::string line;
  for (const auto& column : table.columns) line.append(line.empty() ? "" : ",").append(column);
  return line + "\r\n";
}

class Keeping {
 public:
  Keeping(const ExtractPlan& plan, const Names& names, const ExtractTable& table)
      : plan_(plan), names_(names), table_(table) {}

  void add(const StagedFile& file) {
    const auto key_at = positions_of(file, table_.key, names_);
    const auto columns_at = positions_of(file, table_.columns, names_);
    CsvReader reader(file.bytes);
    reader.next();
    for (auto next = reader.next(); next != CsvReader::Next::end; next = reader.next()) {
      if (next == CsvReader::Next::broken || reader.fields().size() != file.columns.size())
        continue;
      const auto key = key_of(reader.fields(), key_at, plan_);
      if (key.empty()) continue;
      const auto [known, fresh] = by_key_.emplace(key, rows_.size());
      if (fresh) rows_.emplace_back();
      rows_[known->second] = row(reader.fields(), columns_at);
    }
  }

  std::string text() const {
    std::string out = header_of(table_);
    for (const auto& line : rows_) out += line;
    return out;
  }

 private:
  // A field's bytes come without their outer quotes and with the inner ones doubled.
  static std::string row(const std::vector<wire::CsvField>& fields,
                         const std::vector<std::size_t>& columns_at) {
    std::string line;
    for (const auto at : columns_at) {
      if (!line.empty()) line += ',';
      line += '"';
      if (at < fields.size()) line += fields[at].bytes;
      line += '"';
    }
    return line + "\r\n";
  }

  const ExtractPlan& plan_;
  const Names& names_;
  const ExtractTable& table_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::vector<std::string> rows_;
};

}  // namespace

std::map<std::string, std::string> lookups_to_keep(const ExtractPlan& plan, const Names& names,
                                                   const StagedExtract& staged) {
  std::map<std::string, std::string> kept;
  for (const auto& table : plan.tables) {
    if (table.role != ExtractTable::Role::lookup || table.name == plan.agreements ||
        table.name == plan.manifest)
      continue;
    Keeping keeping(plan, names, table);
    bool any = false;
    for (const auto& file : staged.files)
      if (file.table == &table) {
        keeping.add(file);
        any = true;
      }
    if (any) kept[table.name] = keeping.text();
  }
  return kept;
}

}  // namespace fingerpost::record
