// BaRS messages to R4 and back: the rules of mappings/bars/README.md.

#include "support/catch.h"
#include "support/contents.h"
#include "support/reading.h"
#include "support/translator.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

std::string sample() {
  return test::read_file(test::project() / "mappings/bars/samples/referral-request.json");
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TranslateOptions options() {
  TranslateOptions how;
  how.now = "2026-11-22T09:30:00Z";
  how.use_case = "a4t3";
  return how;
}

Translation read(std::string text) {
  auto made = test::translator().translate(Format::bars, std::move(text), options());
  if (!made) throw std::runtime_error(made.error().text + " at " + made.error().where);
  return *std::move(made);
}

Result<exchange::Translator::Written> write(std::string bundle,
                                            const TranslateOptions& how = options()) {
  return test::translator().write(Format::bars, std::move(bundle), how);
}

std::string task(std::string_view expression) {
  return "Bundle.entry.resource.ofType(Task).exists(" + std::string(expression) + ")";
}

std::string request(std::string_view expression) {
  return "Bundle.entry.resource.ofType(ServiceRequest).exists(" + std::string(expression) + ")";
}

// The sample's referral with the Task at this step, as its owner would have it.
std::string at_step(std::string_view members) {
  return with(test::json(read(sample())), R"("status": "requested")", members);
}

}  // namespace

TEST_CASE("the sample BaRS request is a referral with its Task and all that came with it") {
  const auto made = read(sample());
  CAPTURE(test::json(made), report_json(made));
  CHECK(test::holds(made, task("status = 'requested' and focus.resolve() is ServiceRequest and "
                               "for.resolve() is Patient and owner.resolve() is HealthcareService "
                               "and requester.resolve() is Organization")));
  CHECK(
      test::holds(made, task("owner.identifier.value = '111111111' and requester.identifier.value "
                             "= '222222222'")));
  CHECK(
      test::holds(made, request("requester.resolve() is PractitionerRole and "
                                "basedOn.resolve() is CarePlan and patientInstruction.exists()")));
  CHECK(test::holds(made, "Bundle.entry.count() = 13"));
  CHECK(test::holds(made, "Bundle.entry.all(fullUrl = 'urn:uuid:' + resource.id)"));
  CHECK_FALSE(has_errors(made.issues));
}

TEST_CASE("what a BaRS message says of its referral is the Task's step") {
  struct Row {
    const char* reason;
    const char* status;
    const char* step;
    const char* request;
  };
  const auto row = GENERATE(
      Row{"new", "active", "requested", "active"}, Row{"update", "active", "requested", "active"},
      Row{"update", "on-hold", "requested", "on-hold"},
      Row{"update", "revoked", "cancelled", "revoked"},
      Row{"update", "inactive", "cancelled", "revoked"},
      Row{"update", "cancelled", "cancelled", "revoked"},
      Row{"delete", "active", "entered-in-error", "entered-in-error"},
      Row{"update", "entered-in-error", "entered-in-error", "entered-in-error"},
      Row{"other", "active", "requested", "active"});
  CAPTURE(row.reason, row.status);
  auto text = with(sample(), R"("code": "new")", R"("code": ")" + std::string(row.reason) + "\"");
  text = with(text, R"("status": "active",
    "intent")",
              R"("status": ")" + std::string(row.status) + R"(",
    "intent")");
  const auto made = read(text);
  CHECK(test::holds(made, task("status = '" + std::string(row.step) + "'")));
  CHECK(test::holds(made, request("status = '" + std::string(row.request) + "'")));
  CHECK(test::has_issue(made, "taken as new") == (std::string_view(row.reason) == "other"));
}

TEST_CASE("an update meets the referral it changes, and another sender's never does") {
  const auto ids = [](const Translation& made) {
    std::set<std::string> found;
    const test::Reader reader(made.bundle);
    for (const auto entry : reader.all(made.bundle.root(), "entry"))
      found.insert(reader.text(entry, "fullUrl"));
    return found;
  };
  const auto first = ids(read(sample()));
  CHECK(first == ids(read(with(sample(), R"("code": "new")", R"("code": "update")"))));
  const auto other = ids(read(with(sample(), "A99999", "A99998")));
  for (const auto& id : other) CHECK(first.count(id) == 0);
}

