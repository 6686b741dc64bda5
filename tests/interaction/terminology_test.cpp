// The terminology operations over R4's own content and over what is stored.

#include "interaction/operations.h"
#include "profile/validator.h"
#include "support/catch.h"
#include "support/fhir.h"

using namespace fingerpost;
using interaction::OperationCall;

namespace {

const char* const codes = R"({"resourceType":"CodeSystem","id":"c","url":"urn:c","status":"active",
  "content":"complete","concept":[{"code":"a","display":"Ay","concept":[{"code":"b"}]}]})";
const char* const set = R"({"resourceType":"ValueSet","id":"s","url":"urn:s","status":"active",
  "compose":{"include":[{"valueSet":["urn:inner|1"]}]}})";
const char* const inner = R"({"resourceType":"ValueSet","id":"i","url":"urn:inner","version":"1",
  "status":"active","compose":{"include":[{"system":"urn:c"}]}})";
const char* const map = R"({"resourceType":"ConceptMap","id":"m","url":"urn:m","status":"active",
  "group":[{"source":"urn:c","target":"urn:d","element":[{"code":"a","target":[
    {"code":"x","equivalence":"equivalent"}]}]}]})";

interaction::Answer ask(test::Fhir& fhir, std::string_view type, std::string_view name,
                        std::vector<search::Pair> pairs, std::string_view id = {},
                        std::optional<std::string> body = {}) {
  return interaction::operate(*fhir.session,
                              OperationCall{type, id, name, std::move(pairs), std::move(body), ""});
}

void put(test::Fhir& fhir, interaction::Target target, const char* json) {
  REQUIRE_FALSE(fhir.update(target, json).failed());
}

bool has(const interaction::Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string_view::npos;
}

// Expands a value set that is sent and lists codes of one system.
template <class Code>
interaction::Answer expand_listed(test::Fhir& fhir, const std::string& system, int count,
                                  Code code) {
  std::string concepts;
  for (int i = 0; i < count; ++i)
    concepts += (i == 0 ? R"({"code":")" : R"(,{"code":")") + code(i) + "\"}";
  return ask(fhir, "ValueSet", "expand", {}, "",
             R"({"resourceType":"ValueSet","url":"urn:x","status":"active","compose":{"include":[
               {"system":")" +
                 system + R"(","concept":[)" + concepts + "]}]}}");
}

}  // namespace

TEST_CASE("R4's own value sets are there without being stored") {
  test::Fhir fhir;
  const auto answer =
      ask(fhir, "ValueSet", "expand", {{"url", "http://hl7.org/fhir/ValueSet/request-status"}});
  CHECK(answer.status == interaction::Status::ok);
  CHECK(has(answer, R"("code":"on-hold")"));
}

TEST_CASE("a stored value set is expanded with the stored resources it leads to") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, codes);
  put(fhir, {"ValueSet", "s"}, set);
  put(fhir, {"ValueSet", "i"}, inner);
  const auto by_url = ask(fhir, "ValueSet", "expand", {{"url", "urn:s"}});
  CHECK(has(by_url, R"("total":2)"));
  CHECK(has(by_url, R"("code":"b")"));
  const auto by_id = ask(fhir, "ValueSet", "expand", {}, "s");
  CHECK(has(by_id, R"("total":2)"));
  const auto page = ask(fhir, "ValueSet", "expand", {{"url", "urn:s"}, {"count", "1"}});
  CHECK(has(page, R"({"name":"count","valueInteger":1})"));
  CHECK_FALSE(has(page, R"("code":"b")"));
}

TEST_CASE("the operations answer by URL and by body, of a type and of an instance") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, codes);
  put(fhir, {"ValueSet", "i"}, inner);
  put(fhir, {"ConceptMap", "m"}, map);
  CHECK(has(ask(fhir, "ValueSet", "validate-code",
                {{"url", "urn:inner"}, {"system", "urn:c"}, {"code", "a"}}),
            R"("valueBoolean":true)"));
  CHECK(has(ask(fhir, "ValueSet", "validate-code", {}, "i",
                R"({"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":
                   {"system":"urn:c","code":"z"}}]})"),
            R"("valueBoolean":false)"));
  CHECK(has(ask(fhir, "CodeSystem", "validate-code", {{"code", "b"}}, "c"),
            R"("valueBoolean":true)"));
  CHECK(has(ask(fhir, "CodeSystem", "lookup", {{"system", "urn:c"}, {"code", "a"}}),
            R"("valueString":"Ay")"));
  CHECK(has(ask(fhir, "CodeSystem", "subsumes", {{"codeA", "a"}, {"codeB", "b"}}, "c"),
            R"("valueCode":"subsumes")"));
  CHECK(has(ask(fhir, "ConceptMap", "translate", {{"system", "urn:c"}, {"code", "a"}}, "m"),
            R"("code":"x")"));
  CHECK(has(ask(fhir, "ConceptMap", "translate", {{"system", "urn:c"}, {"code", "a"}}),
            R"("code":"x")"));
}

