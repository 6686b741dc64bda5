#include "value/temporal.h"

#include "support/catch.h"

#include <random>
#include <string>

namespace fingerpost {
namespace {

using value::Calendar;
using value::Temporal;

std::optional<Temporal> moment(std::string_view text) {
  return Temporal::parse(Temporal::Kind::date_time, text);
}

}  // namespace

TEST_CASE("only dates and times that exist are read, and they print as they were") {
  struct Row {
    const char* text;
    bool exists;
  };
  const auto row = GENERATE(
      Row{"2024", true}, Row{"2024-02", true}, Row{"2024-02-29", true}, Row{"2023-02-29", false},
      Row{"2024-13", false}, Row{"2024-2", false}, Row{"0000", false}, Row{"2024-02-29T10", true},
      Row{"2024-02-29T10:30:00.120+05:45", true}, Row{"2024-02-29T24:00:00", false},
      Row{"2024-02T10", false}, Row{"2024-02-29T10:30:00+15:00", false},
      Row{"2024-02-29T10:30:00Z", true}, Row{"2024-02-29 10:30", false});
  CAPTURE(row.text);
  const auto parsed = moment(row.text);
  REQUIRE(parsed.has_value() == row.exists);
  if (parsed) CHECK(parsed->text() == row.text);
}

TEST_CASE("days added and taken away again give the day one started from") {
  std::mt19937 random(3);
  auto day = *moment("2000-01-01T12:00:00Z");
  for (int round = 0; round < 20'000; ++round) {
    const auto count = static_cast<std::int64_t>(random() % 200'000) - 100'000;
    const auto there = add(day, count, Calendar::day);
    REQUIRE(there);
    const auto back = add(*there, -count, Calendar::day);
    REQUIRE(back);
    REQUIRE(back->text() == day.text());
    REQUIRE((*compare(*there, day, 0) < 0) == (count < 0));
    if (there->year > 1800 && there->year < 2200) day = *there;
  }
}

TEST_CASE("precision decides what can be said of two moments") {
  struct Row {
    const char* left;
    const char* right;
    int order;  // 2: unknown
  };
  const auto row = GENERATE(Row{"2024", "2025-01", -1}, Row{"2024", "2024-01", 2},
                            Row{"2024-01-01T10:00:00Z", "2024-01-01T11:00:00+01:00", 0},
                            Row{"2024-01-01T10:00:00.5Z", "2024-01-01T10:00:00Z", 1},
                            Row{"2024-01-01T10:00Z", "2024-01-01T10:00:30Z", 2},
                            Row{"2024-01-01T10:00:00", "2024-01-01T10:00:00Z", 0},
                            Row{"2023-12-31T23:30Z", "2024-01-01T00:10:00+01:00", 1});
  CAPTURE(row.left, row.right);
  const auto order = compare(*moment(row.left), *moment(row.right), 0);
  if (row.order == 2) {
    CHECK_FALSE(order);
  } else {
    REQUIRE(order);
    CHECK((*order < 0 ? -1 : *order > 0 ? 1 : 0) == row.order);
  }
}

}  // namespace fingerpost
