// The REST rows of the table of features that FHIR servers are compared by: each as a request and
// what must come of it. The rows of searching are with the search's own tests.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "wire/gzip.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::FhirServer;

namespace {

const std::string patient =
    R"({"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:s","value":"1"}],"name":[{"family":"Test"}]})";
const std::string patient_xml =
    R"(<Patient xmlns="http://hl7.org/fhir"><id value="x1"/><name><family value="Test"/></name></Patient>)";
const std::string in_xml = "Content-Type: application/fhir+xml\r\n";
const std::string xml_out = "Accept: application/fhir+xml\r\n";

struct Step {
  const char* method;
  const char* url;
  std::string fields;
  std::string body;
  int status;
  const char* holds = "";  // in the body or the head
};

void play(Server& server, const std::vector<Step>& steps) {
  for (const auto& step : steps) {
    CAPTURE(step.method, step.url, step.fields);
    const auto response = server.ask(step.method, step.url, step.fields, step.body);
    CHECK(response.status == step.status);
    const auto all = response.head + response.body;
    CHECK(all.find(step.holds) != std::string::npos);
  }
}

std::string patch_as(const std::string& media) {
  return "Content-Type: " + media + "\r\n";
}

}  // namespace

TEST_CASE("read, vread, create, update, update as create, delete, conditional read") {
  Server server;
  play(server,
       {{"PUT", "/Patient/p1", "", patient, 201, "ETag: W/\"1\""},
        {"GET", "/Patient/p1", "", "", 200, "\"Test\""},
        {"GET", "/Patient/p1", "If-None-Match: W/\"9\", W/\"1\"\r\n", "", 304},
        {"GET", "/Patient/p1", "If-None-Match: *\r\n", "", 304},
        {"GET", "/Patient/p1", "If-None-Match: \"other\"\r\n", "", 200},
        {"GET", "/Patient/p1", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "", 200},
        {"GET", "/Patient/p1", "If-Modified-Since: Fri, 01 Jan 2199 00:00:00 GMT\r\n", "", 304},
        {"PUT", "/Patient/p1", "If-Match: W/\"4\", W/\"1\"\r\n", patient, 200},
        {"PUT", "/Patient/p1", "If-Match: W/\"1\"\r\n", patient, 412},
        {"PUT", "/Patient/p1", "If-None-Match: *\r\n", patient, 412},
        {"GET", "/Patient/p1/_history/1", "", "", 200, "\"versionId\":\"1\""},
        {"POST", "/Patient", "", patient, 201, "Location: http://test.example/fhir/"},
        {"DELETE", "/Patient/p1", "", "", 204},
        {"GET", "/Patient/p1", "", "", 410},
        {"HEAD", "/metadata", "", "", 200}});
}

TEST_CASE("JSON, merge, XML and FHIRPath Patch") {
  Server server;
  play(
      server,
      {{"PUT", "/Patient/p1", "", patient, 201},
       {"PATCH", "/Patient/p1", patch_as("application/json-patch+json"),
        R"([{"op":"add","path":"/active","value":true}])", 200, "\"active\":true"},
       {"PATCH", "/Patient/p1", patch_as("application/merge-patch+json"), R"({"active":null})", 200,
        "\"versionId\":\"3\""},
       {"PATCH", "/Patient/p1", patch_as("application/xml-patch+xml"),
        R"(<diff xmlns="http://hl7.org/fhir"><replace sel="Patient/name/family/@value">Xml</replace></diff>)",
        200, "\"Xml\""},
       {"PATCH", "/Patient/p1", patch_as("application/fhir+xml"),
        R"(<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>)"
        R"(<part><name value="type"/><valueCode value="replace"/></part>)"
        R"(<part><name value="path"/><valueString value="Patient.name.family"/></part>)"
        R"(<part><name value="value"/><valueString value="Path"/></part></parameter></Parameters>)",
        200, "\"Path\""},
       {"PATCH", "/Patient?identifier=urn:s|1", patch_as("application/json-patch+json"),
        R"([{"op":"add","path":"/gender","value":"female"}])", 200, "\"female\""},
       {"PATCH", "/Patient/p1", patch_as("application/json-patch+json") + "If-Match: W/\"1\"\r\n",
        "[]", 412},
       {"PATCH", "/Patient/p1", patch_as("text/plain"), "[]", 415, "Accept-Patch: "}});
}

