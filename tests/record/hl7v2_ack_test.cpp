#include "record/hl7v2_ack.h"

#include "record/hl7v2_header.h"
#include "support/catch.h"
#include "support/hl7v2.h"

using namespace fingerpost;
using namespace fingerpost::record;
using fingerpost::test::message_text;

TEST_CASE("an acknowledgement exchanges sender and receiver whole and repeats the control id") {
  const auto header = read_hl7v2_header(
      "MSH~$%!@~GP$1.2$ISO~SURG@x~LINK~HUB$3$ISO~2026~~REF$I13$REF_I12~a%b$c~P$T~2.3.1~~~AL~NE~GBR~"
      "8859/1\r");
  REQUIRE(header);
  CHECK(write_acknowledgement(*header, {AckCode::AA, "77", "2027", {}}) ==
        "MSH~$%!@~LINK~HUB$3$ISO~GP$1.2$ISO~SURG@x~2027~~ACK$I13$ACK~77~P$T~2.3.1~~~~~~8859/1\r"
        "MSA~AA~a%b$c\r");
}

TEST_CASE("what is wrong is told in the form of the sender's version") {
  struct Row {
    const char* version;
    const char* rest;
  };
  const auto row = GENERATE(
      Row{"2.3",
          "MSA|AE|M1|no id\rERR|RF1^1^6^101&Required field missing&HL70357~PRD^2^7^102&Data type "
          "error&HL70357\r"},
      Row{"2.4",
          "MSA|AE|M1|no id\rERR|RF1^1^6^101&Required field missing&HL70357~PRD^2^7^102&Data type "
          "error&HL70357\r"},
      Row{"2.5.1",
          "MSA|AE|M1\rERR||RF1^1^6^1|101^Required field missing^HL70357|E||||no id\r"
          "ERR||PRD^2^7^3^1^2|102^Data type error^HL70357|W||||odd \\T\\ end\r"},
      Row{"2.8",
          "MSA|AE|M1\rERR||RF1^1^6^1|101^Required field missing^HL70357|E||||no id\r"
          "ERR||PRD^2^7^3^1^2|102^Data type error^HL70357|W||||odd \\T\\ end\r"});
  CAPTURE(row.version);
  const auto header = read_hl7v2_header(message_text("REF^I12", "", row.version));
  REQUIRE(header);
  const auto answer = write_acknowledgement(
      *header, {AckCode::AE,
                "9",
                "2027",
                {fault(Issue{Severity::error, "required", "RF1-6", "no id"}),
                 fault(Issue{Severity::warning, "value", "PRD[2]-7[3].1.2", "odd & end"})}});
  CHECK(answer.substr(answer.find("MSA")) == row.rest);
}

TEST_CASE("an error becomes the code of table 0357 and the acknowledgement that fits it") {
  struct Row {
    Error error;
    AckCode answer;
    const char* code;
  };
  const auto row = GENERATE(Row{{Kind::unsupported, "t", "MSH-9.1"}, AckCode::AR, "200"},
                            Row{{Kind::unsupported, "t", "MSH-9.2"}, AckCode::AR, "201"},
                            Row{{Kind::unsupported, "t", "MSH-11"}, AckCode::AR, "202"},
                            Row{{Kind::unsupported, "t", "MSH-12"}, AckCode::AR, "203"},
                            Row{{Kind::unsupported, "t", "MSH-18"}, AckCode::AE, "102"},
                            Row{{Kind::invalid, "t", "MSH-10"}, AckCode::AE, "101"},
                            Row{{Kind::invalid, "t", "MSH"}, AckCode::AE, "100"},
                            Row{{Kind::invalid, "t", "REF_I12"}, AckCode::AE, "100"},
                            Row{{Kind::invalid, "t", "PID"}, AckCode::AE, "101"},
                            Row{{Kind::invalid, "t", "PID-3.1"}, AckCode::AE, "102"},
                            Row{{Kind::not_found, "t", "PRD"}, AckCode::AE, "204"},
                            Row{{Kind::too_costly, "t", "PID-3.1"}, AckCode::AE, "102"},
                            Row{{Kind::busy, "t", ""}, AckCode::AR, "207"},
                            Row{{Kind::fault, "t", ""}, AckCode::AR, "207"});
  CAPTURE(row.error.where);
  CHECK((application_code(row.error) == row.answer));
  CHECK((accept_code(row.error) == (row.answer == AckCode::AR ? AckCode::CR : AckCode::CE)));
  CHECK(fault(row.error).code == row.code);
}

TEST_CASE("bytes without a header get an answer that names no message") {
  const auto header = read_hl7v2_header("hello");
  REQUIRE(header.has_error());
  CHECK(write_rejection(header.error(), "1", "2027") ==
        "MSH|^~\\&|||||2027||ACK^^ACK|1|P|2.5\rMSA|AE\r"
        "ERR||MSH^1|100^Segment sequence error^HL70357|E||||a message starts with MSH\r");
}

TEST_CASE("which answers are wanted follows MSH-15 and MSH-16") {
  struct Row {
    const char* accept;
    const char* application;
    bool enhanced;
    When wanted_accept, wanted_application;
  };
  const auto row = GENERATE(Row{"", "", false, When::never, When::always},
                            Row{"AL", "", true, When::always, When::never},
                            Row{"", "AL", true, When::never, When::always},
                            Row{"AL", "NE", true, When::always, When::never},
                            Row{"ER", "SU", true, When::on_error, When::on_success},
                            Row{"NE", "NE", true, When::never, When::never},
                            Row{"XX", "AL", true, When::always, When::always});
  CAPTURE(row.accept, row.application);
  Hl7v2Header header;
  header.accept_answer = row.accept;
  header.application_answer = row.application;
  const auto wanted = answers_wanted(header);
  CHECK(wanted.enhanced == row.enhanced);
  CHECK((wanted.accept == row.wanted_accept));
  CHECK((wanted.application == row.wanted_application));
}

TEST_CASE("an answer is due by its condition") {
  CHECK(is_due(When::always, true));
  CHECK(is_due(When::always, false));
  CHECK_FALSE(is_due(When::never, true));
  CHECK(is_due(When::on_error, false));
  CHECK_FALSE(is_due(When::on_error, true));
  CHECK(is_due(When::on_success, true));
  CHECK_FALSE(is_due(When::on_success, false));
}

TEST_CASE("an acknowledgement is known as one, and a referral answer is not") {
  CHECK(is_acknowledgement(read_hl7v2_header(message_text("ACK^I12^ACK", "")).value()));
  CHECK(is_acknowledgement(read_hl7v2_header(message_text("ACK", "")).value()));
  CHECK_FALSE(is_acknowledgement(read_hl7v2_header(message_text("RRI^I12", "")).value()));
}

TEST_CASE("a place that is no segment is left out of the acknowledgement") {
  const auto header = read_hl7v2_header(message_text("REF^I12", "", "2.5"));
  REQUIRE(header);
  const auto answer = write_acknowledgement(
      *header, {AckCode::AE, "9", "2027", {fault(Error{Kind::invalid, "no PID", "REF_I12"})}});
  CHECK(answer.ends_with("ERR|||100^Segment sequence error^HL70357|E||||no PID\r"));
}
