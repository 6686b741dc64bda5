// SearchParameters that clients store: taken up, made an index for, told about, taken away.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::FhirServer;

namespace {

std::string parameter(const std::string& id, const std::string& code, const std::string& type,
                      const std::string& base, const std::string& expression,
                      const std::string& status = "active") {
  return R"({"resourceType":"SearchParameter","id":")" + id + R"(","url":"urn:parameter:)" + id +
         R"(","name":"N","status":")" + status + R"(","description":"d","code":")" + code +
         R"(","base":[")" + base + R"("],"type":")" + type + R"(","expression":")" + expression +
         "\"}";
}

const std::string nickname = parameter("nick", "nickname", "string", "Patient",
                                       "Patient.name.where(use = 'nickname').given");

std::string patient(const std::string& id, const std::string& nick) {
  return R"({"resourceType":"Patient","id":")" + id +
         R"(","name":[{"use":"official","given":["Official"]},{"use":"nickname","given":[")" +
         nick + "\"]}]}";
}

void put(Server& server, const std::string& url, const std::string& body, int status) {
  const auto response = server.ask("PUT", url, "", body);
  CAPTURE(url, response.body);
  CHECK(response.status == status);
}

// Until the index has all resources.
void wait_until_complete(Server& server, const std::string& id) {
  for (int i = 0; i < 100'000; ++i) {
    const auto status = server.ask("GET", "/SearchParameter/" + id + "/$reindex-status");
    REQUIRE(status.status == 200);
    if (holds(status, R"({"name":"complete","valueBoolean":true})")) return;
  }
  FAIL("the index was not complete");
}

std::string total(Server& server, const std::string& query) {
  const auto found = server.ask("GET", query + "&_total=accurate");
  CAPTURE(query, found.body);
  REQUIRE(found.status == 200);
  const auto at = found.body.find("\"total\":");
  REQUIRE(at != std::string::npos);
  return found.body.substr(at + 8, found.body.find_first_of(",}", at) - at - 8);
}

}  // namespace

TEST_CASE("a stored SearchParameter is searched by, also in what was stored before it") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const test::Folder folder;
  Server server({}, on_disk ? folder.path() : "");
  for (int i = 0; i < 250; ++i)
    put(server, "/Patient/p" + std::to_string(i),
        patient("p" + std::to_string(i), i == 7 ? "Robin" : "Other"), 201);
  CHECK(server.ask("GET", "/Patient?nickname=robin").status == 400);
  const auto before = server.ask("GET", "/metadata").field("ETag");
  put(server, "/SearchParameter/nick", nickname, 201);
  const auto metadata = server.ask("GET", "/metadata");
  CHECK(metadata.field("ETag") != before);
  CHECK(
      holds(metadata, R"({"name":"nickname","definition":"urn:parameter:nick","type":"string"})"));
  CHECK(server.ask("GET", "/metadata", "If-None-Match: " + before + "\r\n").status == 200);
  wait_until_complete(server, "nick");
  CHECK(total(server, "/Patient?nickname=robin") == "1");
  CHECK_FALSE(holds(server.ask("GET", "/Patient?nickname=robin"), "\"mode\":\"outcome\""));
  put(server, "/Patient/p300", patient("p300", "Robin"), 201);
  CHECK(total(server, "/Patient?nickname=robin") == "2");
  CHECK(total(server, "/Patient?nickname:missing=true") == "0");
  CHECK(server.ask("GET", "/Patient?nickname=robin&_sort=-nickname").status == 200);

  // The same code with another meaning: what the old one found is found no more.
  put(server, "/SearchParameter/nick",
      parameter("nick", "nickname", "token", "Patient", "Patient.name.where(use = 'official').use"),
      200);
  wait_until_complete(server, "nick");
  CHECK(total(server, "/Patient?nickname=robin") == "0");
  CHECK(total(server, "/Patient?nickname=official") == "251");

  SECTION("until it is retired") {
    put(server, "/SearchParameter/nick",
        parameter("nick", "nickname", "string", "Patient", "Patient.name.given", "retired"), 200);
    CHECK(holds(server.ask("GET", "/SearchParameter/nick/$reindex-status"),
                R"({"name":"searchable","valueBoolean":false})"));
  }
  SECTION("until it is deleted") {
    CHECK(server.ask("DELETE", "/SearchParameter/nick").status == 204);
    CHECK(server.ask("GET", "/SearchParameter/nick/$reindex-status").status == 410);
  }
  const auto gone = server.ask("GET", "/Patient?nickname=official");
  CHECK(gone.status == 400);
  CHECK(holds(gone, "nickname"));
  CHECK_FALSE(holds(server.ask("GET", "/metadata"), "urn:parameter:nick"));
}

