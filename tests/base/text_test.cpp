#include "base/text.h"

#include "support/catch.h"

using namespace fingerpost;

TEST_CASE("UTF-8 is told from other bytes") {
  struct Row {
    const char* text;
    bool good;
  };
  const auto row = GENERATE(values<Row>({
      {"", true},
      {"plain ASCII of more than eight bytes", true},
      {"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 tail", true},
      {"\xC0\x80", false},          // overlong
      {"\xE0\x80\x80", false},      // overlong
      {"\xED\xA0\x80", false},      // a surrogate
      {"\xF4\x90\x80\x80", false},  // over U+10FFFF
      {"\xE2\x82", false},          // cut short
      {"abcdefgh\xFF", false},
      {"\x80", false},
  }));
  CAPTURE(row.text);
  CHECK(is_utf8(row.text) == row.good);
}

TEST_CASE("a code point written as UTF-8 is UTF-8 of the right length") {
  struct Row {
    char32_t code_point;
    std::size_t size;
  };
  const auto row = GENERATE(values<Row>({{0x41, 1}, {0xE9, 2}, {0x20AC, 3}, {0x1F600, 4}}));
  std::string out;
  append_utf8(out, row.code_point);
  CHECK(out.size() == row.size);
  CHECK(is_utf8(out));
}

TEST_CASE("only a whole text is a number") {
  CHECK(to_integer("-12") == -12);
  CHECK(to_integer("9223372036854775807") == INT64_MAX);
  for (const auto* text : {"", "1 ", " 1", "+1", "1.0", "x", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK_FALSE(to_integer(text));
  }
}

TEST_CASE("trim takes white space at the ends alone") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim("  ").empty());
}

TEST_CASE("edits between words are counted, neighbours swapped as one") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("birthdate", "birhtdate") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("stored hashes never change") {
  CHECK(hash64("") == 0xcbf29ce484222325u);
  CHECK(hash64("a") == 0xaf63dc4c8601ec8cu);
}
