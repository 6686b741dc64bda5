// Code systems that a terminology server elsewhere answers for.

#include "interaction/remote_codes.h"

#include "profile/validator.h"
#include "support/catch.h"
#include "support/fhir.h"

using namespace fingerpost;
using interaction::Status;

namespace {

const std::string found =
    R"({"resourceType":"Parameters","parameter":[{"name":"name","valueString":"S"}]})";

// A server elsewhere that knows urn:s, and what it was asked.
struct Asking {
  test::Fhir fhir;
  std::vector<std::string> asked;
  Result<std::string> answer = found;
  interaction::RemoteCodes remote{
      {"urn:s"}, [this](std::string path, const std::function<void(Result<std::string>)>& done) {
        asked.push_back(std::move(path));
        done(answer);
      }};

  Asking() { fhir.context->remote_codes = &remote; }

  interaction::Answer ask(std::string_view type, std::string_view name,
                          std::vector<search::Pair> pairs, std::optional<std::string> body = {}) {
    return fhir.wait([&](interaction::Done done) {
      interaction::operate(*fhir.session, {type, "", name, std::move(pairs), std::move(body), ""},
                           std::move(done));
    });
  }
};

}  // namespace

TEST_CASE("what is asked of a code system elsewhere is its url, codes and versions alone") {
  struct Row {
    const char *type, *name;
    std::vector<search::Pair> pairs;
    const char* question;
  };
  const std::vector<Row> rows = {{"CodeSystem",
                                  "lookup",
                                  {{"system", "urn:s"}, {"code", "a b"}, {"displayLanguage", "de"}},
                                  "CodeSystem/$lookup?system=urn%3As&code=a%20b"},
                                 {"CodeSystem",
                                  "validate-code",
                                  {{"url", "urn:s"}, {"code", "1"}, {"display", "Mr A's illness"}},
                                  "CodeSystem/$validate-code?url=urn%3As&code=1"},
                                 {"CodeSystem",
                                  "subsumes",
                                  {{"system", "urn:s"}, {"codeA", "1"}, {"codeB", "2"}},
                                  "CodeSystem/$subsumes?system=urn%3As&codeA=1&codeB=2"},
                                 {"ValueSet",
                                  "expand",
                                  {{"url", "urn:s?fhir_vs"}, {"count", "10"}},
                                  "ValueSet/$expand?url=urn%3As%3Ffhir_vs&count=10"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Asking server;
    const auto answer = server.ask(row.type, row.name, row.pairs);
    CHECK(answer.status == Status::ok);
    CHECK(answer.content() == found);
    CHECK(server.asked == std::vector<std::string>{row.question});
  }
}

TEST_CASE("a coding is told by its system and code, without its display") {
  Asking server;
  server.ask("CodeSystem", "lookup", {},
             R"({"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":
                {"system":"urn:s","code":"1","display":"of a person"}}]})");
  CHECK(server.asked == std::vector<std::string>{"CodeSystem/$lookup?system=urn%3As&code=1"});
}

TEST_CASE("what is known here, or says more, is never asked elsewhere") {
  Asking server;
  server.remote.systems.emplace_back("http://hl7.org/fhir/administrative-gender");
  CHECK(server
            .ask("CodeSystem", "lookup",
                 {{"system", "http://hl7.org/fhir/administrative-gender"}, {"code", "male"}})
            .status == Status::ok);
  CHECK(server.ask("CodeSystem", "lookup", {{"system", "urn:other"}, {"code", "1"}}).failed());
  CHECK(server.ask("ValueSet", "expand", {{"url", "urn:s?fhir_vs"}, {"filter", "Mr A"}}).failed());
  REQUIRE_FALSE(server.fhir
                    .update({"CodeSystem", "s"},
                            R"({"resourceType":"CodeSystem","id":"s","url":"urn:s",
                               "status":"active","content":"complete","concept":[{"code":"1"}]})")
                    .failed());
  CHECK(server.ask("CodeSystem", "lookup", {{"system", "urn:s"}, {"code", "1"}}).status ==
        Status::ok);
  CHECK(server.asked.empty());
}

namespace {

// A Patient whose profile binds its maritalStatus to codes of urn:s that are not here.
struct Bound : Asking {
  profile::Validator validator{test::definitions(), nullptr};