TEST_CASE("a SearchParameter that cannot be searched by is refused with its element") {
  Server server;
  put(server, "/SearchParameter/nick", nickname, 201);
  struct Row {
    std::string body;
    const char* element;
  };
  for (const auto& row :
       {Row{parameter("x", "x", "string", "Patient", "Patient.name.("),
            "SearchParameter.expression"},
        Row{parameter("x", "x", "string", "Patient", "Observation.code"),
            "SearchParameter.expression"},
        Row{parameter("x", "gender", "token", "Patient", "Patient.gender"), "SearchParameter.code"},
        Row{parameter("x", "nickname", "token", "Patient", "Patient.gender"),
            "SearchParameter.code"},
        Row{parameter("x", "_x", "token", "Patient", "Patient.gender"), "SearchParameter.code"},
        Row{parameter("x", "x", "special", "Patient", "Patient.gender"), "SearchParameter.type"},
        Row{parameter("x", "x", "composite", "Patient", "Patient"), "SearchParameter.component"}}) {
    CAPTURE(row.body);
    const auto refused = server.ask("PUT", "/SearchParameter/x", "", row.body);
    CHECK(refused.status == 422);
    CHECK(holds(refused, std::string(R"("expression":[")") + row.element));
    CHECK(server.ask("GET", "/SearchParameter/x").status == 404);
  }
  // One that is no more than a draft may be unfinished.
  put(server, "/SearchParameter/x", parameter("x", "gender", "token", "Patient", "?", "draft"),
      201);
  const auto unknown = server.ask("PUT", "/SearchParameter/y", "",
                                  parameter("y", "y", "string", "Patiend", "Patient.name"));
  CHECK(unknown.status == 422);
  CHECK(holds(unknown, "SearchParameter.base"));
  CHECK(server.ask("GET", "/Patient?nickname=a").status == 200);
}

TEST_CASE("their number is bounded, and a transaction brings all of its own or none") {
  Limits limits;
  limits.custom_parameters = 2;
  Server server(limits);
  const auto entry = [](const std::string& id, const std::string& expression) {
    return R"({"resource":)" + parameter(id, id, "string", "Patient", expression) +
           R"(,"request":{"method":"PUT","url":"SearchParameter/)" + id + "\"}}";
  };
  const auto both = [&](const std::string& second) {
    return R"({"resourceType":"Bundle","type":"transaction","entry":[)" +
           entry("one", "Patient.name.given") + "," + entry("two", second) + "]}";
  };
  CHECK(server.ask("POST", "/", "", both("Patient.name.(")).status == 422);
  CHECK(server.ask("GET", "/Patient?one=a").status == 400);
  CHECK(server.ask("POST", "/", "", both("Patient.name.family")).status == 200);
  CHECK(server.ask("GET", "/Patient?one=a&two=b").status == 200);
  const auto third = server.ask("PUT", "/SearchParameter/nick", "", nickname);
  CHECK(third.status == 422);
  CHECK(holds(third, "custom_parameters"));
  CHECK(server.ask("DELETE", "/SearchParameter/one").status == 204);
  put(server, "/SearchParameter/nick", nickname, 201);
  const auto all = server.ask("GET", "/SearchParameter/$reindex-status");
  CHECK(holds(all, "urn:parameter:two"));
  CHECK(holds(all, "urn:parameter:nick"));
  CHECK_FALSE(holds(all, "urn:parameter:one"));
}

TEST_CASE("custom parameters of every type, of several bases, and as components") {
  Server server;
  struct Row {
    const char* code;
    const char* type;
    const char* expression;
    const char* query;
  };
  const Row rows[] = {
      {"c-string", "string", "Observation.note.text", "c-string=walk"},
      {"c-token", "token", "Observation.interpretation", "c-token=urn:i|H"},
      {"c-date", "date", "Observation.issued", "c-date=ge2026-01-01"},
      {"c-number", "number", "Observation.value.as(integer)", "c-number=7"},
      {"c-quantity", "quantity", "Observation.referenceRange.low", "c-quantity=lt6"},
      {"c-reference", "reference", "Observation.hasMember", "c-reference=Observation/other"},
      {"c-uri", "uri", "Observation.implicitRules", "c-uri=urn:rules"},
      {"c-length", "token", "Observation.note.where(text.length() > 3).exists()", "c-length=true"},
  };
  for (const auto& row : rows)
    put(server, std::string("/SearchParameter/") + row.code,
        parameter(row.code, row.code, row.type, "Observation", row.expression), 201);
  put(server, "/Observation/o",
      R"({"resourceType":"Observation","id":"o","status":"final",)"
      R"("implicitRules":"urn:rules","code":{"text":"c"},"issued":"2026-05-01T10:00:00Z",)"
      R"("valueInteger":7,"interpretation":[{"coding":[{"system":"urn:i","code":"H"}]}],)"
      R"("note":[{"text":"Walks daily"}],"referenceRange":[{"low":{"value":5}}],)"
      R"("hasMember":[{"reference":"Observation/other"}]})",
      201);
  put(server, "/Observation/p",
      R"({"resourceType":"Observation","id":"p","status":"final",)"
      R"("code":{"text":"c"}})",
      201);
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(total(server, std::string("/Observation?") + row.query) == "1");
  }
  CHECK(total(server, "/Observation?c-string=walk&c-quantity=lt6") == "1");
  CHECK(total(server, "/Observation?_has:Observation:c-reference:c-token=H") == "0");
}

TEST_CASE("a restart goes on with what was stored, and the index with it") {
  const test::Folder folder;
  {
    Server server({}, folder.path());
    put(server, "/Patient/a", patient("a", "Robin"), 201);
    put(server, "/SearchParameter/nick", nickname, 201);
  }
  Server server({}, folder.path());
  wait_until_complete(server, "nick");
  CHECK(total(server, "/Patient?nickname=robin") == "1");
}
