// Rows of the files of an extract, read wherever they stand.

#pragma once

#include "record/extract_stage.h"

#include <cstddef>
#include <vector>

namespace fingerpost::record {

// A row that many others lead to, a code's or a patient's, is taken apart once for all of them that
// come near each other. The files must outlive it.
class RowsAnywhere {
 public:
  explicit RowsAnywhere(const std::vector<StagedFile>& files);

  // Null: no row stands there. Good until the next is asked for.
  const std::vector<wire::CsvField>* at(const RowAt& row);

 private:
  static constexpr std::size_t kept_rows = 256;
  struct Kept {
    RowAt row;
    bool filled = false;
    bool is_row = false;
    std::vector<wire::CsvField> fields;
  };

  std::vector<wire::CsvReader> readers_;  // one for each file
  std::vector<Kept> kept_;                // by the place of the row
};

}  // namespace fingerpost::record
