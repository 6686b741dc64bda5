// Comma-separated values: rows lie in the bytes, in their order, and are found again where they
// were.
#include "fuzz/fuzz.h"
#include "wire/csv.h"

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  wire::CsvOptions options;
  options.row_bytes = 4096;
  options.fields = 64;
  using Next = wire::CsvReader::Next;
  wire::CsvReader reader(bytes, options);
  wire::CsvReader other(bytes, options);
  std::size_t before = 0;
  std::string room;
  for (std::size_t rows = 0;; ++rows) {
    const auto next = reader.next();
    if (next == Next::end) return 0;
    fuzz::require(rows <= bytes.size(), "each row has a byte");
    fuzz::require(rows == 0 || reader.offset() > before, "rows come in order");
    before = reader.offset();
    if (next == Next::broken) continue;
    other.go_to(reader.offset(), reader.number());
    fuzz::require(other.next() == Next::row && other.number() == reader.number() &&
                      other.fields().size() == reader.fields().size(),
                  "a row is found again");
    for (const auto& field : reader.fields()) {
      fuzz::require(field.bytes.empty() ||
                        (field.bytes.data() >= bytes.data() &&
                         field.bytes.data() + field.bytes.size() <= bytes.data() + bytes.size()),
                    "a field lies in the bytes");
      wire::csv_text(field, wire::Charset::utf8, room);
    }
  }
}
