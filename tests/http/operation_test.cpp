// Operations by their URLs.

#include "support/catch.h"
#include "support/fhir_server.h"

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
