// The stored resources that references of a validation mean.

#include "interaction/targets.h"

#include "interaction/operations.h"
#include "interaction/remote_codes.h"
#include "profile/validator.h"
#include "support/catch.h"
#include "support/fhir.h"

using namespace fingerpost;
using interaction::Status;

namespace {

bool holds(const interaction::Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string_view::npos;
}

std::string profile_of(const std::string& id, const std::string& type, const std::string& element) {
  return R"({"resourceType":"StructureDefinition","id":")" + id + R"(","url":"urn:)" + id +
         R"(","name":"P","status":"draft","abstract":false,"kind":"resource","type":")" + type +
         R"(","derivation":"constraint","baseDefinition":
         "http://hl7.org/fhir/StructureDefinition/)" +
         type + R"(","differential":{"element":[)" + element + "]}}";
}

constexpr const char* wrong = "does not refer to what Condition.subject asks for";
constexpr const char* unseen = "its target is not at hand: not checked";

// Conditions whose subject must be a Patient that is active, and Patients that are and are not.
struct Referring {
  test::Fhir fhir;
  profile::Validator validator{test::definitions(), nullptr};

  Referring() {
    fhir.context->validator = &validator;
    store("StructureDefinition", "active",
          profile_of("active", "Patient", R"({"path":"Patient.active","min":1,
                     "patternBoolean":true})"));
    store("StructureDefinition", "c",
          profile_of("c", "Condition", R"({"path":"Condition.subject","type":[
                     {"code":"Reference","targetProfile":["urn:active"]}]})"));
    store("Patient", "good", R"({"resourceType":"Patient","id":"good","active":true})");
    store("Patient", "bad", R"({"resourceType":"Patient","id":"bad","active":false})");
  }

  void store(std::string_view type, std::string_view id, const std::string& body) {
    REQUIRE_FALSE(fhir.update({type, id}, body).failed());
  }

  interaction::Answer validate(const std::string& reference, const interaction::Session& session) {
    return interaction::operate(
        session, {"Condition",
                  "",
                  "validate",
                  {{"profile", "urn:c"}},
                  R"({"resourceType":"Condition","subject":{"reference":")" + reference + "\"}}",
                  ""});
  }
};

access::CallerPtr caller(const std::vector<std::string>& scopes, bool everything) {
  access::Caller made;
  made.client = "c";
  made.organisation = "X1";
  made.sees_everything = everything;
  for (const auto& scope : scopes) made.scopes.add(access::read_scope(scope).value());
  return std::make_shared<const access::Caller>(std::move(made));
}

}  // namespace

TEST_CASE("$validate looks at what a reference means here, where a profile asks for more") {
  Referring server;
  struct Row {
    const char* reference;
    const char* says;  // "" nothing
  };
  const auto row = GENERATE(values<Row>({
      {"Patient/good", ""},
      {"Patient/bad", wrong},
      {"Patient/bad/_history/1", wrong},
      {"http://test.example/fhir/Patient/bad", wrong},
      {"Patient/nobody", unseen},
      {"Patient/good/_history/9", unseen},
      {"http://elsewhere.example/fhir/Patient/bad", unseen},
  }));
  CAPTURE(row.reference);
  const auto answer = server.validate(row.reference, *server.fhir.session);
  CAPTURE(answer.content());
  CHECK(answer.status == Status::ok);
  for (const auto* says : {wrong, unseen})
    CHECK(holds(answer, says) == (std::string_view(row.says) == says));
}

TEST_CASE("$validate looks at nothing that its caller may not read or does not see") {
  Referring server;
  struct Row {
    std::vector<std::string> scopes;
    bool everything;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {{"system/*.cruds"}, true, wrong},
      {{"system/*.cruds"}, false, unseen},
      {{"system/Condition.cruds", "system/StructureDefinition.rs"}, true, unseen},
  }));
  CAPTURE(row.scopes, row.everything);
  const auto session =
      interaction::session_of(server.fhir.session, caller(row.scopes, row.everything));
  const auto answer = server.validate("Patient/bad", *session);
  CAPTURE(answer.content());
  for (const auto* says : {wrong, unseen})
    CHECK(holds(answer, says) == (std::string_view(row.says) == says));
}

TEST_CASE("one validation reads no more than the limit targets, each once") {
  Referring server;
  interaction::Targets targets({2, 1000, 1000});
  const auto& session = *server.fhir.session;
  CHECK(targets.find(session, "Patient/good"));
  CHECK_FALSE(targets.find(session, "Patient/nobody"));
  CHECK_FALSE(targets.over());
  CHECK(targets.find(session, "Patient/good") == targets.found("Patient/good"));
  CHECK_FALSE(targets.over());
  CHECK_FALSE(targets.find(session, "Patient/bad"));
  CHECK(targets.over());
  CHECK_FALSE(targets.found("Patient/bad"));

  for (const auto& limits : {interaction::TargetLimits{2, 10, 1000}, {2, 1000, 10}}) {
    interaction::Targets small(limits);
    CHECK_FALSE(small.find(session, "Patient/good"));
    CHECK(small.over());
  }
}

TEST_CASE("a validation that reaches the limit says so") {
  Referring server;
  std::string codes;
  for (int i = 0; i < 101; ++i)
    codes += std::string(i == 0 ? "" : ",") + R"({"resource":{"resourceType":"Condition",
        "meta":{"profile":["urn:c"]},"subject":{"reference":"Patient/)" +
             std::to_string(i) + R"("}}})";
  const auto answer = interaction::operate(
      *server.fhir.session, {"Bundle",
                             "",
                             "validate",
                             {},
                             R"({"resourceType":"Bundle","type":"batch","entry":[)" + codes + "]}",
                             ""});
  CHECK(holds(answer, "the limits targets of 100"));
}

TEST_CASE("what a target is judged by stays while a server elsewhere is asked about codes") {
  Referring server;
  std::function<void(Result<std::string>)> waiting;
  const interaction::RemoteCodes remote{
      {"urn:s"}, [&](const std::string&, std::function<void(Result<std::string>)> done) {
        waiting = std::move(done);
      }};
  server.fhir.context->remote_codes = &remote;
  server.store("ValueSet", "v",
               R"({"resourceType":"ValueSet","id":"v","url":"urn:v","status":"active","compose":
                  {"include":[{"system":"urn:s","filter":[{"property":"concept","op":"is-a",
                  "value":"1"}]}]}})");
  server.store("StructureDefinition", "d",
               profile_of("d", "Condition", R"({"path":"Condition.code","binding":{"strength":
                          "required","valueSet":"urn:v"}},{"path":"Condition.subject","type":[
                          {"code":"Reference","targetProfile":["urn:active"]}]})"));
  const auto answer = server.fhir.wait([&](interaction::Done done) {
    auto session = interaction::session_of(server.fhir.session, access::local_caller());
    interaction::ask(*session,
                     {"Condition",
                      "",
                      "validate",
                      {{"profile", "urn:d"}},
                      R"({"resourceType":"Condition","code":{"coding":[{"system":"urn:s",
                         "code":"7"}]},"subject":{"reference":"Patient/bad"}})",
                      ""},
                     std::move(done));
    session.reset();
    REQUIRE(waiting);
    waiting(std::string(R"({"resourceType":"Parameters","parameter":[{"name":"result",
                           "valueBoolean":false}]})"));
  });
  CHECK(holds(answer, wrong));
  CHECK(holds(answer, "is not among the codes of urn:v"));
}
