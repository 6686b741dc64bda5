// $validate: the validator asked over REST, of what is sent and of what is stored.

#include "interaction/bundle.h"
#include "interaction/operations.h"
#include "interaction/stored_definitions.h"
#include "profile/validator.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "terminology/core.h"

using namespace fingerpost;
using interaction::Status;

namespace {

const std::string good =
    R"({"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},"gender":"male"})";
const std::string bad = R"({"resourceType":"Patient","gender":"m","contact":[{"gender":"male"}]})";

struct Validating {
  test::Fhir fhir;
  terminology::Terminology codes = terminology::core(test::definitions());
  profile::Validator validator{test::definitions(), &codes};

  Validating() { fhir.context->validator = &validator; }

  interaction::Answer ask(std::optional<std::string> body, std::string_view id = "",
                          std::vector<search::Pair> pairs = {}, std::string_view type = "Patient") {
    return interaction::operate(*fhir.session,
                                {type, id, "validate", std::move(pairs), std::move(body), ""});
  }
};

bool holds(const interaction::Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string_view::npos;
}

std::string parameters(const std::string& resource, const std::string& more = "") {
  return R"({"resourceType":"Parameters","parameter":[{"name":"resource","resource":)" + resource +
         "}" + more + "]}";
}

}  // namespace

TEST_CASE("$validate tells what is wrong with a resource, by its own paths") {
  Validating server;
  for (const auto& body : {bad, parameters(bad)}) {
    const auto answer = server.ask(body);
    CHECK(answer.status == Status::ok);
    CHECK(holds(answer, R"("expression":["Patient.gender"])"));
    CHECK(holds(answer, "pat-1"));
    CHECK_FALSE(holds(answer, "Parameters"));
  }
  CHECK_FALSE(holds(server.ask(good), R"("severity":"error")"));
  CHECK_FALSE(holds(server.ask(parameters(good)), R"("severity":"error")"));
}

TEST_CASE("what only the bytes show of a resource within Parameters is told too") {
  Validating server;
  const auto answer =
      server.ask(parameters(R"({"resourceType":"Patient","gender":"male","nothing":1})"));
  CHECK(holds(answer, R"("expression":["Patient.nothing"])"));
}

TEST_CASE("$validate of an instance looks at what is stored") {
  Validating server;
  REQUIRE_FALSE(server.fhir.update({"Patient", "a"}, good).failed());
  CHECK(server.ask({}, "a").status == Status::ok);
  CHECK(server.ask({}, "b").status == Status::not_found);
  const std::string removal =
      R"({"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"delete"}]})";
  CHECK(server.ask(removal, "a").status == Status::ok);
  CHECK(server.ask(removal, "b").status == Status::not_found);
}

TEST_CASE("a resource is validated against each of the profiles that are asked for") {
  Validating server;
  const std::string base = "http://hl7.org/fhir/StructureDefinition/";
  const std::string weight =
      R"({"resourceType":"Observation","status":"final","code":{"text":"weight"}})";
  const auto asked = GENERATE(values<std::vector<std::string>>({
      {"vitalsigns", "bodyweight"},
      {"bodyweight", "vitalsigns"},
      {"vitalsigns", "bodyweight", "vitalsigns"},
  }));
  std::vector<search::Pair> pairs;
  std::string more;
  for (const auto& name : asked) {
    pairs.emplace_back("profile", base + name);
    more += R"(,{"name":"profile","valueUri":")" + base + name + "\"}";
  }
  const auto beside =
      server.ask(parameters(weight, R"(,{"name":"profile","valueUri":")" + base + "vitalsigns\"}"),
                 "", {{"profile", base + "bodyweight"}}, "Observation");
  for (const auto& answer : {server.ask(weight, "", pairs, "Observation"),
                             server.ask(parameters(weight, more), "", {}, "Observation"), beside}) {
    CHECK(holds(answer, "(" + base + "vitalsigns)"));
    CHECK(holds(answer, "(" + base + "bodyweight)"));
    const auto first = answer.content().find("Observation.subject needs");
    CHECK(first != std::string_view::npos);
    // The one asked for twice is one.
    const auto text = "Observation.subject needs at least 1 (" + base + "vitalsigns)";
    CHECK(answer.content().find(text) == answer.content().rfind(text));
  }
}