TEST_CASE("each defect of published BaRS messages is read, and told in one line") {
  struct Row {
    const char* right;
    const char* wrong;
    const char* told;
    const char* holds;
  };
  const auto row =
      GENERATE(Row{R"("https://fhir.nhs.uk/Id/ods-organization-code")",
                   R"("https://fhir.nhs.uk/id/ods-organization-code")", "a system was rewritten",
                   "Bundle.entry.resource.ofType(Organization).identifier.all(system = "
                   "'https://fhir.nhs.uk/Id/ods-organization-code')"},
               Row{R"("https://fhir.nhs.uk/CodeSystem/message-events-bars")",
                   R"("https://fhir.nhs.uk/CodeSystem/message-event-servicerequest")",
                   "a system was rewritten", "Bundle.entry.resource.ofType(Task).exists()"},
               Row{R"("https://fhir.nhs.uk/CodeSystem/message-reason-bars")",
                   R"("https://fhir.nhs.uk/CodeSystem/message-reason-servicerequest")",
                   "a system was rewritten", "Bundle.entry.resource.ofType(Task).exists()"},
               Row{R"("value": "9990000018")", R"("value": "9990000019")", "check digit",
                   "Bundle.entry.resource.ofType(Patient).identifier.value = '9990000019'"},
               Row{R"("Needs large print")",
                   R"("Needs large print "},"Status":"inactive","encounter":{)"
                   R"("reference":"00000000-0000-4000-8000-000000000011")",
                   "no such element",
                   "Bundle.entry.resource.ofType(Flag).encounter.resolve() is Encounter"});
  CAPTURE(row.wrong);
  const auto made = read(with(sample(), row.right, row.wrong));
  CAPTURE(report_json(made));
  CHECK(test::has_issue(made, row.told));
  CHECK(test::holds(made, row.holds));
  CHECK(test::holds(
      made, R"(Bundle.entry.resource.ofType(Patient).identifier.extension.value.coding.exists(
      system = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland' and code = '01'))"));
  const auto lines = std::count_if(made.issues.begin(), made.issues.end(), [](const Issue& issue) {
    return issue.expression.ends_with("atientInstruction");
  });
  CHECK(lines == 1);
}

TEST_CASE("what is no BaRS referral is refused") {
  struct Row {
    const char* from;
    const char* to;
    const char* why;
  };
  const auto row = GENERATE(
      Row{R"("code": "servicerequest-request")", R"("code": "booking-request")",
          "only servicerequest"},
      Row{R"("resourceType": "MessageHeader")", R"("resourceType": "Basic")", "one MessageHeader"},
      Row{R"("resourceType": "ServiceRequest")", R"("resourceType": "Basic")",
          "one ServiceRequest"},
      Row{R"("resourceType": "Patient")", R"("resourceType": "Person")", "Patient"},
      Row{R"("resourceType": "Bundle")", R"("resourceType": "Basic")", "Bundle"});
  CAPTURE(row.to);
  const auto made =
      test::translator().translate(Format::bars, with(sample(), row.from, row.to), options());
  REQUIRE(made.has_error());
  CHECK(made.error().text.find(row.why) != std::string::npos);
}

TEST_CASE("a referral is written with BaRS's own profiles, codes and addresses") {
  const auto made = write(test::json(read(sample())));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  const char* const truths[] = {
      "Bundle.type = 'message' and Bundle.timestamp.exists()",
      "Bundle.entry.first().resource is MessageHeader",
      "Bundle.entry.resource.ofType(MessageHeader).event.code = 'servicerequest-request'",
      "Bundle.entry.resource.ofType(MessageHeader).reason.coding.code = 'new'",
      "Bundle.entry.resource.ofType(MessageHeader).focus.resolve() is ServiceRequest",
      "Bundle.entry.resource.ofType(MessageHeader).sender.resolve() is Organization",
      "Bundle.entry.resource.ofType(MessageHeader).destination.receiver.resolve() is Organization",
      "Bundle.entry.resource.ofType(MessageHeader).destination.endpoint = "
      "'https://fhir.nhs.uk/Id/dos-service-id|111111111'",
      "Bundle.entry.resource.ofType(MessageHeader).source.endpoint = "
      "'https://fhir.nhs.uk/Id/dos-service-id|222222222'",
      "Bundle.entry.resource.ofType(ServiceRequest).intent = 'plan'",
      "Bundle.entry.resource.ofType(ServiceRequest).category.count() = 1",
      "Bundle.entry.resource.ofType(ServiceRequest).meta.profile = "
      "'https://fhir.nhs.uk/StructureDefinition/BARSServiceRequest-request-referral'"};
  for (const auto truth : truths) {
    CAPTURE(truth);
    CHECK(test::holds(made->report, truth));
  }
  CHECK(made->report.issues.empty());
  CHECK(made->report.lost.empty());
}

TEST_CASE("a referral without its Task names the message it is") {
  auto bundle = test::json(read(sample()));
  const auto made = write(with(bundle, R"("resourceType": "Task")", R"("resourceType": "Basic")"));
  REQUIRE(made);
  CHECK(test::holds(made->report,
                    "Bundle.entry.resource.ofType(MessageHeader).definition = "
                    "'https://fhir.nhs.uk/MessageDefinition/"
                    "bars-message-servicerequest-request-referral'"));
}

TEST_CASE("nothing of anybody else than its patient leaves with a referral") {
  struct Row {
    const char* resource;
    bool left_out;
  };
  const auto row = GENERATE(
      Row{R"("resourceType":"Patient","identifier":[OTHER])", true},
      Row{R"("resourceType":"Condition","subject":{"reference":"urn:uuid:o"})", true},
      Row{R"("resourceType":"Condition","subject":{"reference":"Patient/elsewhere"})", true},
      Row{R"("resourceType":"Condition","subject":{"identifier":OTHER})", true},
      Row{R"("resourceType":"AllergyIntolerance","patient":{"reference":"urn:uuid:o"})", true},
      Row{R"("resourceType":"Task","status":"requested","intent":"order","for":{"reference":"urn:uuid:o"})",
          true},
      Row{R"("resourceType":"Appointment","status":"booked","participant":[{"status":"accepted","actor":{"reference":"urn:uuid:o"}}])",
          true},
      Row{R"("resourceType":"Condition","subject":{"identifier":OWN})", false},
      Row{R"("resourceType":"Location","name":"Library")", false});
  auto resource = std::string(row.resource);
  const std::pair<std::string_view, std::string_view> people[] = {
      {"OTHER", R"({"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"})"},
      {"OWN", R"({"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"})"}};
  for (const auto& [word, number] : people)
    if (resource.find(word) != std::string::npos) resource = with(resource, word, number);
  CAPTURE(resource);
  const auto made = write(with(
      test::json(read(sample())), R"("entry": [)",
      R"("entry": [{"fullUrl":"urn:uuid:o","resource":{"resourceType":"Patient","id":"o","identifier":[
        {"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}]}},
        {"fullUrl":"urn:uuid:x","resource":{"id":"x",)" +
          resource + "}},"));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(test::holds(made->report,
                    "Bundle.entry.count() = " + std::to_string(row.left_out ? 14 : 15)));
  CHECK(made->bytes.find("9990000026") == std::string::npos);
  const auto told = std::count_if(
      made->report.issues.begin(), made->report.issues.end(),
      [](const Issue& issue) { return issue.text.find("somebody else") != std::string::npos; });
  CHECK(told == (row.left_out ? 2 : 1));
}

TEST_CASE("a patient of several numbers leaves with all that is his") {
  const auto all = test::json(read(sample()));
  const auto one = R"("system": "https://fhir.nhs.uk/Id/nhs-number")";
  const auto made = write(
      with(all, one,
           R"("system":"urn:local","value":"L1"},{"system":"https://fhir.nhs.uk/Id/nhs-number")"));
  REQUIRE(made);
  CAPTURE(made->bytes, report_json(made->report));
  CHECK(test::holds(made->report, "Bundle.entry.resource.ofType(Patient).identifier.count() = 2"));
  CHECK(test::holds(made->report, "Bundle.entry.count() = 14"));
}

TEST_CASE("no BaRS message is written without a use case, nor where a party is not known") {
  auto how = options();
  how.use_case = "";
  const auto bundle = test::json(read(sample()));
  const auto unnamed = write(bundle, how);
  REQUIRE(unnamed.has_error());
  CHECK(unnamed.error().text.find("use_case") != std::string::npos);
  const auto nobody =
      write(with(bundle, R"("resourceType": "Organization")", R"("resourceType": "Basic")"));
  REQUIRE(nobody.has_error());
  CHECK(nobody.error().text.find("sends") != std::string::npos);
}

TEST_CASE("a draft of a referral stays at home, and a rejection has a reason of BaRS") {
  const auto draft = write(at_step(R"("status": "draft")"));
  REQUIRE(draft.has_error());
  CHECK(draft.error().text.find("draft") != std::string::npos);
  const auto refused =
      write(at_step(R"("status": "rejected", "statusReason": {"text": "Full until May"})"));
  REQUIRE(refused);
  CHECK(
      test::holds(refused->report, task("statusReason.coding.code = 'OTH' and statusReason.text = "
                                        "'Full until May'")));
}

TEST_CASE("how a referral stands says which BaRS message tells of it") {
  struct Row {
    const char* members;
    const char* event;
    const char* reason;
  };
  const auto row =
      GENERATE(Row{R"("status": "requested")", "servicerequest-request", "new"},
               Row{R"("status": "cancelled")", "servicerequest-request", "update"},
               Row{R"("status": "entered-in-error")", "servicerequest-request", "delete"},
               Row{R"("status": "accepted")", "servicerequest-response", "new"},
               Row{R"("status": "rejected")", "servicerequest-response", "new"},
               Row{R"("status": "completed")", "servicerequest-response", "new"});
  CAPTURE(row.members);
  const auto made = write(at_step(row.members));
  REQUIRE(made);
  CAPTURE(made->bytes);
  CHECK(test::holds(made->report,
                    "Bundle.entry.resource.ofType(MessageHeader).exists(event.code = '" +
                        std::string(row.event) + "' and reason.coding.code = '" + row.reason +
                        "')"));
  const bool answer = std::string_view(row.event) == "servicerequest-response";
  CHECK(test::holds(made->report,
                    "Bundle.entry.resource.ofType(MessageHeader).exists(response.identifier = "
                    "'5d4f1c02-7c1e-4a52-9d5c-8f6a1b3c2d10')") == answer);
  CHECK(test::holds(made->report,
                    "Bundle.entry.resource.ofType(MessageHeader).sender.resolve().name = '" +
                        std::string(answer ? "Riverside Link Workers" : "Hillside Surgery") + "'"));
}

TEST_CASE("an answer is read as the step of the Task that was sent") {
  const auto asked = test::json(read(sample()));
  struct Row {
    const char* members;
    const char* step;
    const char* holds;
  };
  const auto row =
      GENERATE(Row{R"("status": "accepted")", "accepted", "statusReason.empty()"},
               Row{R"("status": "rejected", "statusReason": {"text": "Full", "coding": [{"system":
          "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars", "code": "RRNA"}]})",
                   "rejected", "statusReason.coding.code = 'RRNA' and statusReason.text = 'Full'"},
               Row{R"("status": "completed", "output": [{"type": {"text": "Outcome"}, "valueString":
          "Joined a choir"}])",
                   "completed", "output.value = 'Joined a choir'"});
  CAPTURE(row.members);
  const auto written = write(at_step(row.members));
  REQUIRE(written);
  const auto made = read(written->bytes);
  CAPTURE(test::json(made), report_json(made));
  CHECK(test::holds(made, task("status = '" + std::string(row.step) + "' and " + row.holds)));
  CHECK(test::holds(made, task("for.identifier.value = '9990000018'")));
  CHECK(test::holds(made, task("identifier.exists(system = 'urn:fingerpost:bars:response-to' and "
                               "value = '5d4f1c02-7c1e-4a52-9d5c-8f6a1b3c2d10')")));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.where($this is ServiceRequest or $this is Patient)"
                    ".empty()"));
  // It has the id that the Task was sent with, and what the receiver made still says whose it is.
  const auto id = asked.substr(asked.find("\"Task\""));
  CHECK(test::holds(made, task("id = '" + id.substr(id.find("\"id\": \"") + 7, 36) + "'")));
  CHECK(test::holds(made,
                    "Bundle.entry.resource.ofType(Encounter).subject.identifier.value = "
                    "'9990000018'"));
}

