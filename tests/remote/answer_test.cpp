#include "remote/answer.h"

#include "support/catch.h"

using namespace fingerpost;
using namespace fingerpost::remote;

TEST_CASE("each HTTP status has its retry class") {
  struct Row {
    int status;
    Outcome outcome;
  };
  const auto row =
      GENERATE(Row{200, Outcome::delivered}, Row{201, Outcome::delivered},
               Row{204, Outcome::delivered}, Row{301, Outcome::refused}, Row{307, Outcome::refused},
               Row{400, Outcome::refused}, Row{401, Outcome::refused}, Row{403, Outcome::refused},
               Row{404, Outcome::refused}, Row{408, Outcome::later}, Row{409, Outcome::unknown},
               Row{410, Outcome::refused}, Row{412, Outcome::refused}, Row{413, Outcome::refused},
               Row{422, Outcome::refused}, Row{425, Outcome::later}, Row{429, Outcome::later},
               Row{500, Outcome::later}, Row{502, Outcome::later}, Row{503, Outcome::later},
               Row{504, Outcome::later}, Row{0, Outcome::unknown}, Row{100, Outcome::unknown});
  CAPTURE(row.status);
  CHECK(classify_http(row.status) == row.outcome);
}

TEST_CASE("Retry-After is seconds or a date, never more than a day") {
  constexpr std::int64_t now = 784'111'777'000'000;  // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(read_retry_after("0", now) == 0);
  CHECK(read_retry_after("120", now) == 120'000'000);
  CHECK(read_retry_after(" 7 ", now) == 7'000'000);
  CHECK(read_retry_after("999999999999", now) == std::int64_t{86'400} * 1'000'000);
  CHECK(read_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60'000'000);
  CHECK(read_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0);
  CHECK(read_retry_after("Mon, 06 Nov 1995 08:49:37 GMT", now) == std::int64_t{86'400} * 1'000'000);
  for (const char* bad : {"", "-1", "soon", "1.5", "Sunday, 06-Nov-94 08:49:37 GMT",
                          "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_retry_after(bad, now));
  }
}

TEST_CASE("an acknowledgement is read in any version's form") {
  struct Row {
    const char* message;
    const char* code;
    const char* control_id;
    const char* error_code;
    Outcome outcome;
  };
  const auto row = GENERATE(
      Row{"MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\rMSA|AA|M1\r", "AA", "M1", "", Outcome::delivered},
      Row{"MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\nMSA|CA|M 1\n", "CA", "M 1", "", Outcome::delivered},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AE|M1\rERR||PID^1^5|101^x^HL70357|E\r", "AE", "M1",
          "101", Outcome::refused},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AE|M1\rERR|PID^1^5^101&x&HL70357\r", "AE", "M1", "101",
          Outcome::refused},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AE|M1||||207^x\r", "AE", "M1", "207", Outcome::later},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AR|M1\rERR|||200|E\r", "AR", "M1", "200",
          Outcome::refused},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AR|M1\rERR|||203|E\r", "AR", "M1", "203",
          Outcome::refused},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AR|M1\rERR|||207|E\r", "AR", "M1", "207",
          Outcome::later},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|CR|M1\r", "CR", "M1", "", Outcome::later},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|CE|M1\r", "CE", "M1", "", Outcome::refused},
      Row{"MSH|^~\\&|||||||RRI^I12|1|P|2.4\rMSA|AA|M1\rRF1|A\r", "AA", "M1", "",
          Outcome::delivered},
      Row{"MSH!^~\\&!!!!!!!ACK!1!P!2.5\rMSA!AA!M|1\r", "AA", "M|1", "", Outcome::delivered},
      Row{"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|ZZ|M1\r", "ZZ", "M1", "", Outcome::unknown});
  CAPTURE(row.message);
  const auto read = read_acknowledgement(row.message);
  REQUIRE(read);
  CHECK(read->code == row.code);
  CHECK(read->control_id == row.control_id);
  CHECK(read->error_code == row.error_code);
  CHECK(classify_acknowledgement(*read) == row.outcome);
}

TEST_CASE("what is no acknowledgement is not read as one") {
  for (const char* message :
       {"", "MSA|AA|1", "MSH|^~\\&|||||||REF^I12|1|P|2.4\rRF1|P\r", "HTTP/1.1 200 OK"}) {
    CAPTURE(message);
    CHECK_FALSE(read_acknowledgement(message));
  }
}
