#include "mapping/dates.h"

#include "support/catch.h"

using namespace fingerpost::mapping;

namespace {

using N = DateNote;

struct Row {
  const char* text;
  const char* date;
  DateNote note;
};

void check(const Row& row, const Date& made) {
  CAPTURE(row.text);
  CHECK(made.text == row.date);
  CHECK(made.note == row.note);
}

}  // namespace

TEST_CASE("an HL7 date keeps its precision, and a time gets London's offset") {
  const auto row = GENERATE(
      Row{"1970", "1970", N::plain}, Row{"197002", "1970-02", N::plain},
      Row{"19700203", "1970-02-03", N::plain}, Row{"1970020312", "1970-02-03", N::plain},
      Row{"202401151230", "2024-01-15T12:30:00+00:00", N::plain},
      Row{"20240115123045", "2024-01-15T12:30:45+00:00", N::plain},
      Row{"20240715123045.123", "2024-07-15T12:30:45.123+01:00", N::plain},
      Row{"20240715123045-0500", "2024-07-15T12:30:45-05:00", N::plain},
      Row{"202407151230+0000", "2024-07-15T12:30:00+00:00", N::plain},
      Row{"202407151230Z", "2024-07-15T12:30:00+00:00", N::plain},
      Row{"  20240229 ", "2024-02-29", N::plain},
      // Summer time 2024: 31 March and 27 October, both 01:00 UTC.
      Row{"202403310059", "2024-03-31T00:59:00+00:00", N::plain},
      Row{"202403310100", "2024-03-31T01:00:00+00:00", N::gap},
      Row{"202403310159", "2024-03-31T01:59:00+00:00", N::gap},
      Row{"202403310200", "2024-03-31T02:00:00+01:00", N::plain},
      Row{"202410270059", "2024-10-27T00:59:00+01:00", N::plain},
      Row{"202410270100", "2024-10-27T01:00:00+01:00", N::overlap},
      Row{"202410270200", "2024-10-27T02:00:00+00:00", N::plain},
      Row{"202503292359", "2025-03-29T23:59:00+00:00", N::plain},
      Row{"202503301200", "2025-03-30T12:00:00+01:00", N::plain},
      Row{"202510261200", "2025-10-26T12:00:00+00:00", N::plain}, Row{"", "", N::nothing},
      Row{"19010101", "", N::nothing}, Row{"00000000", "", N::nothing},
      Row{"20240230", "", N::wrong}, Row{"20230229", "", N::wrong}, Row{"202413", "", N::wrong},
      Row{"2024011525", "", N::wrong}, Row{"20240115126", "", N::wrong}, Row{"x", "", N::wrong},
      Row{"2024-01-15", "", N::wrong}, Row{"20240115 1230", "", N::wrong},
      Row{"202401151260", "", N::wrong}, Row{"20240115+9900", "", N::wrong},
      Row{"2024-01", "", N::wrong}, Row{"20240115+0000", "2024-01-15", N::plain});
  check(row, v2_date(row.text, Zone::london));
}

TEST_CASE("an HL7 v3 time is given in UTC, and a padded midnight is the day") {
  const auto row = GENERATE(
      Row{"1988", "1988", N::plain}, Row{"198806", "1988-06", N::plain},
      Row{"19880601", "1988-06-01", N::plain},
      Row{"201510121412", "2015-10-12T13:12:00+00:00", N::plain},
      Row{"20100113113733", "2010-01-13T11:37:33+00:00", N::plain},
      Row{"2010011311", "2010-01-13T11:00:00+00:00", N::plain},
      Row{"20100714163251.42", "2010-07-14T15:32:51.42+00:00", N::plain},
      Row{"201507010030", "2015-06-30T23:30:00+00:00", N::plain},
      Row{"201503010030+0100", "2015-02-28T23:30:00+00:00", N::plain},
      Row{"201212312330-0100", "2013-01-01T00:30:00+00:00", N::plain},
      Row{"201602282330-01", "2016-02-29T00:30:00+00:00", N::plain},
      Row{"201001010030+01", "2009-12-31T23:30:00+00:00", N::plain},
      Row{"20120101000000", "2012-01-01", N::plain}, Row{"201207010000", "2012-07-01", N::plain},
      Row{"20120101000000+0000", "2012-01-01T00:00:00+00:00", N::plain},
      Row{"20120101000001", "2012-01-01T00:00:01+00:00", N::plain},
      Row{"202403310130", "2024-03-31T01:30:00+00:00", N::gap},
      Row{"202410270130", "2024-10-27T00:30:00+00:00", N::overlap}, Row{"19010101", "", N::nothing},
      Row{"19010101000000", "", N::nothing},
      Row{"19010101120000", "1901-01-01T12:00:00+00:00", N::plain}, Row{"", "", N::nothing},
      Row{"00000000", "", N::nothing}, Row{"20100230", "", N::wrong}, Row{"201013", "", N::wrong},
      Row{"2010-01-13", "", N::wrong}, Row{"2010-01", "", N::wrong});
  check(row, v3_date(row.text, Zone::london));
}