TEST_CASE("an answer of codes alone accepts, or rejects with its reason") {
  struct Row {
    const char* reason;
    const char* code;
    const char* step;
  };
  const auto row =
      GENERATE(Row{"Lonely", "ok", "accepted"}, Row{"Lonely", "fatal-error", "rejected"},
               Row{"Lonely", "transient-error", "received"}, Row{"", "ok", "rejected"});
  auto text =
      with(sample(), R"("code": "servicerequest-request")", R"("code": "servicerequest-response")");
  text = with(text, R"("reason": {)",
              R"("response": {"identifier": "x", "code": ")" + std::string(row.code) +
                  R"("}, "reason": {)");
  if (std::string_view(row.reason).empty())
    text = with(
        text, R"("text": "Lives alone")",
        R"("coding": [{"system": "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars", "code": "OTH"}])");
  CAPTURE(row.code, row.reason);
  const auto made = read(text);
  CHECK(test::holds(made, task("status = '" + std::string(row.step) + "'")));
  CHECK(test::holds(made, task("statusReason.coding.code = 'OTH'")) ==
        std::string_view(row.reason).empty());
}

TEST_CASE("an answer without a code of acceptance says how its request stands") {
  struct Row {
    const char* status;
    const char* step;
  };
  const auto row = GENERATE(Row{"active", "accepted"}, Row{"completed", "completed"},
                            Row{"revoked", "rejected"}, Row{"inactive", "rejected"},
                            Row{"cancelled", "rejected"}, Row{"entered-in-error", "rejected"},
                            Row{"on-hold", "received"}, Row{"suspended", "received"});
  const bool code = GENERATE(true, false);
  CAPTURE(row.status, code);
  auto text =
      with(sample(), R"("code": "servicerequest-request")", R"("code": "servicerequest-response")");
  if (code)
    text = with(text, R"("reason": {)",
                R"("response": {"identifier": "x", "code": "ok"}, "reason": {)");
  text = with(text, R"("status": "active",
    "intent")",
              R"("status": ")" + std::string(row.status) + R"(",
    "intent")");
  CHECK(test::holds(read(text), task("status = '" + std::string(row.step) + "'")));
}