TEST_CASE("R4's own value sets, code systems and concept maps are asked for by their ids too") {
  test::Fhir fhir;
  CHECK(has(ask(fhir, "ValueSet", "expand", {}, "administrative-gender"), R"("code":"male")"));
  CHECK(has(ask(fhir, "CodeSystem", "validate-code", {{"code", "male"}}, "administrative-gender"),
            R"("valueBoolean":true)"));
  CHECK(has(ask(fhir, "CodeSystem", "validate-code", {{"code", "M"}}, "v3-AdministrativeGender"),
            R"("valueBoolean":true)"));
  const std::vector<search::Pair> home{{"system", "http://hl7.org/fhir/address-use"},
                                       {"code", "home"}};
  CHECK(has(ask(fhir, "ConceptMap", "translate", home, "101"), R"("code":"H")"));
  auto by_url = home;
  by_url.emplace_back("url", "http://hl7.org/fhir/ConceptMap/101");
  CHECK(has(ask(fhir, "ConceptMap", "translate", by_url), R"("code":"H")"));
  // One that is stored under the id is meant before it.
  put(fhir, {"ValueSet", "administrative-gender"},
      R"({"resourceType":"ValueSet","id":"administrative-gender","url":"urn:mine","status":"active",
         "compose":{"include":[{"system":"urn:c","concept":[{"code":"mine"}]}]}})");
  CHECK(has(ask(fhir, "ValueSet", "expand", {}, "administrative-gender"), R"("code":"mine")"));
}

TEST_CASE("the implied value sets of a stored code system are there") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, codes);
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"url", "urn:c?fhir_vs"}}), R"("total":2)"));
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"url", "urn:c?fhir_vs=isa/b"}}), R"("total":1)"));
  CHECK(ask(fhir, "ValueSet", "expand", {{"url", "urn:z?fhir_vs"}}).status ==
        interaction::Status::not_found);
}

TEST_CASE("a context stands for the value set that its element is bound to") {
  test::Fhir fhir;
  const profile::Validator validator(test::definitions(), nullptr);
  fhir.context->validator = &validator;
  const std::string patient = "http://hl7.org/fhir/StructureDefinition/Patient";
  const auto says = [&](const std::string& context, const char* code) {
    return ask(fhir, "ValueSet", "validate-code", {{"context", context}, {"code", code}});
  };
  CHECK(has(says(patient + "#Patient.gender", "male"), R"("valueBoolean":true)"));
  CHECK(has(says(patient + "#Patient.gender", "m"), R"("valueBoolean":false)"));
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"context", patient + "#Patient.gender"}}),
            R"("code":"male")"));
  using interaction::Status;
  CHECK(says(patient + "#Patient.active", "male").status == Status::not_found);
  CHECK(says("urn:none#Patient.gender", "male").status == Status::not_found);
  CHECK(says(patient, "male").failed());
  // A profile that is stored binds too.
  put(fhir, {"CodeSystem", "c"}, codes);
  put(fhir, {"ValueSet", "i"}, inner);
  put(fhir, {"StructureDefinition", "p"},
      R"({"resourceType":"StructureDefinition","id":"p","url":"urn:p","name":"P","status":"draft",
         "kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",
         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","differential":{
         "element":[{"id":"Patient.maritalStatus","path":"Patient.maritalStatus","binding":{
         "strength":"required","valueSet":"urn:inner"}}]}})");
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"context", "urn:p#Patient.maritalStatus"}}),
            R"("code":"b")"));
}