  Bound() {
    fhir.context->validator = &validator;
    const std::pair<const char*, const char*> resources[] = {
        {"ValueSet", R"({"resourceType":"ValueSet","id":"v","url":"urn:v","version":"3",
           "status":"active","compose":{"include":[{"system":"urn:s","filter":[
           {"property":"concept","op":"is-a","value":"1"}]}]}})"},
        {"StructureDefinition", R"({"resourceType":"StructureDefinition","id":"v","url":"urn:p",
           "name":"P","status":"draft","abstract":false,"kind":"resource","type":"Patient",
           "derivation":"constraint","baseDefinition":
           "http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[
           {"path":"Patient.maritalStatus","binding":{"strength":"required",
            "valueSet":"urn:v"}}]}})"}};
    for (const auto& [type, body] : resources)
      REQUIRE_FALSE(fhir.update({type, "v"}, body).failed());
  }

  std::string validate(const std::string& codings) {
    const auto outcome =
        ask("Patient", "validate", {{"profile", "urn:p"}},
            R"({"resourceType":"Patient","maritalStatus":{"coding":[)" + codings + "]}}");
    CHECK(outcome.status == Status::ok);
    return std::string(outcome.content());
  }
};

std::string judged(bool good) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":)" +
         std::string(good ? "true" : "false") + "}]}";
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("$validate asks a server elsewhere whether a binding's value set has a code of its") {
  Bound server;
  const std::string coding = R"({"system":"urn:s","code":"7","display":"of a person"})";
  server.answer = judged(true);
  CHECK_FALSE(has(server.validate(coding), "urn:v"));
  CHECK(server.asked ==
        std::vector<std::string>{"ValueSet/$validate-code?url=urn%3Av&system=urn%3As&code=7"});
  server.answer = judged(false);
  CHECK(has(server.validate(coding), "is not among the codes of urn:v"));
  server.asked.clear();
  // Two codes are two questions, the same one twice is one; other systems are nobody's business.
  server.validate(coding + R"(,{"system":"urn:s","code":"8"})" + "," + coding +
                  R"(,{"system":"urn:z","code":"9"})");
  CHECK(server.asked.size() == 2);
}

TEST_CASE("a value set of ours is validated elsewhere where its codes are not here") {
  struct Row {
    std::vector<search::Pair> pairs;
    const char* body;  // parameters; "" none
    const char* question;
  };
  constexpr auto* plain = "ValueSet/$validate-code?url=urn%3Av&system=urn%3As&code=7";
  const auto row = GENERATE_COPY(values<Row>({
      {{{"url", "urn:v"}, {"system", "urn:s"}, {"code", "7"}}, "", plain},
      {{{"url", "urn:v"}, {"system", "urn:s"}, {"code", "7"}, {"display", "of a person"}},
       "",
       plain},
      {{{"url", "urn:v"},
        {"valueSetVersion", "3"},
        {"system", "urn:s"},
        {"code", "7"},
        {"systemVersion", "2"}},
       "",
       "ValueSet/$validate-code?url=urn%3Av&valueSetVersion=3&system=urn%3As&systemVersion=2"
       "&code=7"},
      {{{"url", "urn:v"}},
       R"({"name":"coding","valueCoding":{"system":"urn:s","code":"7","display":"of a person"}})",
       plain},
      {{{"url", "urn:v"}},
       R"({"name":"codeableConcept","valueCodeableConcept":{"text":"of a person","coding":[
          {"system":"urn:s","code":"7"}]}})",
       plain},
      // A value set that is not here at all, of codes that the server answers for.
      {{{"url", "urn:w"}, {"system", "urn:s"}, {"code", "7"}},
       "",
       "ValueSet/$validate-code?url=urn%3Aw&system=urn%3As&code=7"},
  }));
  Bound server;
  server.answer = judged(true);
  const std::string body(row.body);
  const auto answer = server.ask(
      "ValueSet", "validate-code", row.pairs,
      body.empty() ? std::nullopt
                   : std::optional(R"({"resourceType":"Parameters","parameter":[)" + body + "]}"));
  CHECK(answer.status == Status::ok);
  CHECK(answer.content() == *server.answer);
  CHECK(server.asked == std::vector<std::string>{row.question});
}

TEST_CASE("what $validate-code tells here, or asks beside a code, is not asked elsewhere") {
  Bound server;
  server.answer = judged(true);
  const auto ask = [&](std::vector<search::Pair> pairs, std::string_view id = "") {
    return server.fhir.wait([&](interaction::Done done) {
      interaction::operate(*server.fhir.session,
                           {"ValueSet", id, "validate-code", std::move(pairs), {}, ""},
                           std::move(done));
    });
  };
  REQUIRE_FALSE(server.fhir
                    .update({"ValueSet", "l"},
                            R"({"resourceType":"ValueSet","id":"l","url":"urn:l","status":"active",
                               "compose":{"include":[{"system":"urn:s","concept":[{"code":"1"}]}]}})")
                    .failed());
  const std::string gender = "http://hl7.org/fhir/ValueSet/administrative-gender";
  server.remote.systems.emplace_back("http://hl7.org/fhir/administrative-gender");
  ask({{"url", gender}, {"system", server.remote.systems.back()}, {"code", "nonsense"}});
  CHECK(has(std::string(ask({{"url", "urn:l"}, {"system", "urn:s"}, {"code", "1"}}).content()),
            R"("valueBoolean":true)"));
  ask({{"url", "urn:v"}, {"system", "urn:z"}, {"code", "1"}});
  ask({{"url", "urn:v"}, {"system", "urn:s"}, {"code", "1"}, {"abstract", "false"}});
  ask({{"system", "urn:s"}, {"code", "1"}}, "v");
  ask({{"url", "urn:v"}, {"code", "1"}});
  CHECK(server.asked.empty());
}