TEST_CASE("a referral written and read again has all that it had, whatever is missing in it") {
  const auto whole = test::json(read(sample()));
  const auto lines = test::single_values(whole);
  REQUIRE(lines.size() > 30);
  std::minstd_rand random(21);
  int written = 0;
  for (int round = 0; round < 60; ++round) {
    const auto [at, size] = lines[random() % lines.size()];
    auto text = whole;
    if (round > 0) text.erase(at, size);
    CAPTURE(round, text.substr(at, 80));
    const auto sent = write(text);
    if (!sent) continue;
    ++written;
    auto once = test::content(read(sent->bytes));
    const auto again = write(test::json(read(sent->bytes)));
    REQUIRE(again);
    auto twice = test::content(read(again->bytes));
    // Task and ServiceRequest name the message and the Task that they came with.
    const auto own = [](const std::string& one) {
      return one.find("urn:fingerpost:") != std::string::npos;
    };
    std::erase_if(once, own);
    std::erase_if(twice, own);
    CHECK(once == twice);
    CHECK(once.size() >= 11);
    if (round == 0) CHECK(sent->report.lost.empty());
  }
  CHECK(written > 40);
}

TEST_CASE("published BaRS messages are read with all their resources") {
  const auto folder = test::shared_data() / "gp/bars-examples-json/examples1.4.0/process_message";
  if (!test::fs::exists(folder)) {
    WARN("SKIP: ../shared/data/gp/bars-examples-json is not here");
    return;
  }
  struct Row {
    const char* file;
    const char* step;
    int entries;
  };
  const auto row =
      GENERATE(Row{"request/ValidationRequest (POST) .json", "requested", 19},
               Row{"request/ValidationResponse (POST) .json", "accepted", 15},
               Row{"response/ValidationRequest (HTTP Response) .json", "requested", 12});
  CAPTURE(row.file);
  const auto made = read(test::read_file(folder / row.file));
  CAPTURE(report_json(made));
  CHECK(test::holds(made, task("status = '" + std::string(row.step) + "'")));
  CHECK(test::holds(made, "Bundle.entry.count() = " + std::to_string(row.entries)));
  CHECK(test::has_issue(made, "check digit"));
  CHECK_FALSE(has_errors(made.issues));
}
