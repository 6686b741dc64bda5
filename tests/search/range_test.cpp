#include "search/range.h"

#include "search/cursor.h"
#include "search/fold.h"
#include "search/hash.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;

TEST_CASE("a date covers all that its precision leaves open") {
  constexpr std::int64_t s = 1'000'000;
  struct Row {
    const char* text;
    std::int64_t low;
    std::int64_t high;
  };
  const auto row = GENERATE(
      Row{"1970", 0, 365 * 86400 * s - 1}, Row{"1970-02", 31 * 86400 * s, 59 * 86400 * s - 1},
      Row{"2000-02-29", 951782400 * s, 951868800 * s - 1},
      Row{"1970-01-01T00:01Z", 60 * s, 120 * s - 1}, Row{"1970-01-01T01:00:00+01:00", 0, s - 1},
      Row{"1970-01-01T00:00:00.25Z", 250'000, 259'999},
      Row{"1969-12-31T23:59:59.999-00:00", -1000, -1},
      Row{"1970-01-01T00:00:00.1234567Z", 123'456, 123'456});
  CAPTURE(row.text);
  const auto range = search::date_range(row.text);
  REQUIRE(range);
  CHECK(range->low == row.low);
  CHECK(range->high == row.high);
}

TEST_CASE("what is no date has no range") {
  const auto text = GENERATE("", "70", "1970-", "1970-13", "1970-02-30", "1900-02-29", "1970-1-1",
                             "1970-01-01T", "1970-01-01T00", "1970-01-01T00:60", "1970-01-01Z",
                             "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00.Z", "1970-01-01x");
  CAPTURE(text);
  CHECK(!search::date_range(text));
}

TEST_CASE("a number covers what rounds to it") {
  struct Row {
    const char* text;
    double value, low, high;
  };
  const auto row = GENERATE(Row{"100", 100, 99.5, 100.5}, Row{"100.00", 100, 99.995, 100.005},
                            Row{"1e2", 100, 50, 150}, Row{"-5.4", -5.4, -5.45, -5.35},
                            Row{"0", 0, -0.5, 0.5}, Row{"0.050", 0.05, 0.0495, 0.0505});
  CAPTURE(row.text);
  const auto range = search::number_range(row.text);
  REQUIRE(range);
  CHECK(range->value == row.value);
  CHECK(range->low == row.low);
  CHECK(range->high == row.high);
}

TEST_CASE("what is no number has no range") {
  const auto text = GENERATE("", "-", ".", "1.2.3", "1e", "1e999", "abc", "1 ");
  CAPTURE(text);
  CHECK(!search::number_range(text));
}

TEST_CASE("folded text is without case, accents and odd spaces") {
  CHECK(search::fold("  Ó Súilleabháin\t ") == "o suilleabhain");
  CHECK(search::fold("STRAßE Æthel") == "strasse aethel");
  CHECK(search::fold("Zoe\xcc\x88") == "zoe");
  CHECK(search::fold("O\xe2\x80\x99Neill") == "o'neill");
  CHECK(search::fold("\xff\x80") == "\xff\x80");
  CHECK(search::fold("ΑΒΓ Дом") == "αβγ дом");
}

// The SipHash authors' own vector: key 00..0f, message 00..0e.
TEST_CASE("the hash is SipHash-2-4") {
  std::string message;
  for (char c = 0; c < 15; ++c) message += c;
  const search::HashKey key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  CHECK(search::hash(key, message) == 0xa129ca6149be45e5u);
}

TEST_CASE("a cursor comes back as it was, and only for its own query and key") {
  const search::HashKey key{7, 8};
  search::Place place;
  place.row = 123456789;
  place.sort_values = {std::string("\0smith\0", 7), "\x01"};
  const std::string text = search::seal(key, 42, place);
  CHECK_THAT(text, !Catch::Contains("smith"));
  const auto back = search::unseal(key, 42, text);
  REQUIRE(back);
  CHECK(back->row == place.row);
  CHECK(back->sort_values == place.sort_values);
  CHECK(!search::unseal(key, 43, text));
  CHECK(!search::unseal({7, 9}, 42, text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (i + 1 < text.size()) CHECK(!search::unseal(key, 42, changed));
  }
}