TEST_CASE(
    "where the server elsewhere does not know the value set, what is known here is answered") {
  Bound server;
  const std::vector<search::Pair> pairs{{"url", "urn:v"}, {"system", "urn:s"}, {"code", "7"}};
  const auto unknown = std::string(R"({"resourceType":"Parameters","parameter":[{"name":"result",
      "valueBoolean":false},{"name":"x-unknown-system","valueCanonical":"urn:s"}]})");
  for (const auto& answer :
       {Result<std::string>(Error{Kind::not_found, "the server refuses the question", ""}),
        Result<std::string>(unknown), Result<std::string>("<html>")}) {
    server.answer = answer;
    const auto told = server.ask("ValueSet", "validate-code", pairs);
    CHECK(told.status == Status::ok);
    CHECK(has(std::string(told.content()), R"("valueBoolean":false)"));
    CHECK(has(std::string(told.content()), "was not found"));
  }
  CHECK(server.asked.size() == 3);
  server.answer = Error{Kind::busy, "not checked: the terminology server did not answer", ""};
  CHECK(server.ask("ValueSet", "validate-code", pairs).status == Status::unavailable);
}

TEST_CASE("codes that the server elsewhere does not answer for are said to be unchecked") {
  Bound server;
  server.answer = Error{Kind::busy, "not checked: the terminology server did not answer", ""};
  const auto silent = server.validate(R"({"system":"urn:s","code":"7"})");
  CHECK(has(silent, "the terminology server gave no answer: not checked"));
  CHECK_FALSE(has(silent, R"("severity":"error")"));
  server.answer = std::string("<html>");
  CHECK(has(server.validate(R"({"system":"urn:s","code":"7"})"), "gave no answer"));
}

TEST_CASE("a server elsewhere that does not know what it is asked of says nothing against a code") {
  Bound server;
  const auto says = [](const std::string& more) {
    return R"({"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":false},)" +
           more + "]}";
  };
  const auto issue = [](const std::string& code) {
    return R"({"name":"issues","resource":{"resourceType":"OperationOutcome","issue":[
      {"severity":"error","code":"code-invalid"},{"severity":"error","code":")" +
           code + "\"}]}}";
  };
  const std::string coding = R"({"system":"urn:s","code":"7"})";
  for (const auto& more :
       {issue("not-found"),
        std::string(R"({"name":"x-unknown-system","valueCanonical":"urn:s"})")}) {
    server.answer = says(more);
    const auto outcome = server.validate(coding);
    CHECK_FALSE(has(outcome, R"("severity":"error")"));
    CHECK(has(outcome, "not checked"));
  }
  server.answer = says(issue("code-invalid"));
  CHECK(has(server.validate(coding), "is not among the codes of urn:v"));
}

TEST_CASE("one validation asks a server elsewhere no more questions than the limit") {
  Bound server;
  server.remote.questions = 3;
  server.answer = judged(true);
  std::string codings;
  for (int i = 0; i < 10; ++i)
    codings += (i == 0 ? "" : ",") + (R"({"system":"urn:s","code":")" + std::to_string(i) + "\"}");
  server.validate(codings);
  CHECK(server.asked.size() == 3);
}

TEST_CASE("a server elsewhere that does not answer, or with no resource, is told so") {
  Asking server;
  const std::vector<search::Pair> pairs{{"system", "urn:s"}, {"code", "1"}};
  server.answer = Error{Kind::busy, "not checked: the terminology server did not answer", ""};
  const auto silent = server.ask("CodeSystem", "lookup", pairs);
  CHECK(silent.status == Status::unavailable);
  REQUIRE(silent.issues.size() == 1);
  CHECK(silent.issues[0].text == "not checked: the terminology server did not answer");
  server.answer = std::string("<html>");
  CHECK(server.ask("CodeSystem", "lookup", pairs).status == Status::unavailable);
  server.answer = Error{Kind::not_found, "the terminology server refuses the question", ""};
  CHECK(server.ask("CodeSystem", "lookup", pairs).status == Status::not_found);
}

TEST_CASE("$validate where there is none is not found, also beside a server elsewhere") {
  Asking server;
  CHECK(server.ask("", "validate", {}, R"({"resourceType":"Patient"})").status ==
        Status::not_found);
  CHECK(server.asked.empty());
}