TEST_CASE("a FHIR time is written as HL7 v3 has it, and read again it is the same") {
  struct Row {
    const char* fhir;
    const char* written;
  };
  const auto row = GENERATE(
      Row{"2010", "2010"}, Row{"2010-07", "201007"}, Row{"2010-07-14", "20100714"},
      Row{"2010-07-14T15:32:51+00:00", "20100714163251"},
      Row{"2010-07-14T16:32:51.42+01:00", "20100714163251"},
      Row{"2010-01-13T11:37:33Z", "20100113113733"},
      Row{"2010-12-31T23:30:00-01:00", "20110101003000"},
      Row{"2024-03-31T00:59:59Z", "20240331005959"}, Row{"2024-03-31T01:00:00Z", "20240331020000"},
      Row{"2024-10-27T00:30:00Z", "20241027013000+0100"},
      Row{"2024-10-27T01:30:00Z", "20241027013000+0000"},
      Row{"2024-10-27T02:00:00Z", "20241027020000"}, Row{"2024-10-26T23:30:00Z", "20241027003000"},
      Row{"2024-06-30T23:00:00Z", "20240701000000+0100"},
      Row{"2024-01-01T00:00:00Z", "20240101000000+0000"}, Row{"", ""}, Row{"x", ""},
      Row{"2010-13", ""}, Row{"20100714", ""}, Row{"2010-7-14", ""}, Row{"2010-07-14T15:32:51", ""},
      Row{"2010-07-14T15:32Z", ""});
  CAPTURE(row.fhir);
  const auto written = v3_text(row.fhir);
  CHECK(written == row.written);
  const auto again = v3_text(v3_date(written, Zone::london).text);
  CHECK(again == written);
}

TEST_CASE("in UTC no time is odd") {
  CHECK(v2_date("202403310130", Zone::utc).text == "2024-03-31T01:30:00+00:00");
  CHECK(v2_date("202403310130", Zone::utc).note == DateNote::plain);
}

TEST_CASE("a date by a pattern") {
  struct Row {
    const char *text, *pattern, *precision, *date;
  };
  const auto row =
      GENERATE(Row{"03/02/1970", "dd/MM/yyyy", "", "1970-02-03"},
               Row{"03/02/1970", "dd/MM/yyyy", "YM", "1970-02"},
               Row{"03/02/1970", "dd/MM/yyyy", "Y", "1970"},
               Row{"1970-02-03 04:05", "yyyy-MM-dd HH:mm", "YMDT", "1970-02-03T04:05:00+00:00"},
               Row{"1970-02-03 04:05", "yyyy-MM-dd HH:mm", "YMD", "1970-02-03"},
               Row{"03 Feb 1970", "dd MMM yyyy", "", "1970-02-03"},
               Row{"03 Jul 2026 04:05:06", "dd MMM yyyy HH:mm:ss", "", "2026-07-03T04:05:06+01:00"},
               Row{"03 DEC 1970", "dd MMM yyyy", "", "1970-12-03"},
               Row{"03 Fxb 1970", "dd MMM yyyy", "", ""}, Row{"03 F", "dd MMM yyyy", "", ""},
               Row{"01/01/1901", "dd/MM/yyyy", "", ""}, Row{"31/02/1970", "dd/MM/yyyy", "", ""},
               Row{"3/2/1970", "dd/MM/yyyy", "", ""}, Row{"03/02/1970x", "dd/MM/yyyy", "", ""});
  CAPTURE(row.text, row.pattern);
  CHECK(pattern_date(row.text, row.pattern, row.precision, Zone::london).text == row.date);
}
