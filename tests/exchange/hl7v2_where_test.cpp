#include "exchange/hl7v2_where.h"

#include "practice.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

TEST_CASE("what is wrong with a resource stands in a field of the message it was made of") {
  struct Row {
    const char* expression;
    const char* place;
  };
  const auto row = GENERATE(
      Row{"Patient.birthDate", "PID-7"}, Row{"Patient.name[0].family", "PID-5"},
      Row{"Patient.contact[0]", "PID"}, Row{"ServiceRequest.authoredOn", "RF1-9"},
      Row{"Task.owner", "PRD[2]-7"}, Row{"ServiceRequest.requester", "PRD-7"},
      Row{"Task.for", "PID-3"}, Row{"Goal.subject", "PID-3"}, Row{"Task.output", "NTE"},
      Row{"Task.id", "RF1-6"}, Row{"Goal.target[0].dueDate", "GOL"},
      Row{"Condition.code", "Condition.code"}, Row{"PID-3[2].4", "PID-3[2].4"}, Row{"", ""});
  CAPTURE(row.expression);
  CHECK(hl7v2_where(row.expression,
                    "MSH|^~\\&|A|B\rRF1|P||||||R1\rPRD|RP^Referring\rPRD|RT^To\rPID|1\r"
                    "GOL|AD\rGOL|AD\rNTE|1\r") == row.place);
}

TEST_CASE("a refusal names segment, field and condition, and nothing of the patient") {
  struct Row {
    const char* what;
    std::string message;
    const char* error;
  };
  const auto referral = [](const std::string& rest, const std::string& owner,
                           const std::string& person = "9990000018") {
    return "MSH|^~\\&|GP|SURGERY|HUB|HUB|20261122093000||REF^" + rest + "|M1|P|2.5\rRF1|P|R||||R1" +
           "\rPRD|RP|Okafor^Ngozi\rPRD|RT|^Riverside|||||" + owner + "^ODS\rPID|1||" + person +
           "^^^NHS^NHS||Winterbourne^Maud\r";
  };
  const auto row = GENERATE_COPY(
      Row{"nobody knows who is asked", referral("I12", "NOBODY"), "\rERR||PRD^2^7^1|204^"},
      Row{"another patient's number", referral("I13", "LINK1", "9990000026"),
          "\rERR||PID^1^3^1|205^"},
      Row{"no patient",
          "MSH|^~\\&|GP|SURGERY|HUB|HUB|2026||REF^I12|M1|P|2.5\rRF1|P|R||||R1\rPRD|RP|A\r",
          "\rERR||"},
      Row{"a change of nothing",
          "MSH|^~\\&|GP|SURGERY|HUB|HUB|2026||REF^I14|M1|P|2.5\rRF1|P|R||||R9\rPRD|RP|A\rPRD|RT|"
          "^R|||||LINK1^ODS\rPID|1||9990000018^^^NHS^NHS||W^M\r",
          "\rERR||RF1^1^6^1|204^"});
  CAPTURE(row.what);
  Practice practice;
  REQUIRE(practice.send(referral("I12", "LINK1")));
  const auto answer = practice.answer(row.message);
  CAPTURE(answer);
  CHECK(answer.find("\rMSA|AE|M1") != std::string::npos);
  CHECK(answer.find(row.error) != std::string::npos);
  for (const auto* secret : {"Winterbourne", "9990000026", "9990000018", "Riverside"})
    CHECK(answer.find(secret) == std::string::npos);
}
