// What HTTP and R4's http.html ask of an answer besides its body: each as a request and what comes.

#include "support/catch.h"
#include "support/fhir_server.h"

#include <string>
#include <vector>

using namespace fingerpost;
using Server = test::FhirServer;

namespace {

const std::string patient = R"({"resourceType":"Patient","id":"p1","active":true})";
const std::string in_xml = "Accept: application/fhir+xml\r\n";

struct Row {
  const char* method;
  std::string url;
  std::string fields;
  std::string body;
  int status;
  std::string holds = "";  // in the head or the body
};

// The last response.
test::RawResponse play(Server& server, const std::vector<Row>& rows) {
  test::RawResponse last;
  for (const auto& row : rows) {
    CAPTURE(row.method, row.url, row.fields);
    last = server.ask(row.method, row.url, row.fields, row.body);
    CHECK(last.status == row.status);
    CAPTURE(last.head, last.body);
    CHECK((last.head + last.body).find(row.holds) != std::string::npos);
  }
  return last;
}

}  // namespace

TEST_CASE("every error comes in the form that is asked for") {
  Server server;
  play(server, {{"POST", "/metadata", in_xml, patient, 405, "<OperationOutcome"},
                {"GET", "/Foo/1", in_xml, "", 404, "<OperationOutcome"},
                {"GET", "/Patient?name=%ff", in_xml, "", 400, "<OperationOutcome"},
                {"GET", "/Patient/a%2Fb", in_xml, "", 400, "<OperationOutcome"},
                {"GET", "/Patient/none", in_xml, "", 404, "<OperationOutcome"},
                {"POST", "/Patient", in_xml + "Content-Type: text/plain\r\n", "x", 415,
                 "Content-Type: application/fhir+xml"},
                {"GET", "/Foo/1?_format=xml", "", "", 404, "<OperationOutcome"},
                {"GET", "/Foo/1", "", "", 404, "{\"resourceType\":\"OperationOutcome\""}});
}

