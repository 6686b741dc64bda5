// Operations by their URLs.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"

#include <string>

using namespace fingerpost;
using test::holds;
using Server = test::FhirServer;

TEST_CASE("an operation is asked by GET and by POST") {
  Server server;
  const auto got =
      server.ask("GET", "/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/request-status");
  CHECK(got.status == 200);
  CHECK(holds(got, R"("code":"revoked")"));
  const auto posted =
      server.ask("POST", "/CodeSystem/$lookup", "",
                 R"({"resourceType":"Parameters","parameter":[{"name":"code","valueCode":"active"},
         {"name":"system","valueUri":"http://hl7.org/fhir/request-status"}]})");
  CHECK(posted.status == 200);
  CHECK(holds(posted, R"("valueString":"Active")"));
}

TEST_CASE("an operation that fails answers its own outcome, and one that is not there 404") {
  Server server;
  const auto failed = server.ask("GET", "/ValueSet/$expand?url=urn:none");
  CHECK(failed.status == 404);
  CHECK(holds(failed, "tx-issue-type"));
  CHECK(server.ask("GET", "/ValueSet/$fly").status == 404);
  CHECK(server.ask("GET", "/Patient/p1/$expand").status == 404);
  CHECK(server.ask("DELETE", "/ValueSet/$expand").status == 405);
}

TEST_CASE("the metadata of terminology is asked for by its mode") {
  Server server;
  const auto told = server.ask("GET", "/metadata?mode=terminology");
  CHECK(told.status == 200);
  CHECK(holds(told, R"("resourceType":"TerminologyCapabilities")"));
  CHECK(holds(told, "http://hl7.org/fhir/request-status"));
}

TEST_CASE("an operation takes and gives XML") {
  Server server;
  const std::string in_xml = "Content-Type: application/fhir+xml\r\n";
  const std::string space = " xmlns=\"http://hl7.org/fhir\"";
  const auto looked = server.ask(
      "POST", "/CodeSystem/$lookup", in_xml + "Accept: application/fhir+xml\r\n",
      "<Parameters" + space +
          R"(><parameter><name value="code"/><valueCode value="active"/></parameter>)"
          R"(<parameter><name value="system"/><valueUri value="http://hl7.org/fhir/request-status"/>)"
          "</parameter></Parameters>");
  CHECK(looked.status == 200);
  CHECK(holds(looked, "<valueString value=\"Active\"/>"));
}

TEST_CASE("an operation that changes nothing takes a form, as a GET has its parameters") {
  Server server;
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const auto ask = [&](const std::string& url, const std::string& body) {
    return server.ask("POST", url, form, body);
  };
  const auto expanded =
      ask("/ValueSet/$expand", "url=http://hl7.org/fhir/ValueSet/request-status&count=1");
  CHECK(expanded.status == 200);
  CHECK(holds(expanded, "\"contains\""));
  CHECK(
      ask("/ValueSet/$expand?count=1", "url=http://hl7.org/fhir/ValueSet/request-status").status ==
      200);
  CHECK(holds(ask("/ValueSet/$expand", "ulr=a"), "the nearest is url"));
  CHECK(ask("/ValueSet/$expand", "url=%zz").status == 400);
  CHECK(ask("/$explain", "url=Patient?name=a").status == 200);
  server.ask("PUT", "/Patient/p1", "", R"({"resourceType":"Patient","id":"p1"})");
  CHECK(ask("/Patient/p1/$meta-add", "meta=a").status == 415);
}

