#include "http/fhir.h"

#include "support/catch.h"
#include "support/fhir_server.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::FhirServer;

namespace {

const std::string patient1 = R"({"resourceType":"Patient","id":"p1","name":[{"family":"Test"}]})";
const std::string fhir_type = "application/fhir+json; charset=utf-8";

}  // namespace

TEST_CASE("a resource's life over HTTP") {
  Server server;
  const auto created = server.ask("PUT", "/Patient/p1", "", patient1);
  CHECK(created.status == 201);
  CHECK(created.field("Location") == "http://test.example/fhir/Patient/p1/_history/1");
  CHECK(created.field("ETag") == "W/\"1\"");
  CHECK(created.field("Content-Type") == fhir_type);
  const auto found = server.ask("GET", "/Patient/p1");
  CHECK(found.status == 200);
  CHECK(found.body == created.body);
  CHECK(found.field("ETag") == "W/\"1\"");
  CHECK(found.field("Last-Modified").ends_with(" GMT"));
  CHECK(server.ask("HEAD", "/Patient/p1").field("Content-Length") ==
        std::to_string(found.body.size()));
  CHECK(server.ask("GET", "/Patient/p1", "If-None-Match: W/\"1\"\r\n").status == 304);
  CHECK(server.ask("GET", "/Patient/p1", "If-None-Match: W/\"7\"\r\n").status == 200);
  CHECK(
      server
          .ask("GET", "/Patient/p1", "If-Modified-Since: " + found.field("Last-Modified") + "\r\n")
          .status == 304);
  CHECK(server.ask("PUT", "/Patient/p1", "If-Match: W/\"9\"\r\n", patient1).status == 412);
  CHECK(server.ask("PUT", "/Patient/p1", "If-Match: nonsense\r\n", patient1).status == 400);
  const auto updated =
      server.ask("PUT", "/Patient/p1", "If-Match: W/\"1\"\r\nPrefer: return=minimal\r\n", patient1);
  CHECK(updated.status == 200);
  CHECK(updated.field("ETag") == "W/\"2\"");
  CHECK(updated.body.empty());
  CHECK(server.ask("GET", "/Patient/p1/_history/1").status == 200);
  CHECK(holds(server.ask("GET", "/Patient/p1/_history"), R"("type":"history")"));
  CHECK(server.ask("DELETE", "/Patient/p1").status == 204);
  CHECK(server.ask("GET", "/Patient/p1").status == 410);
  const auto post = server.ask("POST", "/Patient", "Prefer: return=OperationOutcome\r\n", patient1);
  CHECK(post.status == 201);
  CHECK(holds(post, "OperationOutcome"));
  CHECK(post.field("Location").starts_with("http://test.example/fhir/Patient/"));
}

