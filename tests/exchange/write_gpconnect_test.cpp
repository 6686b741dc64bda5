// UK Core resources to GP Connect records (STU3), and back: the rules of
// mappings/gpconnect/README.md.

#include "support/catch.h"
#include "support/contents.h"
#include "support/translator.h"

#include <random>
#include <string>
#include <string_view>
#include <utility>

using namespace fingerpost;

namespace {

Translation read(std::string text) {
  auto made = test::translator().translate(Format::gpconnect, std::move(text), {});
  if (!made) throw std::runtime_error(made.error().text + " at " + made.error().where);
  return *std::move(made);
}

exchange::Translator::Written write(std::string bundle) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  auto made = test::translator().write(Format::gpconnect, std::move(bundle), options);
  if (!made) throw std::runtime_error(made.error().text + " at " + made.error().where);
  return *std::move(made);
}

std::string sample() {
  return test::read_file(test::project() / "mappings/gpconnect/samples/gpconnect-record.json");
}

// A record of one ServiceRequest with these members.
std::string bundle(std::string_view members) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[
    {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"urn:uuid:o"}}},
    {"fullUrl":"urn:uuid:o","resource":{"resourceType":"Organization","id":"o","identifier":[
      {"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"Z90001"}]}},
    {"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","id":"d"}},
    {"fullUrl":"urn:uuid:r","resource":{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"urn:uuid:d"},"organization":{"reference":"urn:uuid:o"}}},
    {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s","subject":{"reference":"Patient/p"},)" +
         std::string(members) + "}}]}";
}

constexpr std::string_view act =
    R"("code":{"coding":[{"system":"http://snomed.info/sct","code":"871731000000106"}]})";

// That record with a resource "x" of these members beside, where ACT is the code of a referral.
std::string one_more(std::string members, std::string_view intent = "order") {
  if (const auto at = members.find("ACT"); at != std::string::npos) members.replace(at, 3, act);
  auto text = bundle(R"("status":"active","intent":")" + std::string(intent) + "\"");
  return text.insert(text.size() - 2,
                     R"(,{"fullUrl":"urn:uuid:x","resource":{"id":"x",)" + members + "}}");
}

}  // namespace

TEST_CASE("a service request is written as what GP Connect calls it") {
  struct Row {
    const char* members;
    const char* type;
    const char* part;  // of its JSON
    bool told;
  };
  const auto row = GENERATE(
      Row{R"("status":"unknown","intent":"order",ACT)", "ReferralRequest",
          R"("reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"871731000000106"}]}])",
          false},
      Row{R"("status":"active","intent":"order",ACT)", "ReferralRequest", R"("status":"unknown")",
          true},
      Row{R"("status":"active","intent":"plan","category":[{"coding":[{"system":"https://fhir.nhs.uk/CodeSystem/message-category-servicerequest","code":"referral"}]}],ACT)",
          "ReferralRequest", R"("intent":"order")", true},
      Row{R"("status":"active","intent":"plan","category":[{"coding":[{"system":"https://fhir.nhs.uk/CodeSystem/message-category-servicerequest","code":"validation"}]}],ACT)",
          "ProcedureRequest", R"("intent":"plan")", false},
      Row{R"("status":"revoked","intent":"order",ACT)", "ReferralRequest",
          R"("status":"cancelled")", false},
      Row{R"("status":"unknown","intent":"order","code":{"coding":[{"system":"http://snomed.info/sct","code":"3457005"}]},"reasonCode":[{"text":"Falls"}])",
          "ReferralRequest", R"("reasonCode":[{"text":"Falls"}])", false},
      Row{R"("status":"unknown","intent":"order",ACT,"priority":"stat")", "ReferralRequest",
          R"("note":[{"text":"Priority: stat"}])", false},
      Row{R"("status":"unknown","intent":"order",ACT,"priority":"asap")", "ReferralRequest",
          R"("priority":"asap")", false},
      Row{R"("status":"unknown","intent":"order",ACT,"requester":{"reference":"PractitionerRole/r"})",
          "ReferralRequest",
          R"("requester":{"agent":{"reference":"Practitioner/d"},"onBehalfOf":{"reference":"Organization/o"}})",
          false},
      Row{R"("status":"unknown","intent":"order",ACT,"performer":[{"reference":"urn:uuid:o"}])",
          "ReferralRequest", R"("recipient":[{"reference":"Organization/o"}])", false},
      Row{R"("status":"active","intent":"plan",ACT)", "ProcedureRequest", R"("status":"active")",
          false},
      Row{R"("status":"on-hold","intent":"plan","code":{"text":"Review"})", "ProcedureRequest",
          R"("status":"suspended")", false},
      Row{R"("status":"active","intent":"plan")", "ProcedureRequest",
          R"("code":{"text":"No code available"})", false},
      Row{R"("status":"active","intent":"order","code":{"text":"Full blood count"})",
          "ProcedureRequest", R"("intent":"order")", false});
  CAPTURE(row.members);
  auto members = std::string(row.members);
  if (const auto at = members.find("ACT"); at != std::string::npos) members.replace(at, 3, act);
  const auto made = write(bundle(members));
  CAPTURE(made.bytes, report_json(made.report));
  CHECK(made.bytes.find(R"({"resourceType":")" + std::string(row.type) + R"(","id":"s")") !=
        std::string::npos);
  CHECK(made.bytes.find(row.part) != std::string::npos);
  CHECK(test::has_issue(made.report, "status unknown") == row.told);
  CHECK(made.report.lost.empty());
}

