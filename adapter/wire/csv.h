// Comma-separated values (RFC 4180), a row at a time, as views of the bytes.

#pragma once

#include "wire/hl7v2_text.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

struct CsvOptions {
  char separator = ',';
  std::size_t row_bytes = std::size_t{1} << 20;
  std::size_t fields = 512;  // of one row
};

// A field without the quotes around it.
struct CsvField {
  std::string_view bytes;
  bool doubled = false;  // two quotes in it stand for one
};

// Strict: a quote stands at both ends of a field or is doubled inside one; a line ends in LF or
// CR LF; a line end within quotes belongs to the value. Empty lines are no rows. A byte order mark
// of UTF-8 is left out. The work is linear in the bytes, whatever they are.
class CsvReader {
 public:
  enum class Next { row, broken, end };

  explicit CsvReader(std::string_view bytes, const CsvOptions& options = {});

  // broken: what stands here is no row, see why(); the next row is looked for after its first line.
  Next next();
  // Goes to a row found before.
  void go_to(std::size_t offset, std::size_t number);

  const std::vector<CsvField>& fields() const { return fields_; }
  std::size_t offset() const { return offset_; }  // of the row
  std::size_t number() const {
    return number_;
  }  // of its first line's row, as a spreadsheet counts
  const char* why() const { return why_; }
  // The bytes ended inside a row: before the line end of the last, or within quotes.
  bool cut() const { return cut_; }

 private:
  bool row();
  bool quoted();
  bool plain();
  bool after_field(bool& more);
  // Over those of the row before, which most often has as many.
  void put(const CsvField& field) {
    if (count_ < fields_.size())
      fields_[count_] = field;
    else
      fields_.push_back(field);
    ++count_;
  }
  bool refuse(const char* why);
  void find_next_row();

  std::string_view bytes_;
  CsvOptions options_;
  std::vector<CsvField> fields_;
  std::size_t count_ = 0;  // of them, while the row is read
  std::size_t offset_ = 0;
  std::size_t number_ = 0;
  std::size_t at_ = 0;
  std::size_t end_ = 0;     // of what the row may take
  std::size_t wasted_ = 0;  // bytes looked at twice
  const char* why_ = "";
  bool cut_ = false;
};

// A field as UTF-8: a view of its bytes where they are that already, else of `room`. odd: the bytes
// were not all text of the charset (what is not UTF-8 is read as windows-1252; control characters
// are left out).
struct CsvText {
  std::string_view text;
  bool odd = false;
};
CsvText csv_text(const CsvField& field, Charset charset, std::string& room);

}  // namespace fingerpost::wire
