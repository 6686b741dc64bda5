// Dates of the source formats as FHIR writes them, each with exactly the precision it came with.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::mapping {

// What was odd about a date; the text says what was made of it all the same.
enum class DateNote : std::uint8_t {
  plain,
  nothing,  // empty, or a placeholder such as 19010101: no text
  wrong,    // not a date: no text
  gap,      // a local time the clocks jumped over: read as GMT
  overlap,  // a local time that came twice: the first one, British Summer Time
};
struct Date {
  std::string text;  // FHIR date, or dateTime with seconds and an offset
  DateNote note = DateNote::plain;
};

// Zone of a time that has no offset: Europe/London, whose summer time runs from the last Sunday of
// March, 01:00 UTC, to the last Sunday of October, 01:00 UTC (the rule since 1996; before
// 1972-1995's other rules no clinical time is expected, and the offset only moves the instant by an
// hour).
enum class Zone : std::uint8_t { london, utc };

// HL7 v2 DTM and TS: YYYY[MM[DD[HH[MM[SS[.S+]]]]]][+/-ZZZZ] (v2.5.1 chapter 2A,
// DTM). Minutes without seconds get ":00", which FHIR demands; hours without minutes become the
// day.
Date v2_date(std::string_view text, Zone zone);

// HL7 v3 TS: the same text. A time is given in UTC, so that the same instant reads the same from
// every sender; hours alone get ":00:00". Midnight without an offset is padding: the day.
// 19010101, padded or not, says that the date is not known.
Date v3_date(std::string_view text, Zone zone);

// A FHIR date, dateTime or instant as HL7 v3 writes it: London's local time without an offset,
// whole seconds. At midnight, and in the hour that comes twice, the offset stays, so that v3_date
// gives the instant back. Any other text gives "".
std::string v3_text(std::string_view text);

// By a pattern of yyyy MM MMM dd HH mm ss and any other characters, kept to a precision of Y, YM,
// YMD or YMDT ("" keeps all of the pattern). MMM is an English month's first three letters.
Date pattern_date(std::string_view text, std::string_view pattern, std::string_view precision,
                  Zone zone);

}  // namespace fingerpost::mapping