TEST_CASE("a value set sent as the body is the one that is meant") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, codes);
  const auto answer = ask(fhir, "ValueSet", "expand", {}, {},
                          R"({"resourceType":"ValueSet","status":"active","compose":{"include":[
                            {"system":"urn:c","concept":[{"code":"b"}]}]}})");
  CHECK(has(answer, R"("total":1)"));
}

TEST_CASE("what an operation cannot do is told with its status") {
  test::Fhir fhir;
  using interaction::Status;
  struct Row {
    const char *type, *name, *id;
    std::vector<search::Pair> pairs;
    Status status;
  };
  const std::vector<Row> rows = {
      {"ValueSet", "expand", "", {{"url", "urn:none"}}, Status::not_found},
      {"ValueSet", "expand", "", {}, Status::bad_request},
      {"ValueSet", "expand", "none", {}, Status::not_found},
      {"ValueSet", "lookup", "", {}, Status::not_found},
      {"CodeSystem", "lookup", "c", {{"code", "a"}}, Status::not_found},
      {"ValueSet",
       "expand",
       "",
       {{"url", "http://hl7.org/fhir/ValueSet/request-status"}, {"count", "-1"}},
       Status::bad_request}};
  for (const auto& row : rows) {
    CAPTURE(row.type, row.name, row.id);
    const auto answer = ask(fhir, row.type, row.name, row.pairs, row.id);
    CHECK(answer.status == row.status);
    CHECK(answer.failed());
    CHECK_FALSE(answer.issues.empty());
  }
}

TEST_CASE("the CapabilityStatement lists the operations") {
  test::Fhir fhir;
  const auto statement = interaction::capabilities(*fhir.context);
  for (const auto& operation : interaction::operations(*fhir.context)) {
    CAPTURE(operation.type, operation.name);
    CHECK(statement.find(operation.definition) != std::string::npos);
  }
}

TEST_CASE("value sets that import one another over and over end at the limit of steps") {
  test::Fhir fhir;
  std::string contained;
  for (int i = 1; i <= 30; ++i) {
    const auto import = R"({"valueSet":["#v)" + std::to_string(i + 1) + "\"]}";
    contained += R"({"resourceType":"ValueSet","id":"v)" + std::to_string(i) +
                 R"(","status":"active","compose":{"include":[)" + import + "," + import + "," +
                 import + "]}},";
  }
  contained += R"({"resourceType":"ValueSet","id":"v31","status":"active",
    "compose":{"include":[{"system":"http://hl7.org/fhir/administrative-gender"}]}})";
  const auto answer =
      ask(fhir, "ValueSet", "expand", {}, "",
          R"({"resourceType":"ValueSet","url":"urn:x","status":"active","contained":[)" +
              contained + R"(],"compose":{"include":[{"valueSet":["#v1"]}]}})");
  CHECK(answer.failed());
  CHECK(has(answer, "too-costly"));
}

TEST_CASE("a value set that lists one code many times has it once") {
  test::Fhir fhir;
  const auto answer = expand_listed(fhir, "http://hl7.org/fhir/administrative-gender", 50'000,
                                    [](int) { return std::string("male"); });
  CHECK_FALSE(answer.failed());
  CHECK(has(answer, R"("total":1)"));
}

TEST_CASE("codes that look like URLs are codes: many of them cost no search each") {
  Limits limits;
  limits.included = 10;
  test::Fhir fhir(limits);
  const auto answer = expand_listed(fhir, "http://hp.example", 2'000,
                                    [](int i) { return "HP:" + std::to_string(i); });
  CHECK_FALSE(answer.failed());
  CHECK(has(answer, R"("total":2000)"));
}

TEST_CASE("a change of a stored value set or concept map is seen by the next request") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, codes);
  put(fhir, {"ValueSet", "i"}, inner);
  put(fhir, {"ConceptMap", "m"}, map);
  const std::vector<search::Pair> a{{"system", "urn:c"}, {"code", "a"}};
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"url", "urn:inner"}}), R"("total":2)"));
  CHECK(has(ask(fhir, "ConceptMap", "translate", a), R"("code":"x")"));
  put(fhir, {"ValueSet", "i"}, R"({"resourceType":"ValueSet","id":"i","url":"urn:inner",
    "version":"1","status":"active","compose":{"include":[{"system":"urn:c","concept":[
      {"code":"b"}]}]}})");
  put(fhir, {"ConceptMap", "m"}, R"({"resourceType":"ConceptMap","id":"m","url":"urn:m",
    "status":"active","group":[{"source":"urn:c","target":"urn:d","element":[{"code":"a","target":[
      {"code":"y","equivalence":"equivalent"}]}]}]})");
  CHECK(has(ask(fhir, "ValueSet", "expand", {{"url", "urn:inner"}}), R"("total":1)"));
  CHECK(has(ask(fhir, "ConceptMap", "translate", a), R"("code":"y")"));
}