TEST_CASE("what a URL or a header cannot have is refused by its own status") {
  Server server;
  struct Row {
    const char* method;
    const char* url;
    const char* fields;
    const char* body;
    int status;
  };
  const char* const patient = R"({"resourceType":"Patient","id":"p1"})";
  const auto row = GENERATE_COPY(
      Row{"GET", "/Patient/none", "", "", 404}, Row{"GET", "/Nothing", "", "", 404},
      Row{"GET", "/patient/1", "", "", 404}, Row{"GET", "/DomainResource/1", "", "", 404},
      Row{"GET", "/HumanName", "", "", 404}, Row{"GET", "/Patient.contact", "", "", 404},
      Row{"GET", "/Patient/1/x", "", "", 404}, Row{"GET", "/Patient/$everything", "", "", 404},
      Row{"GET", "/$op", "", "", 404}, Row{"GET", "/_nothing", "", "", 404},
      Row{"GET", "/Patient/1/_history/2/x", "", "", 404}, Row{"PUT", "", "", patient, 405},
      Row{"PUT", "/Patient", "", patient, 400}, Row{"DELETE", "/Patient", "", "", 400},
      Row{"POST", "/Patient/p1", "", patient, 405}, Row{"PATCH", "/Patient/p1", "", patient, 404},
      Row{"PATCH", "/Patient/p1", "Content-Type: application/json\r\n", "[]", 415},
      Row{"DELETE", "/Patient/p1?name=x", "", "", 400}, Row{"GET", "/_async/none", "", "", 404},
      Row{"POST", "/metadata", "", patient, 405},
      Row{"DELETE", "/Patient/p1/_history", "", "", 403},
      Row{"GET", "/Patient/p1/$meta-add", "", "", 405}, Row{"OPTIONS", "/Patient", "", "", 405},
      Row{"GET", "/Patient//p1", "", "", 400}, Row{"GET", "/Patient/%2e%2e/x", "", "", 400},
      Row{"GET", "/Patient?famly=x", "", "", 400}, Row{"GET", "/Patient?family=%ff", "", "", 400},
      Row{"GET", "/Patient?_format=xml", "", "", 200},
      Row{"GET", "/Patient?_format=html", "", "", 406},
      Row{"GET", "/Patient", "Accept-Charset: iso-8859-1\r\n", "", 406},
      Row{"GET", "/Patient", "Accept-Charset: iso-8859-1, utf-8;q=0.5\r\n", "", 200},
      Row{"GET", "/Patient?_format=application/fhir%2Bjson", "", "", 200},
      Row{"GET", "/Patient?_format=application/fhir+json", "", "", 200},
      Row{"GET", "/Patient?_format=json", "Accept: text/html\r\n", "", 200},
      Row{"GET", "/Patient", "Accept: application/fhir+xml\r\n", "", 200},
      Row{"GET", "/Patient", "Accept: application/fhir+json;q=0\r\n", "", 406},
      Row{"GET", "/Patient", "Accept: application/fhir+json; fhirVersion=3.0\r\n", "", 406},
      Row{"GET", "/Patient", "Accept: application/fhir+json; fhirVersion=4.0\r\n", "", 200},
      Row{"GET", "/Patient", "Accept: text/html, */*;q=0.5\r\n", "", 200},
      Row{"POST", "/Patient", "Content-Type: text/plain\r\n", patient, 415},
      Row{"POST", "/Patient", "Content-Type: application/fhir+xml\r\n", "<x/>", 400},
      Row{"POST", "/Patient", "Content-Type: application/fhir+xml\r\n", patient, 400},
      Row{"POST", "/Patient", "Content-Encoding: br\r\n", patient, 415},
      Row{"POST", "/Patient", "Content-Encoding: gzip\r\n", patient, 400},
      Row{"POST", "/Patient", "Content-Type: application/json\r\n", patient, 201},
      Row{"POST", "/Patient", "If-None-Exist: a=b\r\n", patient, 400},
      Row{"PUT", "/Patient/p1", "If-None-Match: *\r\n", patient, 201},
      Row{"PUT", "/Patient/p2", "", patient, 400}, Row{"POST", "/Patient", "", "{", 400},
      Row{"POST", "/Patient", "", R"({"resourceType":"Patient","x":1})", 422},
      Row{"POST", "/Patient/_search", "Content-Type: text/plain\r\n", "family=x", 415});
  CAPTURE(row.method, row.url, row.fields);
  const auto response = server.ask(row.method, row.url, row.fields, row.body);
  CHECK(response.status == row.status);
  if (row.status >= 400) {
    CHECK(holds(response, "OperationOutcome"));
    CHECK(response.field("Content-Type") == fhir_type);
  }
  if (row.status != 405) CHECK(response.field("Allow").empty());
}

TEST_CASE("a search by POST finds what a search by GET finds") {
  Server server;
  server.ask("PUT", "/Patient/p1", "", patient1);
  const auto by_get = server.ask("GET", "/Patient?family=test");
  const auto by_post =
      server.ask("POST", "/Patient/_search", "Content-Type: application/x-www-form-urlencoded\r\n",
                 "family=test");
  CHECK(by_get.status == 200);
  CHECK(holds(by_get, R"("fullUrl":"http://test.example/fhir/Patient/p1")"));
  CHECK(by_post.body == by_get.body);
  CHECK(server.ask("GET", "/Patient?famly=x", "Prefer: handling=lenient\r\n").status == 200);
}

TEST_CASE("pretty answers have the same content on many lines") {
  Server server;
  server.ask("PUT", "/Patient/p1", "", patient1);
  const auto pretty = server.ask("GET", "/Patient/p1?_pretty=true");
  CHECK(pretty.status == 200);
  CHECK(holds(pretty, "\n  "));
  CHECK(holds(pretty, "\"Test\""));
}

TEST_CASE("a transaction over HTTP carries its key") {
  Server server;
  const std::string body =
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","active":true},)"
      R"("request":{"method":"POST","url":"Patient"}}]})";
  const auto first = server.ask("POST", "", "Idempotency-Key: k1\r\n", body);
  CHECK(first.status == 200);
  const auto again = server.ask("POST", "/", "Idempotency-Key: k1\r\n", body);
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  CHECK(server.ask("POST", "", "", body).body != first.body);
}

TEST_CASE("no host of a request comes back in an answer") {
  Server server;
  const auto body = server.ask("GET", "/metadata").body + server.ask("GET", "/Patient").body;
  CHECK(body.find("test.example") != std::string::npos);
  CHECK(body.find("http://a/") == std::string::npos);
}
