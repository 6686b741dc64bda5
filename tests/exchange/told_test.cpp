// An older message that comes late, and a message about another patient than is known.

#include "exchange/told.h"

#include "base/base64.h"
#include "practice.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

const std::string maud = "PID|1||9990000018^^^NHS^NHS||Winterbourne^Maud\r";
const std::string other = "PID|1||9990000026^^^NHS^NHS||Orchard^Ann\r";

std::string message(const std::string& type, const std::string& time, const std::string& segments,
                    const std::string& rf1 = "", const std::string& person = maud) {
  return "MSH|^~\\&|GP|SURGERY|HUB|HUB|" + time + "||" + type + "|M1|P|2.5\r" + rf1 + person +
         segments;
}
std::string asked(const std::string& reason) {
  return "RF1|P|R||||R1||||" + reason + "\rPRD|RP|Okafor^Ngozi\rPRD|RT|^Riverside|||||LINK1^ODS\r";
}
std::string result(const std::string& score) {
  return "OBR|1||F1|X^Score|||20261101||||||||||||||||||F\rOBX|1|NM|X^Score||" + score +
         "||||||F|||20261101|||||||\rNTE|1||" + score + "\r";
}

// The Provenance of a message that came too late says so in its report.
std::string last_report(World& world) {
  store::HistoryQuery query;
  query.type = "Provenance";
  const auto page = world.reader()->history(query);
  REQUIRE(page);
  REQUIRE_FALSE(page->versions.empty());
  const auto& body = page->versions.front().body;
  const auto at = body.find("\"data\":\"") + 8;
  const auto report = from_base64(body.substr(at, body.find('"', at) - at), Base64::plain);
  REQUIRE(report);
  return *report;
}

}  // namespace

TEST_CASE("an older message that comes late changes nothing that is newer") {
  struct Row {
    const char* what;
    std::string newer;
    std::string older;
    const char* type;
    const char* key;
    const char* stands;
  };
  const std::string early = "20261122080000", late = "20261122093000";
  const auto row = GENERATE_COPY(
      Row{"PGL", message("PGL^PC7", late, goal("UP", "G1", "completed")),
          message("PGL^PC6", early, goal("AD", "G1", "active")), "Goal", "G1",
          "lifecycleStatus = 'completed'"},
      Row{"PPP", message("PPP^PCC", late, pathway("UP", "completed")),
          message("PPP^PCB", early, pathway("AD")), "CarePlan", "W1", "status = 'completed'"},
      Row{"PPR", message("PPR^PC2", late, "PRB|UP|20261122|X^Debt|P1||||||||||resolved\r"),
          message("PPR^PC1", early, "PRB|AD|20261122|X^Debt|P1||||||||||active\r"), "Condition",
          "P1", "clinicalStatus.coding.code = 'resolved'"},
      Row{"CCM", message("CCM^I21", late, goal("UP", "G1", "completed")),
          message("CCM^I21", early, goal("AD", "G1", "active")), "Goal", "G1",
          "lifecycleStatus = 'completed'"},
      Row{"ADT", message("ADT^A31", late, "PV1|1|N\r", "EVN||20261122093000\r"),
          message("ADT^A31", early, "PV1|1|N\r", "EVN||20261122080000\r",
                  "PID|1||9990000018^^^NHS^NHS||Before^Maud\r"),
          "Patient", "9990000018", "name.family = 'Winterbourne'"},
      Row{"ORU", message("ORU^R01", late, result("6")), message("ORU^R01", early, result("4")),
          "DiagnosticReport", "F1", "conclusion = '6' or conclusion.empty()"},
      Row{"REF", message("REF^I13", late, "", asked("ISO^Lonely")),
          message("REF^I12", early, "", asked("DEBT^Debt")), "ServiceRequest", "R1",
          "reasonCode.coding.code = 'ISO'"});
  CAPTURE(row.what);
  Practice practice;
  REQUIRE(practice.send(row.newer));
  REQUIRE(practice.is(row.type, row.key, row.stands));
  const auto id = uuid_v5({"practice~~SURGERY", row.type, row.key});
  const auto version = practice.version(row.type, id);
  practice.clock.advance(1'000'000);
  REQUIRE(practice.send(row.older));
  CHECK(practice.is(row.type, row.key, row.stands));
  CHECK(practice.version(row.type, id) == version);
  CHECK(last_report(practice).find("the sender has told of this since") != std::string::npos);
}

TEST_CASE("what was done later is newer, whenever it is told") {
  Practice practice;
  const auto told = [](const std::string& time, const std::string& done, const std::string& words) {
    return message("PGL^PC7", time, "GOL|UP|" + done + "|^" + words + "|G1||||||||||||||active\r");
  };
  REQUIRE(practice.send(told("20261122090000", "20261120", "second")));
  REQUIRE(practice.send(told("20261122100000", "20261119", "first")));
  CHECK(practice.is("Goal", "G1", "description.text = 'second'"));
  REQUIRE(practice.send(told("20261122080000", "20261121", "third")));
  CHECK(practice.is("Goal", "G1", "description.text = 'third'"));
}

