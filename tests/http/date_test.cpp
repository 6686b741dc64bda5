#include "http/date.h"

#include "support/catch.h"

#include <string>

using namespace fingerpost;

TEST_CASE("a time is written as RFC 9110 5.6.7 has it") {
  struct Row {
    std::int64_t seconds;
    const char* text;
  };
  const auto row = GENERATE(
      Row{0, "Thu, 01 Jan 1970 00:00:00 GMT"}, Row{784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      Row{951827696, "Tue, 29 Feb 2000 12:34:56 GMT"},
      Row{1798761599, "Thu, 31 Dec 2026 23:59:59 GMT"}, Row{-1, "Wed, 31 Dec 1969 23:59:59 GMT"});
  CHECK(http::http_date(row.seconds * 1'000'000) == row.text);
  CHECK(http::http_date(row.seconds * 1'000'000 + 999'999) == row.text);
}
