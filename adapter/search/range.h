// The range of values that a date or a number text stands for (R4 search.html#date, #number).

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::search {

constexpr std::int64_t no_start = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

// The first and the last microsecond of the year, month, day, minute, second … that it names.
struct DateRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

// A FHIR date, dateTime or instant; a search value besides, whose time may lack seconds. A time
// without a zone is UTC. Nothing when it is no date.
std::optional<DateRange> date_range(std::string_view text);

// Days since 1970-01-01 of the Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day);

// value: the number; [low, high): what rounds to it at the precision written ("100": 99.5 to
// 100.5).
struct NumberRange {
  double value = 0;
  double low = 0;
  double high = 0;
};

// The same as decimals with an exponent, exactly: "100e0", "995e-1", "1005e-1".
struct NumberTexts {
  std::string value, low, high;
};
std::optional<NumberTexts> number_texts(std::string_view text);

// A FHIR decimal, with an exponent perhaps. The bounds are made from the digits, not by
// arithmetic on doubles, so that equal numbers give equal bounds. Nothing when it is no number.
std::optional<NumberRange> number_range(std::string_view text);

}  // namespace fingerpost::search