TEST_CASE("what is told again without a change makes what came before it late") {
  Practice practice;
  const auto told = [](const std::string& time, const std::string& words) {
    return message("PGL^PC7", time, goal("UP", "G1", "active", words));
  };
  REQUIRE(practice.send(told("20261122090000", "walk")));
  REQUIRE(practice.send(told("20261122092000", "walk")));
  REQUIRE(practice.send(told("20261122091000", "swim")));
  CHECK(practice.is("Goal", "G1", "description.text = 'walk'"));
}

TEST_CASE("a sender whose clock was ahead is heard when it is right again") {
  Practice practice;
  const auto told = [](const std::string& time, const std::string& done, const std::string& words) {
    return message("PGL^PC7", time, "GOL|UP|" + done + "|^" + words + "|G1||||||||||||||active\r");
  };
  REQUIRE(practice.send(told("20620101000000", "20620101", "ahead")));
  CHECK(practice.is("Goal", "G1", "meta.source.contains('2062').not()"));
  practice.clock.advance(60'000'000);
  const auto minute_later = "20261122" + GENERATE(std::string("0934"), std::string("0940"));
  REQUIRE(practice.send(told(minute_later, "", "right")));
  CHECK(practice.is("Goal", "G1", "description.text = 'right'"));
}

TEST_CASE("in the hour that comes twice nothing is late") {
  Practice practice;
  const auto told = [](const std::string& time, const std::string& words) {
    return message("PGL^PC7", time, "GOL|UP||^" + words + "|G1||||||||||||||active\r");
  };
  REQUIRE(practice.send(told("20261025015000", "summer time")));
  REQUIRE(practice.send(told("20261025011000", "twenty minutes on")));
  CHECK(practice.is("Goal", "G1", "description.text = 'twenty minutes on'"));
}

TEST_CASE("times that cannot be told apart, and other senders' times, make nothing late") {
  Practice practice;
  REQUIRE(practice.send(message("PGL^PC6", "20261122093000", goal("AD", "G1", "active"))));
  const auto time = GENERATE("2026", "", "20261122093000", "nonsense");
  CAPTURE(time);
  REQUIRE(practice.send(message("PGL^PC7", time, goal("UP", "G1", "completed"))));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'completed'"));
}

TEST_CASE("a cancellation never comes too late, and takes nothing else of what is newer") {
  Practice practice;
  REQUIRE(practice.send(message("REF^I12", "20261122080000", "", asked("DEBT^Debt"))));
  REQUIRE(practice.send(message("REF^I13", "20261122100000", "", asked("ISO^Lonely"))));
  REQUIRE(practice.send(message("REF^I14", "20261122090000", "", asked("DEBT^Debt"))));
  CHECK(
      practice.is("ServiceRequest", "R1", "status = 'revoked' and reasonCode.coding.code = 'ISO'"));
  CHECK(practice.is("Task", "R1", "status = 'cancelled' and statusReason.exists()"));
}

TEST_CASE("a message about another patient than its number is known of is refused") {
  struct Row {
    const char* what;
    std::string first;
    std::string second;
    const char* type;
    const char* key;
  };
  const std::string early = "20261122080000", late = "20261122093000";
  const auto row = GENERATE_COPY(
      Row{"PGL", message("PGL^PC6", early, goal("AD", "G1", "active")),
          message("PGL^PC7", late, goal("UP", "G1", "completed"), "", other), "Goal", "G1"},
      Row{"a goal that is only named", message("PGL^PC6", early, goal("AD", "G1", "active")),
          message("PGL^PC7", late, goal("UC", "G1", "") + goal("AD", "G2", "active"), "", other),
          "Goal", "G1"},
      Row{"PPR", message("PPR^PC1", early, "PRB|AD|20261122|X^Debt|P1||||||||||active\r"),
          message("PPR^PC2", late, "PRB|UP|20261122|X^Debt|P1||||||||||active\r", "", other),
          "Condition", "P1"},
      Row{"PPP", message("PPP^PCB", early, pathway("AD")),
          message("PPP^PCC", late, pathway("UP"), "", other), "CarePlan", "W1"},
      Row{"ORU", message("ORU^R01", early, result("4")),
          message("ORU^R01", late, result("6"), "", other), "DiagnosticReport", "F1"},
      Row{"REF", message("REF^I12", early, "", asked("DEBT^Debt")),
          message("REF^I13", late, "", asked("ISO^Lonely"), other), "ServiceRequest", "R1"});
  CAPTURE(row.what);
  Practice practice;
  REQUIRE(practice.send(row.first));
  const auto refused = practice.send(row.second);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(refused.error().where == "PID-3");
  const auto id = uuid_v5({"practice~~SURGERY", row.type, row.key});
  CHECK(practice.version(row.type, id) == 1);
  CHECK_FALSE(practice.is("Patient", "9990000026", "true"));
}

TEST_CASE("a patient who is known by a better number now is the same one") {
  Practice practice;
  const auto local = "PID|1||L7^^^ELM^PI||Winterbourne^Maud\r";
  const auto both = "PID|1||9990000018^^^NHS^NHS~L7^^^ELM^PI||Winterbourne^Maud\r";
  REQUIRE(practice.send(message("REF^I12", "20261122080000", "", asked("DEBT^Debt"), local)));
  REQUIRE(practice.send(message("REF^I13", "20261122090000", "", asked("ISO^Lonely"), both)));
  CHECK(practice.is("ServiceRequest", "R1", "reasonCode.coding.code = 'ISO'"));
}