TEST_CASE("$meta is asked of everything, a type, a resource and a version") {
  Server server;
  const auto put = [&](const std::string& place, const std::string& meta) {
    const auto slash = place.find('/');
    const auto body = R"({"resourceType":")" + place.substr(0, slash) + R"(","id":")" +
                      place.substr(slash + 1) + R"(","meta":)" + meta + "}";
    REQUIRE(server.ask("PUT", "/" + place, "", body).status < 300);
  };
  put("Patient/p1", R"({"tag":[{"system":"urn:t","code":"one"}]})");
  put("Patient/p1", R"({"tag":[{"system":"urn:t","code":"two"}],"profile":["urn:profile:p"]})");
  put("Patient/p2", R"({"tag":[{"system":"urn:t","code":"two"}]})");
  put("Organization/o1", R"({"security":[{"system":"urn:s","code":"secret"}]})");
  struct Row {
    const char* url;
    bool one, two, secret, profile;
  };
  for (const auto& row :
       {Row{"/$meta", false, true, true, true}, Row{"/Patient/$meta", false, true, false, true},
        Row{"/Goal/$meta", false, false, false, false},
        Row{"/Patient/p1/$meta", false, true, false, true},
        Row{"/Patient/p1/_history/1/$meta", true, false, false, false}}) {
    CAPTURE(row.url);
    const auto told = server.ask("GET", row.url);
    REQUIRE(told.status == 200);
    CHECK(holds(told, "\"valueMeta\""));
    CHECK(holds(told, "\"one\"") == row.one);
    CHECK(holds(told, "\"two\"") == row.two);
    CHECK(holds(told, "\"secret\"") == row.secret);
    CHECK(holds(told, "urn:profile:p") == row.profile);
    const auto first = told.body.find("\"two\"");
    if (row.two) CHECK(told.body.find("\"two\"", first + 1) == std::string::npos);
  }
  CHECK(server.ask("GET", "/Patient/p1/_history/9/$meta").status == 404);
  CHECK(server.ask("POST", "/Patient/p1/_history/1/$meta-add").status == 404);
  const std::string add =
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[)"
      R"({"system":"urn:t","code":"two"}]}}]})";
  CHECK(server.ask("POST", "/Patient/p1/$meta-add", "", add).status == 200);
  CHECK(server.ask("GET", "/Patient/p1").field("ETag") == "W/\"2\"");
}

TEST_CASE("$meta of more than the limit everything is refused by name") {
  Limits limits;
  limits.everything = 1;
  limits.page_max = 1;
  Server server(limits);
  for (const std::string id : {"a", "b"})
    server.ask("PUT", "/Basic/" + id, "",
               R"({"resourceType":"Basic","id":")" + id +
                   R"(","meta":{"tag":[{"code":"t"}]},"code":{"text":"c"}})");
  const auto told = server.ask("GET", "/Basic/$meta");
  CHECK(told.status >= 400);
  CHECK(holds(told, "the limit everything of 1"));
}

TEST_CASE("a search is explained in every way that it is written") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  Server server({}, on_disk ? folder.path() : "");
  server.ask("PUT", "/Patient/p1", "",
             R"({"resourceType":"Patient","id":"p1","name":[{"family":"Smith"}]})");
  struct Row {
    const char* url;
    int status;
    const char* holds;
  };
  for (const auto& row : {
           Row{"/$explain?url=Patient%3Ffamily%3Dsmith", 200, "family=smith"},
           Row{"/$explain?url=/Patient%3Ffamily%3Dsmith", 200, "family=smith"},
           Row{"/$explain?url=http://test.example/fhir/Patient?family=smith", 200, "family=smith"},
           Row{"/$explain?url=Patient/_search?family=smith", 200, "family=smith"},
           Row{"/Patient/$explain?family=smith", 200, "family=smith"},
           Row{"/$explain?_type=Patient&_id=p1", 200, "\"Patient\""},
           Row{"/$explain?url=http://other.example/fhir/Patient?family=smith", 400,
               "below the base"},
           Row{"/$explain?url=Patient/p1/Observation", 400, "below the base"},
           Row{"/$explain?url=Patient&count=1", 400, "\"http.count\""},
           Row{"/$explain?url=Patient&url=Patient", 400, "twice"},
           Row{"/$explain?url=Patient%3Ffamly%3Dsmith", 400, "the nearest is family"},
           Row{"/Patient/$explain?famly=smith", 400, "the nearest is family"},
           Row{"/$explain?url=Nobody", 404, "no such resource type"},
       }) {
    CAPTURE(row.url);
    const auto told = server.ask("GET", row.url);
    CHECK(told.status == row.status);
    CHECK(holds(told, row.holds));
    if (row.status == 200) CHECK(holds(told, R"({"name":"rows","valueDecimal":)"));
  }
  if (!on_disk) return;
  const auto told = server.ask("GET", "/Patient/$explain?family=smith");
  CHECK(holds(told, R"({"name":"table","valueString":"by_text"})"));
  CHECK(holds(told, R"({"name":"index","valueString":"Patient.family"})"));
  const auto lenient =
      server.ask("GET", "/Patient/$explain?famly=smith", "Prefer: handling=lenient\r\n");
  CHECK(holds(lenient, R"({"name":"ignored","valueString":"famly"})"));
}
