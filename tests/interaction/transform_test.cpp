// StructureMap/$transform: stored maps, maps sent with the call, and the maps that were loaded.

#include "interaction/operations.h"
#include "mapping/fml.h"
#include "profile/validator.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "terminology/core.h"

using namespace fingerpost;
using interaction::Status;

namespace {

// A StructureMap Patient -> Patient of one rule, {source element, target element, more}.
std::string map_of(const std::string& id, const std::string& imports, const std::string& rules,
                   const std::string& more = "") {
  return R"({"resourceType":"StructureMap","id":")" + id + R"(","url":"http://maps.example/)" + id +
         R"(","name":")" + id + R"(","status":"active",)" + imports +
         R"("structure":[{"url":"http://hl7.org/fhir/StructureDefinition/Patient","mode":"source"},
            {"url":"http://hl7.org/fhir/StructureDefinition/Patient","mode":"target"}],)" +
         R"("group":[{"name":")" + id + R"(","typeMode":"none","input":[
            {"name":"src","type":"Patient","mode":"source"},
            {"name":"tgt","type":"Patient","mode":"target"}],"rule":[)" +
         rules + "]" + more + "}]}";
}

const std::string gender =
    R"({"name":"g","source":[{"context":"src","element":"gender","variable":"g"}],
        "target":[{"context":"tgt","contextType":"variable","element":"gender","transform":"copy",
          "parameter":[{"valueId":"g"}]}]})";
const std::string calls_gender =
    R"({"name":"c","source":[{"context":"src"}],
        "dependent":[{"name":"gender","variable":["src","tgt"]}]})";
const std::string translated =
    R"({"name":"t","source":[{"context":"src","element":"gender","variable":"g"}],
        "target":[{"context":"tgt","contextType":"variable","element":"gender",
          "transform":"translate","parameter":[{"valueId":"g"},
            {"valueString":"http://maps.example/swap"},{"valueString":"code"}]}]})";
const std::string checked =
    R"({"name":"k","source":[{"context":"src","element":"gender","variable":"g",
          "check":"$this = 'male'"}]})";
const std::string swap =
    R"({"resourceType":"ConceptMap","id":"swap","url":"http://maps.example/swap","status":"active",
        "group":[{"element":[{"code":"male","target":[{"code":"female",
          "equivalence":"equivalent"}]}]}]})";

const std::string male = R"({"resourceType":"Patient","gender":"male","active":true})";
const std::string female = R"({"resourceType":"Patient","gender":"female"})";

struct Transforming {
  test::Fhir fhir;

  void put(std::string_view type, std::string_view id, std::string body) {
    REQUIRE_FALSE(fhir.update({type, id}, std::move(body)).failed());
  }
  interaction::Answer ask(std::string body, std::vector<search::Pair> pairs = {},
                          std::string_view id = "") {
    return interaction::operate(
        *fhir.session, {"StructureMap", id, "transform", std::move(pairs), std::move(body), ""});
  }
  interaction::Answer of(const std::string& map, const std::string& content = male) {
    return ask(content, {{"source", "http://maps.example/" + map}});
  }
};

std::string parameters(const std::string& items) {
  return R"({"resourceType":"Parameters","parameter":[)" + items + "]}";
}

bool told(const interaction::Answer& answer, std::string_view text) {
  for (const auto& issue : answer.issues)
    if (issue.text.find(text) != std::string::npos) return true;
  return false;
}

const std::string made = R"({"resourceType":"Patient","gender":"male"})";

}  // namespace

TEST_CASE("a stored map runs by its url, by its version, by its id and as an instance") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", R"("version":"2",)", gender));
  for (const char* source :
       {"http://maps.example/gender", "http://maps.example/gender|2", "StructureMap/gender"}) {
    CAPTURE(source);
    const auto answer = server.ask(male, {{"source", source}});
    CHECK(answer.status == Status::ok);
    CHECK(answer.content() == made);
  }
  CHECK(server.ask(male, {}, "gender").content() == made);
  CHECK(server.ask(male, {{"source", "http://maps.example/gender|3"}}).status == Status::not_found);
}

TEST_CASE("source and content come as Parameters too") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", "", gender));
  const auto content = R"({"name":"content","resource":)" + male + "}";
  const std::string source = R"({"name":"source","valueUri":"http://maps.example/gender"},)";
  CHECK(server.ask(parameters(source + content)).content() == made);
  CHECK(server.ask(parameters(content), {}, "gender").content() == made);
  CHECK(server.ask(parameters(content)).status == Status::bad_request);
  CHECK(server.ask(parameters(source + R"({"name":"other","valueCode":"a"})")).status ==
        Status::bad_request);
}

TEST_CASE("what is transformed may be XML") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", "", gender));
  const std::string patient =
      R"(<Patient xmlns="http://hl7.org/fhir"><gender value="male"/></Patient>)";
  CHECK(server.of("gender", patient).content() == made);
  CHECK(server
            .ask(R"(<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="content"/>
                    <resource>)" +
                     patient + "</resource></parameter></Parameters>",
                 {}, "gender")
            .content() == made);
}