TEST_CASE("a stored narrative that lacks the namespace of XHTML has it in XML") {
  Server server;
  const std::string stored =
      R"({"resourceType":"Patient","id":"p1","text":{"status":"generated","div":"<div>a</div>"}})";
  play(server, {{"PUT", "/Patient/p1", "", stored, 201},
                {"GET", "/Patient/p1", "", "", 200, R"("div":"<div>a</div>")"},
                {"GET", "/Patient/p1", in_xml, "", 200,
                 "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},
                {"GET", "/Patient", in_xml, "", 200,
                 "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"}});
}

TEST_CASE("an error names the header, the parameter or the element, as R4 writes it") {
  Server server;
  play(server,
       {{"PUT", "/Patient/p1", "", patient, 201},
        {"PUT", "/Patient/p1", "If-Match: W/\"7\"\r\n", patient, 412, R"(["http.If-Match"])"},
        {"PUT", "/Patient/p1", "If-Match: 7\r\n", patient, 400, R"(["http.If-Match"])"},
        {"PUT", "/Patient/p1", "If-None-Match: x\r\n", patient, 400, R"(["http.If-None-Match"])"},
        {"GET", "/Patient?famly=x", "", "", 400, R"(["http.famly"])"},
        {"POST", "/Patient", "", R"({"resourceType":"Patient","gender":"x"})", 422,
         R"(["Patient.gender"])"},
        {"POST", "/Patient", "", "{", 400, "(byte "},
        {"PUT", "/Patient/p2", "", patient, 400, R"(["Patient.id"])"}});
  const auto broken = server.ask("POST", "/Patient", "", "{");
  CHECK(broken.body.find("expression") == std::string::npos);
}

TEST_CASE("a parameter that nothing takes is refused everywhere, unless leniently") {
  Server server;
  const auto url = GENERATE(values<std::string>(
      {"/Patient/p1?_elemnts=id", "/Patient/p1/_history/1?_elemnts=id",
       "/Patient/p1/_history?_sinse=2020", "/Patient/p1/$everything?_tpye=Patient",
       "/ValueSet/$expand?uri=http://hl7.org/fhir/ValueSet/administrative-gender",
       "/metadata?mod=full"}));
  play(server, {{"PUT", "/Patient/p1", "", patient, 201},
                {"GET", url, "", "", 400, "; the nearest is "},
                {"GET", url, "", "", 400, "[\"http."}});
  const auto lenient = server.ask("GET", url, "Prefer: handling=lenient\r\n");
  CHECK(lenient.body.find("; the nearest is ") == std::string::npos);
}

TEST_CASE("what takes no parameters takes none, and a mode is one that there is") {
  Server server;
  const std::string batch = R"({"resourceType":"Bundle","type":"batch"})";
  play(server, {{"POST", "?foo=1", "", batch, 400, R"(["http.foo"])"},
                {"POST", "?_format=json", "", batch, 200},
                {"GET", "/metadata?mode=bogus", "", "", 400, R"(["http.mode"])"},
                {"GET", "/metadata?mode=normative", "", "", 200, "CapabilityStatement"}});
}

TEST_CASE("X5: a write with a narrative that may run something is refused, with its place") {
  Server server;
  const auto with = [](const std::string& div) {
    return R"({"resourceType":"Patient","id":"p1","text":{"status":"additional","div":")" + div +
           R"("}})";
  };
  const std::string active = "<div>a<img src='x' onerror='b()'/></div>";
  const auto bundle = [&](const std::string& type, const std::string& div) {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[{"resource":)" +
           with(div) + R"(,"request":{"method":"PUT","url":"Patient/p1"}}]})";
  };
  const std::string place = R"(["Patient.text.div"])";
  play(server,
       {{"PUT", "/Patient/p1", "", with(active), 422, place},
        {"POST", "/Patient", "", with(active), 422, place},
        {"POST", "", "", bundle("transaction", active), 422,
         R"(["Bundle.entry[0].resource.text.div"])"},
        {"POST", "", "", bundle("batch", active), 200, R"("status":"422)"},
        {"GET", "/Patient/p1", "", "", 404},
        {"PUT", "/Patient/p1", "", with("<div>a</div>"), 201},
        {"PATCH", "/Patient/p1", "Content-Type: application/json-patch+json\r\n",
         R"([{"op":"replace","path":"/text/div","value":")" + active + R"("}])", 422, place},
        {"GET", "/Patient/p1", "", "", 200, R"("div":"<div>a</div>")"}});
}

TEST_CASE("a history takes each parameter once, and what reads take") {
  Server server;
  play(server,
       {{"PUT", "/Patient/p1", "", patient, 201},
        {"GET", "/Patient/p1/_history?_count=2&_count=3", "", "", 400, R"(["http._count"])"},
        {"GET", "/Patient/p1/_history?_elements=id", "", "", 200, "SUBSETTED"},
        {"GET", "/Patient/_history?_summary=true", "", "", 200, "SUBSETTED"},
        {"GET", "/_history?_summary=count", "", "", 400, R"(["http._summary"])"}});
}

TEST_CASE("the self link of a later page is that page's") {
  Server server;
  for (const char* id : {"a", "b", "c"})
    play(server, {{"PUT", std::string("/Patient/") + id, "",
                   std::string(R"({"resourceType":"Patient","id":")") + id + "\"}", 201}});
  const auto url =
      GENERATE(values<std::string>({"/Patient?_count=1", "/Patient/_history?_count=1"}));
  const auto link = [](const std::string& body, const std::string& relation) {
    const auto at = body.find(R"({"relation":")" + relation + R"(","url":")");
    REQUIRE(at != std::string::npos);
    const auto begin = body.find("/fhir", at) + 5;
    return body.substr(begin, body.find('"', begin) - begin);
  };
  const auto first = server.ask("GET", url);
  const auto next = link(first.body, "next");
  CHECK(link(first.body, "self").find("_cursor") == std::string::npos);
  CHECK(link(server.ask("GET", next).body, "self") == next);
}

