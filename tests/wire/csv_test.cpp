#include "wire/csv.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace fingerpost;
using wire::CsvReader;

namespace {

// Rows as "a|b", broken ones as "!why", each after its number; "~" at the end: the bytes were cut.
std::string print(std::string_view bytes, const wire::CsvOptions& options = {},
                  wire::Charset charset = wire::Charset::utf8) {
  CsvReader reader(bytes, options);
  std::string out;
  std::string room;
  for (auto next = reader.next(); next != CsvReader::Next::end; next = reader.next()) {
    out += std::to_string(reader.number()) + ":";
    if (next == CsvReader::Next::broken) {
      out += std::string("!") + reader.why() + "\n";
      continue;
    }
    const char* between = "";
    for (const auto& field : reader.fields()) {
      out += between;
      out += wire::csv_text(field, charset, room).text;
      between = "|";
    }
    out += "\n";
  }
  return out + (reader.cut() ? "~" : "");
}

}  // namespace

TEST_CASE("rows of CSV are read as RFC 4180 writes them") {
  struct Row {
    std::string_view bytes;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"", ""},
      {"a,b\r\nc,d\r\n", "1:a|b\n2:c|d\n"},
      {"a,b\nc,d\n", "1:a|b\n2:c|d\n"},
      {"\xEF\xBB\xBF"
       "a\n",
       "1:a\n"},
      {"a,,\n", "1:a||\n"},
      {",\n", "1:|\n"},
      {"\"a,b\",\"c\"\n", "1:a,b|c\n"},
      {"\"a\r\nb\",c\r\nd,e\r\n", "1:a\r\nb|c\n2:d|e\n"},
      {"\"say \"\"yes\"\"\",\"\"\n", "1:say \"yes\"|\n"},
      {"\"\"\"\"\n", "1:\"\n"},
      {"a\n\n\r\nb\n", "1:a\n4:b\n"},
      {"a\nb", "1:a\n2:b\n~"},
      {"a\n\"b", "1:a\n2:!the file ends within quotes\n~"},
      {"a\n\"b\"", "1:a\n2:b\n~"},
      {"a\n\"b\"\r", "1:a\n2:!text after a closing quote\n~"},
      {"a\nb\r", "1:a\n2:!a carriage return without a line feed\n~"},
      {"a\n\"b\n", "1:a\n2:!the file ends within quotes\n~"},
  }));
  CAPTURE(row.bytes);
  CHECK(print(row.bytes) == row.expected);
}

TEST_CASE("what is no row costs only itself, and says why") {
  struct Row {
    std::string_view bytes;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"a\nb\"c,d\ne\n", "1:a\n2:!a quote stands inside an unquoted field\n3:e\n"},
      {"a\n\"b\"c,d\ne\n", "1:a\n2:!text after a closing quote\n3:e\n"},
      {"a\nb\rc\nd\n", "1:a\n2:!a carriage return without a line feed\n3:d\n"},
      {"a\n\"b,c\nd,e\"x\nf\n",
       "1:a\n2:!text after a closing quote\n3:!a quote stands inside an unquoted field\n"
       "4:f\n"},
      {"a\nd,\"e\nf\n", "1:a\n2:!the file ends within quotes\n3:f\n~"},
      {"1,2,3,4,5\na\n", "1:!the row has too many fields\n2:a\n"},
      {"123456789012345678901\na\n", "1:!the row is over its size limit\n2:a\n"},
      {"\"23456789012345678901\"\na\n", "1:!the row is over its size limit\n2:a\n"},
  }));
  CAPTURE(row.bytes);
  CHECK(print(row.bytes, {',', 20, 4}) == row.expected);
}

TEST_CASE("text becomes UTF-8 by its charset") {
  struct Row {
    std::string_view bytes;
    wire::Charset charset;
    const char* text;
    bool odd;
  };
  using enum wire::Charset;
  const auto row = GENERATE(values<Row>({
      {"plain", windows_1252, "plain", false},
      {"caf\xE9", windows_1252, "caf\xC3\xA9", false},
      {"\x80\x93x\x94\x9F\xFF", windows_1252, "€“x”Ÿÿ", false},
      {"\x81", windows_1252, "\xC2\x81", false},
      {"caf\xC3\xA9", utf8, "café", false},
      {"caf\xE9", utf8, "café", true},
      {"a\tb\nc", utf8, "a\tb\nc", false},
      {std::string_view("a\0b", 3), utf8, "ab", true},
      {"a\x7F", windows_1252, "a", true},
  }));
  CAPTURE(row.bytes);
  std::string room;
  const auto made = wire::csv_text({row.bytes, false}, row.charset, room);
  CHECK(made.text == row.text);
  CHECK(made.odd == row.odd);
}

TEST_CASE("a character is told from plain text wherever it stands in a field") {
  const std::string plain = "seventeen letters";
  for (int byte = 1; byte < 128; ++byte) {
    const char c = static_cast<char>(byte);
    const bool kept = (c >= ' ' && c != '\x7F') || c == '\t' || c == '\n' || c == '\r';
    for (std::size_t at = 0; at < plain.size(); ++at) {
      std::string text = plain, room;
      text[at] = c;
      CAPTURE(byte, at);
      const auto read = wire::csv_text({text, false}, wire::Charset::utf8, room);
      CHECK(read.odd == !kept);
      CHECK(read.text == (kept ? text : plain.substr(0, at) + plain.substr(at + 1)));
    }
  }
}

TEST_CASE("a row can be gone back to") {
  CsvReader reader("a,b\n\"c\nd\",e\nf,g\n");
  reader.next();
  reader.next();
  const auto offset = reader.offset();
  const auto number = reader.number();
  CHECK(reader.next() == CsvReader::Next::row);
  reader.go_to(offset, number);
  CHECK(reader.next() == CsvReader::Next::row);
  CHECK(reader.fields()[1].bytes == "e");
  CHECK(reader.number() == 2);
}

TEST_CASE("values written with quotes are read back") {
  std::mt19937 random(7);
  constexpr std::string_view characters = "ab,\"\r\n\xC3";
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    std::string expected;
    const auto rows = 1 + random() % 4;
    std::size_t line = 1;
    for (std::size_t r = 0; r < rows; ++r) {
      expected += std::to_string(line++) + ":";
      const auto fields = 1 + random() % 4;
      for (std::size_t f = 0; f < fields; ++f) {
        if (f > 0) bytes += ',', expected += '|';
        bytes += '"';
        for (auto left = random() % 6; left > 0; --left) {
          const char c = characters[random() % (characters.size() - 1)];
          bytes += c;
          expected += c;
          if (c == '"') bytes += c;
        }
        bytes += '"';
      }
      bytes += "\r\n";
      expected += "\n";
    }
    CAPTURE(bytes);
    CHECK(print(bytes) == expected);
  }
}

TEST_CASE("any bytes are read to their end, and no byte is looked at often") {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += "x,\"\"\"\n";
  bytes += "\"";
  for (const std::string_view ending : {"", "\"\"\"", "\n\"x\n"}) {
    const std::string whole = bytes + std::string(ending);
    CsvReader reader(whole, {',', 1 << 16, 8});
    std::size_t rows = 0;
    while (reader.next() != CsvReader::Next::end) ++rows;
    CHECK(rows > 0);
    CHECK(rows <= 20'010);
  }
}