TEST_CASE("conditional create, update and delete") {
  Server server;
  play(server,
       {{"POST", "/Patient", "If-None-Exist: identifier=urn:s|1\r\n", patient, 201},
        {"POST", "/Patient", "If-None-Exist: Patient?identifier=urn:s%7C1\r\n", patient, 200,
         "_history/1"},
        {"PUT", "/Patient?identifier=urn:s|1", "",
         R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"1"}]})", 200,
         "_history/2"},
        {"PUT", "/Patient?identifier=urn:s|1", "", patient, 400},
        {"POST", "/Patient", "", patient, 201},
        {"PUT", "/Patient?identifier=urn:s|1", "", patient, 412},
        {"DELETE", "/Patient?identifier=urn:s|1", "", "", 204},
        {"GET", "/Patient?identifier=urn:s|1&_total=accurate", "", "", 200, "\"total\":0"}});
}

TEST_CASE("history of a resource, a type and everything, by time and in signed pages") {
  Server server;
  play(server, {{"PUT", "/Patient/p1", "", patient, 201},
                {"PUT", "/Patient/p1", "", patient, 200},
                {"PUT", "/Organization/o", "",
                 R"({"resourceType":"Organization","id":"o","name":"N"})", 201},
                {"DELETE", "/Patient/p1", "", "", 204},
                {"GET", "/Patient/p1/_history", "", "", 200, "DELETE"},
                {"GET", "/Patient/_history", "", "", 200, "\"type\":\"history\""},
                {"GET", "/_history", "", "", 200, "Organization/o"},
                {"GET", "/_history?_count=1", "", "", 200, "_cursor="},
                {"GET", "/_history?_since=2100-01-01T00:00:00Z", "", "", 200, "\"self\""},
                {"GET", "/_history?_at=2100", "", "", 200, "\"self\""},
                {"GET", "/_history?_cursor=AAAAAAAAAAAAAAAAAAAAAA", "", "", 400},
                {"GET", "/_history?_sinse=2100", "", "", 400},
                {"GET", "/Patient/none/_history", "", "", 404}});
  std::string url = "/_history?_count=1";
  int pages = 0;
  for (; !url.empty() && pages < 10; ++pages) {
    const auto page = server.ask("GET", url);
    const auto mark = page.body.find("\"next\",\"url\":\"http://test.example/fhir");
    if (mark == std::string::npos) {
      url.clear();
      continue;
    }
    const auto begin = mark + 38;
    url = page.body.substr(begin, page.body.find('"', begin) - begin);
  }
  CHECK(pages == 4);
}

TEST_CASE("XML both ways, and pretty in both forms") {
  Server server;
  play(server,
       {{"PUT", "/Patient/x1", in_xml + xml_out, patient_xml, 201, "<family value=\"Test\"/>"},
        {"GET", "/Patient/x1", "", "", 200, "\"family\":\"Test\""},
        {"GET", "/Patient/x1", xml_out, "", 200, "application/fhir+xml; charset=utf-8"},
        {"GET", "/Patient/x1?_format=xml&_pretty=true", "", "", 200, "\n  <name>"},
        {"GET", "/Patient/x1?_format=application/fhir%2Bxml", "", "", 200, "<Patient"},
        {"GET", "/Patient/x1", "Accept: application/fhir+json;q=0.3, text/xml;q=0.9\r\n", "", 200,
         "<Patient"},
        {"GET", "/Patient?family=test", xml_out, "", 200, "<Bundle"},
        {"GET", "/metadata", xml_out, "", 200, "<CapabilityStatement"},
        {"GET", "/Patient/none", xml_out, "", 404, "<OperationOutcome"},
        {"POST", "/Patient", in_xml, "<Patient xmlns=\"http://hl7.org/fhir\"><nothing/></Patient>",
         422}});
}

TEST_CASE("gzip both ways, bounded as it grows") {
  Limits limits;
  limits.body_bytes = 20'000;
  Server server(limits);
  const auto packed = wire::gzip(patient).value();
  const auto zip = "Content-Encoding: gzip\r\n";
  CHECK(server.ask("PUT", "/Patient/p1", zip, packed).status == 201);
  CHECK(server.ask("PUT", "/Patient/p1", zip, packed.substr(0, packed.size() / 2)).status == 400);
  CHECK(
      server.ask("PUT", "/Patient/p1", zip, wire::gzip(std::string(1 << 20, ' ')).value()).status ==
      413);
  const auto small = server.ask("GET", "/Patient/p1", "Accept-Encoding: gzip\r\n");
  CHECK(small.field("Content-Encoding").empty());
  const auto large = server.ask("GET", "/metadata", "Accept-Encoding: br, gzip\r\n");
  CHECK(large.field("Content-Encoding") == "gzip");
  CHECK(large.field("Vary").find("Accept-Encoding") != std::string::npos);
  CHECK(wire::gunzip(large.body, 10 << 20).value() == server.ask("GET", "/metadata").body);
  CHECK(server.ask("GET", "/metadata", "Accept-Encoding: gzip;q=0\r\n")
            .field("Content-Encoding")
            .empty());
}