TEST_CASE("imports are found among the stored maps, by their url and by a pattern") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", "", gender));
  server.put("StructureMap", "one",
             map_of("one", R"("import":["http://maps.example/gender"],)", calls_gender));
  server.put("StructureMap", "all",
             map_of("all", R"("import":["http://maps.example/g*r"],)", calls_gender));
  CHECK(server.of("one").content() == made);
  CHECK(server.of("all").content() == made);
}

TEST_CASE("a map that came with the call runs, and finds what it imports") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", "", gender));
  const auto content = R"({"name":"content","resource":)" + male + "}";
  const auto one = map_of("one", R"("import":["http://maps.example/gender"],)", calls_gender);
  CHECK(server.ask(parameters(R"({"name":"sourceMap","resource":)" + one + "}," + content))
            .content() == made);
  const std::string text =
      "map 'http://maps.example/text' = 'text' "
      "uses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source "
      "imports 'http://maps.example/gender' "
      "group text(source src : Patient, target tgt : Patient) { src -> tgt then gender(src, tgt); "
      "}";
  CHECK(server.ask(parameters(R"({"name":"srcMap","valueString":")" + text + "\"}," + content))
            .content() == made);
}

TEST_CASE("a map's codes are translated by the stored concept maps") {
  Transforming server;
  server.put("StructureMap", "translated", map_of("translated", "", translated));
  server.put("ConceptMap", "swap", swap);
  CHECK(server.of("translated").content() == R"({"resourceType":"Patient","gender":"female"})");
}

TEST_CASE("a change of a stored map is seen by the next call") {
  Transforming server;
  server.put("StructureMap", "gender", map_of("gender", "", gender));
  CHECK(server.of("gender").content() == made);
  auto changed = gender;
  for (auto at = changed.find("gender"); at != std::string::npos; at = changed.find("gender", at))
    changed.replace(at, 6, "active");
  server.put("StructureMap", "gender", map_of("gender", "", changed));
  CHECK(server.of("gender").content() == R"({"resourceType":"Patient","active":true})");
}

TEST_CASE("the maps that were loaded run too, and stored maps may import them") {
  auto definitions = test::load_definitions();
  mapping::MapsBuilder builder(definitions);
  REQUIRE(builder.add_map(
      "map 'http://maps.example/loaded' = 'loaded'\n"
      "uses 'http://hl7.org/fhir/StructureDefinition/Patient' alias Patient as source\n"
      "group gender(source src : Patient, target tgt : Patient) {\n"
      "  src.gender -> tgt.gender; src -> tgt.id = uuid('a') 'extension'; }",
      "loaded.map"));
  const auto maps = builder.link();
  REQUIRE(maps);
  Transforming server;
  server.fhir.context->maps = &*maps;
  CHECK(server.of("loaded").content().find(R"("gender":"male")") != std::string_view::npos);
  server.put("StructureMap", "one",
             map_of("one", R"("import":["http://maps.example/loaded"],)", calls_gender));
  CHECK(server.of("one").content().find(R"("gender":"male")") != std::string_view::npos);
}

TEST_CASE("what cannot be transformed is an OperationOutcome with its status") {
  Transforming server;
  server.put("StructureMap", "checked", map_of("checked", "", checked));
  server.put("StructureMap", "lonely",
             map_of("lonely", R"("import":["http://maps.example/none"],)", gender));
  server.put("StructureMap", "calls", map_of("calls", "", calls_gender));
  CHECK(server.of("checked").status == Status::ok);
  const auto failed = server.of("checked", female);
  CHECK(failed.status == Status::unprocessable);
  CHECK(told(failed, "check"));
  CHECK(told(server.of("lonely"), "no such map"));
  CHECK(server.of("lonely").status == Status::unprocessable);
  CHECK(told(server.of("calls"), "no group gender"));
  CHECK(server.of("none").status == Status::not_found);
  CHECK(server.ask(male, {}, "none").status == Status::not_found);
  CHECK(server.ask("{", {{"source", "http://maps.example/checked"}}).status == Status::bad_request);
  CHECK(server.ask("", {{"source", "http://maps.example/checked"}}).status == Status::bad_request);
}

TEST_CASE("a map's conditions ask of the value sets at hand") {
  Transforming server;
  auto codes = terminology::core(test::definitions());
  const profile::Validator validator(test::definitions(), &codes);
  const std::string asking =
      R"~({"name":"m","source":[{"context":"src","element":"gender","variable":"g",
            "condition":"g.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')"}],
          "target":[{"context":"tgt","contextType":"variable","element":"gender",
            "transform":"copy","parameter":[{"valueId":"g"}]}]})~";
  server.put("StructureMap", "asking", map_of("asking", "", asking));
  CHECK(told(server.of("asking"), "no value sets are at hand"));
  server.fhir.context->validator = &validator;
  CHECK(server.of("asking").body == made);
}

TEST_CASE("a map that never ends is stopped by the limit of steps") {
  Limits limits;
  limits.steps = 10'000;
  test::Fhir fhir(limits);
  const std::string twice =
      R"({"name":"a","source":[{"context":"src"}],
          "dependent":[{"name":"endless","variable":["src","tgt"]}]})";
  REQUIRE_FALSE(fhir.update({"StructureMap", "endless"}, map_of("endless", "", twice + "," + twice))
                    .failed());
  const auto answer =
      interaction::operate(*fhir.session, {"StructureMap", "endless", "transform", {}, male, ""});
  CHECK(answer.failed());
  REQUIRE(answer.issues.size() == 1);
  CHECK(answer.issues[0].code == "too-costly");
}