TEST_CASE("a delete tells how many went to who wants to know") {
  Server server;
  const auto want = GENERATE("OperationOutcome", "representation");
  const auto prefer = std::string("Prefer: return=") + want + "\r\n";
  play(server, {{"PUT", "/Patient/p1", "", patient, 201},
                {"PUT", "/Patient/p2", "", R"({"resourceType":"Patient","id":"p2"})", 201},
                {"DELETE", "/Patient?_id=p1,p2", prefer, "", 200, "2 resources were deleted"},
                {"DELETE", "/Patient?_id=p1,p2", prefer, "", 200, "0 resources were deleted"},
                {"DELETE", "/Patient/p1", prefer, "", 200, "0 resources were deleted"},
                {"PUT", "/Patient/p1", "", patient, 201},
                {"DELETE", "/Patient/p1", prefer, "", 200, "1 resource was deleted"},
                {"PUT", "/Patient/p1", "", patient, 201},
                {"DELETE", "/Patient/p1", "", "", 204}});
}

TEST_CASE("conditions that say nothing or do not hold change nothing") {
  Server server;
  play(
      server,
      {{"POST", "/Patient", "If-None-Exist: \r\n", patient, 400, R"(["http.If-None-Exist"])"},
       {"PUT", "/Patient/a", "If-None-Exist: identifier=urn:s|1\r\n", patient, 400,
        R"(["http.If-None-Exist"])"},
       {"DELETE", "/Patient/a", "If-None-Exist: identifier=urn:s|1\r\n", "", 400,
        R"(["http.If-None-Exist"])"},
       {"PATCH", "/Patient/a", "If-None-Exist: identifier=urn:s|1\r\n", "{}", 400,
        R"(["http.If-None-Exist"])"},
       {"PUT", "/Patient/p1", "", patient, 201},
       {"PUT", "/Patient/p1", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", patient,
        412, R"(["http.If-Unmodified-Since"])"},
       {"DELETE", "/Patient/p1", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "", 412},
       {"PUT", "/Patient/p1", "If-Unmodified-Since: Fri, 01 Jan 2199 00:00:00 GMT\r\n", patient,
        200, "W/\"2\""}});
}

TEST_CASE("what is not offered says what is") {
  Server server;
  play(server, {{"GET", "/Patient/p1/$meta-add", "", "", 405, "Allow: POST\r\n"},
                {"DELETE", "/metadata", "", "", 405, "Allow: GET, HEAD\r\n"},
                {"OPTIONS", "/Patient", "", "", 405, "Allow: GET, HEAD, POST"},
                {"TRACE", "/Patient", "", "", 501},
                {"BREW", "/Patient", "", "", 501}});
}

TEST_CASE("what a client takes is read as RFC 9110 and R4 write it") {
  Server server;
  play(server,
       {{"PUT", "/Patient/p1", "", patient, 201},
        {"GET", "/Patient/p1", "Accept: text/*\r\n", "", 200},
        {"GET", "/Patient/p1", "Accept: application/fhir+json; fhirVersion=\"4.0\"\r\n", "", 200},
        {"GET", "/Patient/p1", "Accept: application/fhir+json; fhirVersion=3.0\r\n", "", 406},
        {"GET", "/Patient/p1?_format=", "", "", 200},
        {"GET", "/Patient/p1/_history/01", "", "", 404}});
  const auto packed = [&](const std::string& encodings) {
    return server.ask("GET", "/metadata", "Accept-Encoding: " + encodings + "\r\n")
               .head.find("Content-Encoding: gzip") != std::string::npos;
  };
  CHECK(packed("gzip"));
  CHECK(packed("*"));
  CHECK(packed("gzip;q=0.5, identity;q=0.4"));
  CHECK_FALSE(packed("gzip;q=0.5, identity;q=1"));
  CHECK_FALSE(packed("gzip;q=0, *"));
}