TEST_CASE("a call asks for no more profiles than one validation may be of") {
  Validating server;
  std::vector<search::Pair> pairs;
  for (int i = 0; i < 32; ++i) pairs.emplace_back("profile", "urn:p" + std::to_string(i));
  CHECK(server.ask(good, "", pairs).status == Status::ok);
  pairs.emplace_back("profile", "urn:p1");  // again
  CHECK(server.ask(good, "", pairs).status == Status::ok);
  pairs.emplace_back("profile", "urn:p32");
  CHECK(server.ask(good, "", pairs).failed());
}

TEST_CASE("a profile is asked for by the URL or the body, and one that is not known is an error") {
  Validating server;
  const std::string profile = "http://hl7.org/fhir/StructureDefinition/vitalsigns";
  const std::string weight =
      R"({"resourceType":"Observation","status":"final","code":{"text":"weight"}})";
  CHECK_FALSE(holds(server.ask(weight, "", {}, "Observation"), "Observation.subject"));
  CHECK(
      holds(server.ask(weight, "", {{"profile", profile}}, "Observation"), "Observation.subject"));
  const auto more = R"(,{"name":"profile","valueUri":")" + profile + "\"}";
  CHECK(holds(server.ask(parameters(weight, more), "", {}, "Observation"), "Observation.subject"));
  CHECK(holds(server.ask(weight, "", {{"profile", "urn:nobody"}}, "Observation"),
              R"("severity":"error")"));
}

TEST_CASE("mode delete tells whether a delete would be refused") {
  Validating server;
  REQUIRE_FALSE(server.fhir.update({"Patient", "a"}, good).failed());
  server.fhir.context->before_commit = [](store::Unit&, std::span<const interaction::Change> all,
                                          const access::Caller&) {
    for (const auto& change : all)
      if (change.after == nullptr && change.id == "a")
        return Result<void>(Error{Kind::conflict, "a referral needs it", ""});
    return Result<void>();
  };
  const auto answer = server.ask({}, "a", {{"mode", "delete"}});
  CHECK(answer.status == Status::ok);
  CHECK(holds(answer, "a referral needs it"));
  CHECK(server.fhir.read("Patient", "a").status == Status::ok);
}

TEST_CASE("profiles, extensions and value sets that clients store are known to $validate") {
  Validating server;
  const auto store = [&](std::string_view type, std::string_view id, const std::string& members) {
    REQUIRE_FALSE(server.fhir
                      .update({type, id}, R"({"resourceType":")" + std::string(type) +
                                              R"(","id":")" + std::string(id) + "\"," + members +
                                              "}")
                      .failed());
  };
  const auto profile = [&](std::string_view id, const std::string& type, const std::string& base,
                           const std::string& elements) {
    store("StructureDefinition", id,
          R"("url":"urn:)" + std::string(id) + R"(","name":"P","status":"draft","abstract":false,
      "kind":"resource","type":")" +
              type + R"(","derivation":"constraint","baseDefinition":")" + base +
              R"(","differential":{"element":[)" + elements + "]}");
  };
  const std::string r4 = "http://hl7.org/fhir/StructureDefinition/";
  profile("base", "Patient", r4 + "Patient", R"({"path":"Patient.active","min":1})");
  profile("p", "Patient", "urn:base",
          R"({"path":"Patient.maritalStatus","binding":{"strength":"required",
             "valueSet":"urn:v"}})");
  profile("x", "Extension", r4 + "Extension",
          R"({"path":"Extension.url","fixedUri":"urn:x"},
             {"path":"Extension.value[x]","min":1,"type":[{"code":"boolean"}]})");
  store("ValueSet", "v",
        R"("url":"urn:v","status":"active","compose":{"include":[{"system":"urn:s"}]})");
  store("CodeSystem", "s",
        R"("url":"urn:s","status":"active","content":"complete","concept":[{"code":"m"}])");
  const auto said = [&](const std::string& members, std::vector<search::Pair> pairs = {}) {
    return std::string(
        server.ask(R"({"resourceType":"Patient",)" + members + "}", "", std::move(pairs))
            .content());
  };
  const std::string claims = R"("meta":{"profile":["urn:p"]})";
  const auto marital = [](const std::string& code) {
    return R"("active":true,"maritalStatus":{"coding":[{"system":"urn:s","code":")" + code +
           R"("}]})";
  };
  const std::string error = R"("severity":"error")";
  CHECK(said(marital("m") + "," + claims).find(error) == std::string::npos);
  CHECK(said(marital("z") + "," + claims).find("is not among the codes of urn:v") !=
        std::string::npos);
  CHECK(said(claims).find("Patient.active needs at least 1") != std::string::npos);
  CHECK(said(marital("z"), {{"profile", "urn:p"}}).find(error) != std::string::npos);
  CHECK(said(marital("z")).find(error) == std::string::npos);
  CHECK(said(R"("extension":[{"url":"urn:x","valueString":"s"}])").find(error) !=
        std::string::npos);
  CHECK(said(R"("extension":[{"url":"urn:x","valueBoolean":true}])").find(error) ==
        std::string::npos);
  // One that is changed is another one for the next request.
  profile("base", "Patient", r4 + "Patient", R"({"path":"Patient.active","min":0})");
  CHECK(said(claims).find(error) == std::string::npos);
  // R4's own cannot be replaced.
  store("StructureDefinition", "patient",
        R"("url":")" + r4 + R"(vitalsigns","name":"P","status":"draft","abstract":false,
        "kind":"resource","type":"Observation","derivation":"constraint","baseDefinition":")" +
            r4 + R"(Observation","differential":{"element":[{"path":"Observation"}]})");
  const std::string weight =
      R"({"resourceType":"Observation","status":"final","code":{"text":"weight"}})";
  CHECK(holds(server.ask(weight, "", {{"profile", r4 + "vitalsigns"}}, "Observation"),
              "Observation.subject"));
}