TEST_CASE("what was entered in error, or is no act yet, does not leave") {
  const auto members = GENERATE(
      R"("resourceType":"Observation","status":"entered-in-error","code":{"text":"x"})",
      R"("resourceType":"DiagnosticReport","status":"entered-in-error","code":{"text":"x"})",
      R"("resourceType":"Condition","verificationStatus":{"coding":[{"code":"entered-in-error"}]})",
      R"("resourceType":"AllergyIntolerance","verificationStatus":{"coding":[{"code":"entered-in-error"}]})",
      R"("resourceType":"MedicationRequest","status":"entered-in-error","intent":"order")",
      R"("resourceType":"MedicationStatement","status":"entered-in-error")",
      R"("resourceType":"Immunization","status":"entered-in-error")",
      R"("resourceType":"Procedure","status":"entered-in-error")",
      R"("resourceType":"DocumentReference","status":"entered-in-error")",
      R"("resourceType":"List","status":"entered-in-error","mode":"working")",
      R"("resourceType":"Encounter","status":"entered-in-error")",
      R"("resourceType":"Appointment","status":"entered-in-error")",
      R"("resourceType":"Flag","status":"entered-in-error","code":{"text":"x"})",
      R"("resourceType":"ServiceRequest","status":"entered-in-error","intent":"plan")",
      R"("resourceType":"ServiceRequest","status":"active","intent":"directive")",
      R"("resourceType":"ServiceRequest","status":"draft","intent":"order",ACT)",
      R"("resourceType":"ServiceRequest","status":"active","intent":"proposal",ACT)",
      R"("resourceType":"ServiceRequest","status":"active","intent":"option",ACT)",
      R"("resourceType":"MedicationRequest","status":"active","intent":"option")",
      R"("resourceType":"MedicationRequest","status":"active","intent":"order","doNotPerform":true)");
  CAPTURE(members);
  const auto made = write(one_more(members));
  CAPTURE(made.bytes, report_json(made.report));
  CHECK(made.bytes.find(R"("id":"x")") == std::string::npos);
  CHECK(made.bytes.find(R"("id":"s")") != std::string::npos);
  CHECK(has_errors(made.report.issues));
}

TEST_CASE("a code that STU3 has not is written as the one it has, and told") {
  struct Row {
    const char* members;
    const char* part;  // of its JSON
  };
  const auto row = GENERATE(
      Row{R"("resourceType":"Condition","clinicalStatus":{"coding":[{"code":"relapse"}]})",
          R"("clinicalStatus":"recurrence")"},
      Row{R"("resourceType":"Condition","verificationStatus":{"coding":[{"code":"unconfirmed"}]})",
          R"("verificationStatus":"provisional")"},
      Row{R"("resourceType":"Appointment","status":"checked-in")", R"("status":"arrived")"},
      Row{R"("resourceType":"Appointment","status":"waitlist")", R"("status":"pending")"},
      Row{R"("resourceType":"MedicationRequest","status":"active","intent":"filler-order")",
          R"("intent":"order")"});
  CAPTURE(row.members);
  const auto made = write(one_more(row.members));
  CAPTURE(made.bytes, report_json(made.report));
  const auto at = made.bytes.find(R"("id":"x")");
  REQUIRE(at != std::string::npos);
  CHECK(made.bytes.find(row.part, at) != std::string::npos);
  CHECK(test::has_issue(made.report, "STU3 has"));
}