TEST_CASE("a request's id comes back, if it is one") {
  Server server;
  play(
      server,
      {{"GET", "/Patient/none", "X-Request-Id: abc-1\r\n", "", 404, "X-Request-Id: abc-1\r\n"},
       {"PUT", "/Patient/p1", "X-Request-Id: abc-2\r\n", patient, 201, "X-Request-Id: abc-2\r\n"}});
  const std::string uuid = "X-Request-Id: 0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0\r\n";
  const auto named = server.ask("GET", "/Patient/p1", uuid + "X-Correlation-Id: 9990000018\r\n");
  CHECK(named.head.find(uuid) != std::string::npos);
  CHECK(named.head.find("X-Request-Id") == named.head.rfind("X-Request-Id"));
  CHECK(named.head.find("9990000018") == std::string::npos);
  CHECK(server.ask("GET", "/Patient/p1", "X-Request-Id: a b\r\n").head.find("X-Request-Id") ==
        std::string::npos);
}

TEST_CASE("a Binary goes in and comes out as its bytes, unless FHIR is asked for") {
  Server server;
  const std::string text = "Content-Type: text/plain; charset=utf-8\r\n";
  play(
      server,
      {{"PUT", "/Binary/b1", text + "X-Security-Context: Patient/p1\r\n", "hello", 201, "aGVsbG8="},
       {"PUT", "/Binary/b1", text, "hello you", 200, "W/\"2\""},
       {"GET", "/Binary/b1", "Accept: application/fhir+json\r\n", "", 200,
        R"("contentType":"text/plain; charset=utf-8")"},
       {"GET", "/Binary/b1/_history/1", in_xml, "", 200, "Patient/p1"},
       {"GET", "/Binary/b1?_format=json", "", "", 200, "\"resourceType\":\"Binary\""},
       {"GET", "/Binary/b1", "If-None-Match: W/\"2\"\r\n", "", 304},
       {"POST", "/Binary", text, "hello", 201, "Location: "},
       {"PUT", "/Binary/b2", "",
        R"({"resourceType":"Binary","id":"b2","contentType":"text/<html>","data":"aGk="})", 201},
       {"GET", "/Binary/b2", "", "", 200, "Content-Type: application/octet-stream\r\n"},
       {"GET", "/Binary/none", "Accept: text/plain\r\n", "", 404},
       {"GET", "/Patient/p1", "Accept: text/plain\r\n", "", 406}});
  for (const char* accept : {"", "Accept: text/plain\r\n", "Accept: */*\r\n"}) {
    const auto raw = server.ask("GET", "/Binary/b1", accept);
    CHECK(raw.status == 200);
    CHECK(raw.body == "hello you");
    CHECK(raw.head.find("Content-Type: text/plain; charset=utf-8\r\n") != std::string::npos);
    CHECK(raw.head.find("ETag: W/\"2\"") != std::string::npos);
  }
}

TEST_CASE("a Binary is not patched, and a generated narrative does not outlive what it told") {
  Server server;
  const std::string patch = "Content-Type: application/json-patch+json\r\n";
  const auto told = [](const std::string& status) {
    return R"({"resourceType":"Patient","id":"p1","text":{"status":")" + status +
           R"(","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">Born 1980</div>"},"birthDate":"1980-01-01"})";
  };
  const std::string changes = R"([{"op":"replace","path":"/birthDate","value":"1999-01-01"}])";
  const std::string changes_nothing =
      R"([{"op":"replace","path":"/birthDate","value":"1980-01-01"}])";
  play(server, {{"PUT", "/Binary/b1", "Content-Type: text/plain\r\n", "x", 201},
                {"PATCH", "/Binary/b1", patch, R"([{"op":"remove","path":"/data"}])", 400},
                {"PUT", "/Patient/p1", "", told("generated"), 201},
                {"PATCH", "/Patient/p1", patch, changes_nothing, 200, "Born 1980"}});
  CHECK(play(server, {{"PATCH", "/Patient/p1", patch, changes, 200, "1999"}}).body.find("Born") ==
        std::string::npos);
  play(server, {{"PUT", "/Patient/p1", "", told("additional"), 200},
                {"PATCH", "/Patient/p1", patch, changes, 200, "Born 1980"}});
}