namespace {

std::string stored_profile(const std::string& name, const std::string& base,
                           const std::string& element) {
  return R"({"resourceType":"StructureDefinition","id":")" + name + R"(","url":"urn:)" + name +
         R"(","name":"P","status":"draft","abstract":false,"kind":"resource","type":"Patient",
      "derivation":"constraint","baseDefinition":")" +
         base + R"(","differential":{"element":[)" + element + "]}}";
}

}  // namespace

TEST_CASE("stored definitions are compiled once for the versions that are stored") {
  Validating server;
  const std::string patient = "http://hl7.org/fhir/StructureDefinition/Patient";
  const auto store = [&](const std::string& name, const std::string& base) {
    REQUIRE_FALSE(server.fhir
                      .update({"StructureDefinition", name},
                              stored_profile(name, base, R"({"path":"Patient.active","min":1})"))
                      .failed());
  };
  store("a", patient);
  store("b", "urn:a");
  const std::string wanted = "urn:b";
  const auto registry = [&] {
    auto made = interaction::definitions_for(*server.fhir.session, nullptr, {&wanted, 1});
    REQUIRE(made);
    REQUIRE(*made);
    return (*made)->registry;
  };
  const auto first = registry();
  REQUIRE(first);
  CHECK(registry() == first);
  store("a", patient);
  const auto second = registry();
  CHECK(second != first);
  CHECK(registry() == second);
}

TEST_CASE("stored definitions over a limit are left out and named; the rest is validated") {
  Validating server;
  const std::string patient = "http://hl7.org/fhir/StructureDefinition/Patient";
  const auto big = stored_profile(
      "big", patient, R"({"path":"Patient.active","comment":")" + std::string(2000, 'c') + "\"}");
  const auto small = stored_profile("small", patient, R"({"path":"Patient.active","min":1})");
  REQUIRE_FALSE(server.fhir.update({"StructureDefinition", "big"}, big).failed());
  REQUIRE_FALSE(server.fhir.update({"StructureDefinition", "small"}, small).failed());
  struct Row {
    const char* name;
    interaction::DefinitionLimits limits;
    const char* says;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"all", {}, ""},
      {"one", {1000, 1000, 100'000, {}}, "the definition urn:big is larger"},
      {"together", {1000, 100'000, 1000, {}}, "the definition urn:big is larger"},
      {"count", {1, 100'000, 100'000, {}}, "more definitions are asked for"},
  }));
  CAPTURE(row.name);
  const std::string wanted[] = {"urn:small", "urn:big"};
  const auto made = interaction::definitions_for(*server.fhir.session, nullptr, wanted, row.limits);
  REQUIRE(made);
  REQUIRE(*made);
  REQUIRE((*made)->registry);
  CHECK((*made)->registry->profile("urn:small") != nullptr);
  const std::string_view says = row.says;
  CHECK(((*made)->registry->profile("urn:big") == nullptr) == !says.empty());
  REQUIRE((*made)->left_out.size() == (says.empty() ? 0u : 1u));
  if (says.empty()) return;
  CHECK((*made)->left_out[0].code == "too-costly");
  CHECK((*made)->left_out[0].text.starts_with(says));
}