TEST_CASE("an answer may be fetched later, or be cancelled, and their number is bounded") {
  Limits limits;
  limits.async_jobs = 2;
  Server server(limits);
  server.ask("PUT", "/Patient/p1", "", patient);
  const auto later = "Prefer: respond-async\r\n";
  const auto begun = server.ask("GET", "/Patient?family=test", later);
  REQUIRE(begun.status == 202);
  const auto place = begun.field("Content-Location");
  const std::string base = "http://test.example/fhir";
  REQUIRE(place.starts_with(base + "/_async/"));
  const auto url = place.substr(base.size());
  auto state = server.ask("GET", url);
  for (int i = 0; i < 100'000 && state.status == 202; ++i) state = server.ask("GET", url);
  CHECK(state.status == 200);
  CHECK(holds(state, R"("type":"batch-response")"));
  CHECK(holds(state, "\"Test\""));
  CHECK(holds(state, R"("status":"200 OK")"));
  const auto bad = server.ask("GET", "/Patient?famly=test", later).field("Content-Location");
  auto failed = server.ask("GET", bad.substr(base.size()));
  for (int i = 0; i < 100'000 && failed.status == 202; ++i)
    failed = server.ask("GET", bad.substr(base.size()));
  CHECK(failed.status == 400);
  CHECK(server.ask("GET", "/Patient", later).status == 503);
  CHECK(server.ask("DELETE", url).status == 202);
  CHECK(server.ask("GET", url).status == 404);
  CHECK(server.ask("DELETE", url).status == 404);
  CHECK(server.ask("GET", "/Patient/p1", later).status == 200);
}

TEST_CASE("X-Provenance is written with its resource") {
  Server server;
  play(
      server,
      {{"POST", "/Patient",
        R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"me"}}]})"
        "\r\n",
        patient, 201},
       {"GET", "/Provenance", "", "", 200, "\"reference\":\"Patient/"}});
}

TEST_CASE("what the metadata offers is served, and what it does not is refused") {
  Server server;
  server.ask("PUT", "/Patient/p1", "", patient);
  const auto metadata = server.ask("GET", "/metadata");
  const auto begin = metadata.body.find(R"({"type":"Patient")");
  REQUIRE(begin != std::string::npos);
  const auto of_patient =
      metadata.body.substr(begin, metadata.body.find(R"({"type":"Person")") - begin);
  struct Row {
    const char* code;
    const char* method;
    const char* url;
    std::string body;
  };
  for (const auto& row :
       {Row{"read", "GET", "/Patient/p1", ""}, Row{"vread", "GET", "/Patient/p1/_history/1", ""},
        Row{"update", "PUT", "/Patient/p1", patient}, Row{"create", "POST", "/Patient", patient},
        Row{"patch", "PATCH", "/Patient/p1", "[]"}, Row{"search-type", "GET", "/Patient", ""},
        Row{"history-instance", "GET", "/Patient/p1/_history", ""},
        Row{"history-type", "GET", "/Patient/_history", ""},
        Row{"delete", "DELETE", "/Patient/p1", ""}}) {
    CAPTURE(row.code);
    CHECK(of_patient.find(std::string(R"({"code":")") + row.code + "\"}") != std::string::npos);
    const auto media = std::string(row.method) == "PATCH" ? patch_as("application/json-patch+json")
                                                          : std::string();
    CHECK(server.ask(row.method, row.url, media, row.body).status < 300);
  }
  CHECK(holds(metadata, R"("code":"history-system")"));
  CHECK(server.ask("GET", "/_history").status == 200);
  const auto tag = metadata.field("ETag");
  REQUIRE(!tag.empty());
  CHECK(server.ask("GET", "/metadata", "If-None-Match: " + tag + "\r\n").status == 304);
  const auto definition = std::string("\"definition\":\"http://test.example/fhir");
  const auto at = metadata.body.find(definition);
  REQUIRE(at != std::string::npos);
  const auto start = at + definition.size();
  const auto url = metadata.body.substr(start, metadata.body.find('"', start) - start);
  CHECK(holds(server.ask("GET", url), R"("resourceType":"OperationDefinition")"));
  CHECK(holds(server.ask("GET", "/openapi.json"), R"("openapi":"3.0.3")"));
  CHECK(holds(server.ask("GET", "/.well-known/smart-configuration"), "capabilities"));
}