TEST_CASE("what the server says of itself is not written over") {
  Server server;
  const std::string definition =
      R"({"resourceType":"OperationDefinition","id":"Patient-everything","name":"x","status":"draft","kind":"operation","code":"x","system":false,"type":false,"instance":true})";
  play(server, {{"PUT", "/OperationDefinition/Patient-everything", "", definition, 403},
                {"DELETE", "/OperationDefinition/Patient-everything", "", "", 403},
                {"DELETE", "/SearchParameter/Patient-name", "", "", 403},
                {"GET", "/OperationDefinition/Patient-everything", "", "", 200}});
}

TEST_CASE("$everything by POST obeys its Parameters") {
  Server server;
  const auto sent = [](const std::string& parameter) {
    return R"({"resourceType":"Parameters","parameter":[)" + parameter + "]}";
  };
  play(server, {{"PUT", "/Patient/p1", "", patient, 201},
                {"POST", "/Patient/p1/$everything", "",
                 sent(R"({"name":"_count","valueInteger":1})"), 200, "_count=1"},
                {"POST", "/Patient/p1/$everything", "",
                 sent(R"({"name":"bogus","valueInteger":1})"), 400, R"(["http.bogus"])"},
                {"GET", "/Patient/p1/$everything?_type=Bogus", "", "", 400, R"(["http._type"])"}});
}

TEST_CASE("an operation on meta that changes nothing makes no version") {
  Server server;
  const std::string tag =
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"system":"urn:t","code":"x"}]}}]})";
  play(server, {{"PUT", "/Patient/p1", "", patient, 201},
                {"POST", "/Patient/p1/$meta-delete", "", tag, 200, "W/\"1\""},
                {"POST", "/Patient/p1/$meta-add", "", tag, 200, "W/\"2\""},
                {"POST", "/Patient/p1/$meta-add", "", tag, 200, "W/\"2\""},
                {"POST", "/Patient/p1/$meta-delete", "", tag, 200, "W/\"3\""}});
}

TEST_CASE("what is wrong in X-Provenance is said of the header, in a batch too") {
  Server server;
  const auto sends = [](const std::string& more) {
    return R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z")" +
           more + "}\r\n";
  };
  const std::string basic = R"({"resourceType":"Basic","code":{"text":"c"}})";
  const std::string entry =
      R"({"resource":)" + basic + R"(,"request":{"method":"POST","url":"Basic"}})";
  const std::string batch = R"({"resourceType":"Bundle","type":"batch","entry":[)" + entry + "]}";
  for (const auto& [url, body] :
       {std::pair{std::string("/Basic"), basic}, std::pair{std::string("/"), batch}}) {
    CAPTURE(url);
    const auto none = server.ask("POST", url, sends(""), body);
    CHECK(none.body.find(R"("expression":["http.X-Provenance"])") != std::string::npos);
    CHECK(none.body.find("(Provenance.agent") != std::string::npos);
    const auto wrong = server.ask("POST", url, sends(R"(,"agent":[{"who":{"display":5}}])"), body);
    CHECK(wrong.body.find(R"("expression":["http.X-Provenance"])") != std::string::npos);
  }
}

TEST_CASE("a conditional reference that is refused is named by its element") {
  Server server;
  const std::string basic =
      R"({"resourceType":"Basic","code":{"text":"c"},"subject":{"reference":"Patient?family=a"}})";
  const auto alone = server.ask("POST", "/Basic", "", basic);
  CHECK(alone.status == 400);
  CHECK(alone.body.find(R"("expression":["Basic.subject.reference"])") != std::string::npos);
  const auto batch = server.ask("POST", "/", "",
                                R"({"resourceType":"Bundle","type":"batch","entry":[{"resource":)" +
                                    basic + R"(,"request":{"method":"POST","url":"Basic"}}]})");
  CHECK(batch.body.find("Bundle.entry[0].resource.subject.reference") != std::string::npos);
}
