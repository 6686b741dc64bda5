// Dates, times and moments of any precision, as FHIRPath and FHIR write them.

#pragma once

#include "value/decimal.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::value {

enum class Precision : std::uint8_t { none, year, month, day, hour, minute, second };

// A Date, DateTime or Time. Fields finer than the precision are zero.
struct Temporal {
  enum class Kind : std::uint8_t { date, date_time, time };

  std::int16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
  Precision precision = Precision::none;
  std::uint32_t nanosecond = 0;
  std::int16_t offset_minutes = 0;  // east of UTC
  bool zoned = false;
  std::uint8_t fraction_digits = 0;  // as written: "10:00:00.0" has one
  Kind kind = Kind::date;

  // Text without "@". Strict: a date that does not exist is none. A time has no leading "T".
  static std::optional<Temporal> parse(Kind kind, std::string_view text);
  std::string text() const;
};

// By precision: none when the answer depends on digits that one side does not have. Moments with
// and without a zone meet as if the one without had `offset_minutes`. Time against the others:
// none.
std::optional<std::strong_ordering> compare(const Temporal& left, const Temporal& right,
                                            int offset_minutes);
// The same and equally precise (FHIRPath `~`).
bool equivalent(const Temporal& left, const Temporal& right, int offset_minutes);

enum class Calendar : std::uint8_t {
  none,
  year,
  month,
  week,
  day,
  hour,
  minute,
  second,
  millisecond
};

// FHIRPath 6.6.7: whole units are added at the value's own precision; the last day of a month stays
// within the month. None when the year leaves 1…9999.
std::optional<Temporal> add(const Temporal& value, std::int64_t count, Calendar unit);

// The first and the last moment a value may stand for, to `digits` digits of YYYYMMDDHHMMSSsss
// (HHMMSSsss for a time). None when there is no such precision.
enum class Bound { low, high };
std::optional<Temporal> boundary(const Temporal& value, Bound bound, int digits);
int digits(const Temporal& value);  // how many of them it has

}  // namespace fingerpost::value