TEST_CASE("a call of $validate that makes no sense is refused") {
  Validating server;
  CHECK(server.ask({}).status == Status::bad_request);
  CHECK(server.ask("{").status == Status::bad_request);
  CHECK(server.ask(R"({"resourceType":"Parameters"})").status == Status::bad_request);
  CHECK(server.ask(good, "", {{"mode", "update"}}).status == Status::bad_request);
  CHECK(server.ask(good, "b", {{"mode", "update"}}).status == Status::bad_request);
  CHECK(server.ask(good, "a", {{"mode", "update"}}).status == Status::ok);
  CHECK(server.ask(good, "", {{"mode", "burn"}}).status == Status::bad_request);
  CHECK(server.ask(good, "", {}, "Goal").status == Status::bad_request);
  server.fhir.context->validator = nullptr;
  CHECK(server.ask(good).failed());
}

TEST_CASE("writes are asked for invariants and profiles when the configuration says so") {
  Validating server;
  const std::string contact = R"({"resourceType":"Patient","contact":[{"gender":"male"}]})";
  CHECK(server.fhir.create("Patient", contact).status == Status::created);
  server.fhir.context->profiles_on_write = true;
  CHECK(server.fhir.create("Patient", contact).status == Status::unprocessable);
  CHECK(server.fhir.create("Patient", R"({"resourceType":"Patient","gender":"male"})").status ==
        Status::created);
  const std::string claims =
      R"({"resourceType":"Observation","status":"final","code":{"text":"weight"},"meta":{"profile":[
         "http://hl7.org/fhir/StructureDefinition/vitalsigns"]}})";
  CHECK(server.fhir.create("Observation", claims).status == Status::unprocessable);
}

TEST_CASE("writes that are asked for profiles are asked for those that clients stored too") {
  Validating server;
  const std::string patient = "http://hl7.org/fhir/StructureDefinition/Patient";
  REQUIRE_FALSE(
      server.fhir
          .update({"StructureDefinition", "active"},
                  stored_profile("active", patient, R"({"path":"Patient.active","min":1})"))
          .failed());
  const auto claiming = [](const std::string& members) {
    return R"({"resourceType":"Patient","meta":{"profile":["urn:active"]},)" + members + "}";
  };
  const auto entry = [&](const std::string& members) {
    return R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" +
           claiming(members) + R"(,"request":{"method":"POST","url":"Patient"}}]})";
  };
  const auto sent = [&](std::string bundle) {
    return server.fhir.wait([&](interaction::Done done) {
      interaction::bundle(*server.fhir.session, std::move(bundle), {}, std::move(done));
    });
  };
  CHECK(server.fhir.create("Patient", claiming(R"("gender":"male")")).status == Status::created);
  server.fhir.context->profiles_on_write = true;
  CHECK(server.fhir.create("Patient", claiming(R"("gender":"male")")).status ==
        Status::unprocessable);
  CHECK(server.fhir.create("Patient", claiming(R"("active":true)")).status == Status::created);
  CHECK(sent(entry(R"("gender":"male")")).status == Status::unprocessable);
  CHECK(sent(entry(R"("active":true)")).status == Status::ok);
  // What is over the limit of definitions goes in unchecked otherwise, and its profile with it.
  std::string many = R"({"resourceType":"Patient","extension":[)";
  for (int i = 0; i < 1001; ++i)
    many += (i == 0 ? "" : ",") + (R"({"url":"urn:e)" + std::to_string(i)) +
            R"(","valueBoolean":true})";
  many += R"(],"meta":{"profile":["urn:active"]},"active":true})";
  const auto refused = server.fhir.create("Patient", many);
  CHECK(refused.status == Status::unprocessable);
}
