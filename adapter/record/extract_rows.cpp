#include "record/extract_rows.h"

namespace fingerpost::record {

RowsAnywhere::RowsAnywhere(const std::vector<StagedFile>& files) : kept_(kept_rows) {
  for (const auto& file : files) readers_.emplace_back(file.bytes);
}

const std::vector<wire::CsvField>* RowsAnywhere::at(const RowAt& row) {
  auto& kept = kept_[(row.number + row.file) % kept_rows];
  if (!kept.filled || kept.row != row) {
    auto& reader = readers_[row.file];
    reader.go_to(row.offset, row.number);
    kept.is_row = reader.next() == wire::CsvReader::Next::row;
    kept.row = row;
    kept.filled = true;
    kept.fields = reader.fields();
  }
  return kept.is_row ? &kept.fields : nullptr;
}

}  // namespace fingerpost::record