TEST_CASE("what is no value of its type is not written, and told") {
  const auto member = GENERATE(R"("birthDate":"Zz")", R"("gender":"Zz")");
  const auto made =
      write(one_more(R"("resourceType":"Patient","active":true,)" + std::string(member)));
  CAPTURE(made.bytes, report_json(made.report));
  CHECK(made.bytes.find(R"("active":true)") != std::string::npos);
  CHECK(made.bytes.find("Zz") == std::string::npos);
  CHECK(made.report.issues.size() == 1);
}

TEST_CASE("a referral that would be read as a plan is told") {
  const auto task = [](const char* focus) {
    return R"("resourceType":"Task","status":"requested","intent":"order","focus":{"reference":")" +
           std::string(focus) + "\"}";
  };
  const auto focus = GENERATE("urn:uuid:s", "ServiceRequest/s", "urn:uuid:p");
  CAPTURE(focus);
  const auto made = write(one_more(task(focus), "plan"));
  CHECK(test::has_issue(made.report, "planned procedure") ==
        (std::string_view(focus) != "urn:uuid:p"));
}

TEST_CASE("what GP Connect has no place for is left out, and told") {
  struct Row {
    const char* members;
    const char* lost;
    const char* issue;
  };
  const auto row = GENERATE(
      Row{R"("status":"entered-in-error","intent":"order",ACT)", "", "entered in error"},
      Row{R"("status":"active","intent":"order","doNotPerform":true,ACT)", "", "not to be done"},
      Row{R"("status":"unknown","intent":"order",ACT,"patientInstruction":"Ring")",
          "Bundle.entry[4].resource.patientInstruction", ""},
      Row{R"("status":"unknown","intent":"order",ACT,"supportingInfo":[{"reference":"urn:uuid:gone","display":"x"}])",
          "", "leads out"});
  CAPTURE(row.members);
  auto members = std::string(row.members);
  members.replace(members.find("ACT"), 3, act);
  const auto made = write(bundle(members));
  CAPTURE(made.bytes, report_json(made.report));
  if (*row.lost) CHECK(test::lost(made.report, row.lost) == 1);
  if (*row.issue) CHECK(test::has_issue(made.report, row.issue));
  CHECK(made.bytes.find("urn:uuid") == std::string::npos);
}

TEST_CASE("a record read, written and read again is the same record") {
  const auto once = read(sample());
  const auto sent = write(test::json(once));
  CAPTURE(sent.bytes, report_json(sent.report));
  const auto again = read(sent.bytes);
  CHECK(test::content(again) == test::content(once));
  CHECK(sent.report.lost.empty());
  CHECK(again.lost.empty());
}

TEST_CASE("of a record with any value taken out the rest comes back, or the report tells") {
  const auto whole = test::json(read(sample()));
  const auto lines = test::single_values(whole);
  REQUIRE(lines.size() > 100);
  std::minstd_rand random(20);
  for (int round = 0; round < 60; ++round) {
    const auto [at, size] = lines[random() % lines.size()];
    auto text = whole;
    text.erase(at, size);
    CAPTURE(round, whole.substr(at, size));
    const auto sent = write(text);
    const auto again = write(test::json(read(sent.bytes)));
    const auto first = read(sent.bytes);
    const auto second = read(again.bytes);
    CHECK(test::content(first) == test::content(second));
  }
}

TEST_CASE("every public GP Connect record comes back as it was from STU3") {
  std::size_t records = 0;
  std::size_t resources = 0;
  for (const auto folder :
       {"gp2gp-sending/uat/input/TC4", "gp2gp-requesting/gpc-structured-stubs"}) {
    const auto path = test::project() / "../shared/data/gp" / folder;
    if (!test::fs::exists(path)) continue;
    for (const auto& file : test::files_in(path, ".json")) {
      CAPTURE(file.filename());
      const auto once = read(test::read_file(file));
      for (const auto& lost : once.lost) CHECK(lost.place == "Location.description");
      const auto sent = write(test::json(once));
      CAPTURE(report_json(sent.report));
      const auto want = test::content(once);
      CHECK((test::content(read(sent.bytes)) == want));
      CHECK(sent.report.lost.empty());
      ++records;
      resources += want.size();
    }
  }
  if (records == 0) WARN("SKIP: ../shared/data/gp is not here");
  if (records > 0) WARN(records << " records, " << resources << " resources");
}