TEST_CASE("R4's own code systems, value sets and concept maps cannot be stored over") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, R"({"resourceType":"CodeSystem","id":"c","status":"active",
    "url":"http://hl7.org/fhir/administrative-gender","version":"99","content":"complete",
    "concept":[{"code":"mine"}]})");
  put(fhir, {"ValueSet", "s"}, R"({"resourceType":"ValueSet","id":"s","status":"active",
    "url":"http://hl7.org/fhir/ValueSet/administrative-gender","version":"99","compose":{"include":[
      {"system":"http://hl7.org/fhir/administrative-gender","concept":[{"code":"mine"}]}]}})");
  put(fhir, {"ConceptMap", "m"}, R"({"resourceType":"ConceptMap","id":"m","status":"active",
    "url":"http://hl7.org/fhir/ConceptMap/101","version":"99","group":[{
      "source":"http://hl7.org/fhir/address-use","target":"urn:d","element":[{"code":"home",
      "target":[{"code":"mine","equivalence":"equivalent"}]}]}]})");
  const std::string system = "http://hl7.org/fhir/administrative-gender";
  const std::string gender_set = "http://hl7.org/fhir/ValueSet/administrative-gender";
  const auto expanded = ask(fhir, "ValueSet", "expand", {{"url", gender_set}});
  CHECK(has(expanded, R"("code":"male")"));
  CHECK_FALSE(has(expanded, R"("code":"mine")"));
  for (const char* const code : {"male", "mine"}) {
    CAPTURE(code);
    const bool good = code == std::string_view("male");
    CHECK(has(ask(fhir, "CodeSystem", "validate-code", {{"url", system}, {"code", code}}),
              R"("valueBoolean":true)") == good);
    CHECK(has(ask(fhir, "ValueSet", "validate-code",
                  {{"url", gender_set}, {"system", system}, {"code", code}}),
              R"("valueBoolean":true)") == good);
  }
  const auto mapped = ask(fhir, "ConceptMap", "translate",
                          {{"system", "http://hl7.org/fhir/address-use"}, {"code", "home"}});
  CHECK(has(mapped, R"("code":"H")"));
  CHECK_FALSE(has(mapped, R"("code":"mine")"));
}

TEST_CASE("$translate without a url asks the maps of R4 and those stored, from either side") {
  test::Fhir fhir;
  put(fhir, {"ConceptMap", "m"}, map);
  const std::string use = "http://hl7.org/fhir/address-use";
  const std::string v3 = "http://terminology.hl7.org/CodeSystem/v3-AddressUse";
  CHECK(has(ask(fhir, "ConceptMap", "translate", {{"system", use}, {"code", "home"}}),
            R"("code":"H")"));
  CHECK(has(
      ask(fhir, "ConceptMap", "translate", {{"system", v3}, {"code", "H"}, {"reverse", "true"}}),
      R"("code":"home")"));
  CHECK(has(ask(fhir, "ConceptMap", "translate",
                {{"system", "urn:d"}, {"code", "x"}, {"reverse", "true"}}),
            R"("code":"a")"));
}

namespace {

interaction::Answer closure_of(test::Fhir& fhir, const std::string& name, const std::string& more) {
  return fhir.wait([&](interaction::Done done) {
    interaction::operate(*fhir.session,
                         {"",
                          "",
                          "closure",
                          {},
                          R"({"resourceType":"Parameters","parameter":[{"name":"name",
                              "valueString":")" +
                              name + "\"}" + more + "]}",
                          ""},
                         std::move(done));
  });
}

// A code system in which each code is below the one before it, and the codes from one place on as
// parameters.
std::string chain(int n) {
  std::string codes_text;
  for (int i = 0; i < n; ++i)
    codes_text += (i == 0 ? R"({"code":"c0"})"
                          : R"(,{"code":"c)" + std::to_string(i) +
                                R"(","property":[{"code":"parent","valueCode":"c)" +
                                std::to_string(i - 1) + R"("}]})");
  return R"({"resourceType":"CodeSystem","id":"chain","url":"urn:chain","status":"active",
    "content":"complete","concept":[)" +
         codes_text + "]}";
}
std::string links_of_chain(int from, int to) {
  std::string made;
  for (int i = from; i < to; ++i)
    made += R"(,{"name":"concept","valueCoding":{"system":"urn:chain","code":"c)" +
            std::to_string(i) + "\"}}";
  return made;
}

}  // namespace

TEST_CASE("$closure is refused when it takes more work, or would keep more, than its limits") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "chain"}, chain(13'000).c_str());
  REQUIRE_FALSE(closure_of(fhir, "t", "").failed());
  const auto outcome = [&](int from, int to) -> std::string {
    const auto answer = closure_of(fhir, "t", links_of_chain(from, to));
    return answer.failed() ? answer.issues.at(0).text : "made";
  };
  CHECK(outcome(0, 500).find("more pairs than") != std::string::npos);
  CHECK(outcome(12'600, 13'000).find("value_set_steps") != std::string::npos);
  CHECK(outcome(0, 300) == "made");
}

TEST_CASE("$closure keeps a table of the codes of a client, and tells what each addition adds") {
  test::Fhir fhir;
  put(fhir, {"CodeSystem", "c"}, R"({"resourceType":"CodeSystem","id":"c","url":"urn:c",
    "status":"active","content":"complete","concept":[{"code":"top","concept":[{"code":"mid",
      "concept":[{"code":"low"}]}]},{"code":"apart"}]})");
  const auto closure = [&](const std::string& more, const std::string& name = "t") {
    return closure_of(fhir, name, more);
  };
  const auto code = [](const std::string& value) {
    return R"(,{"name":"concept","valueCoding":{"system":"urn:c","code":")" + value + "\"}}";
  };
  const auto above = [](const std::string& low, const std::string& high) {
    return R"({"code":")" + low + R"(","target":[{"code":")" + high +
           R"(","equivalence":"subsumes"}]})";
  };
  CHECK(closure(code("low")).status == interaction::Status::not_found);
  CHECK(has(closure(""), R"("version":"0")"));
  const auto first = closure(code("low") + code("apart"));
  CHECK(has(first, R"("version":"1")"));
  CHECK_FALSE(has(first, "group"));
  const auto second = closure(code("top"));
  CHECK(has(second, R"("version":"2")"));
  CHECK(has(second, above("low", "top")));
  const auto third = closure(code("mid"));
  CHECK(has(third, above("low", "mid")));
  CHECK(has(third, above("mid", "top")));
  CHECK_FALSE(has(third, above("low", "top")));
  CHECK_FALSE(has(closure(code("mid")), "group"));
  const auto since = closure(R"(,{"name":"version","valueString":"2"})");
  CHECK(has(since, above("mid", "top")));
  CHECK_FALSE(has(since, above("low", "top")));
  CHECK(has(closure(R"(,{"name":"version","valueString":"1"})"), above("mid", "top")));
  CHECK(closure(R"(,{"name":"version","valueString":"4"})").status ==
        interaction::Status::not_found);
  const auto wrong = closure(code("nobody"));
  CHECK(wrong.failed());
  // What is above a code of a part of a code system is not known: it may be between two others.
  put(fhir, {"CodeSystem", "f"}, R"({"resourceType":"CodeSystem","id":"f","url":"urn:f",
    "status":"active","content":"fragment","concept":[{"code":"a"},{"code":"c"}]})");
  CHECK(closure(R"(,{"name":"concept","valueCoding":{"system":"urn:f","code":"a"}})").failed());
  CHECK(has(closure(R"(,{"name":"version","valueString":"0"})"), R"("version":"3")"));
  CHECK(has(closure(""), R"("version":"0")"));
  CHECK_FALSE(has(closure(code("top")), "group"));
  CHECK(closure(code("top"), "other").status == interaction::Status::not_found);
  CHECK(ask(fhir, "", "closure", {{"name", "t"}}).status ==
        interaction::Status::method_not_allowed);
}
