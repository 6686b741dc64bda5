// Operations by their URLs.

#include "http/fhir.h"
#include "http/listener.h"
#include "http/routes.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/raw_http.h"

#include <string>

using namespace fingerpost;

namespace {

class Server {
 public:
  Server() {
    http::ListenerOptions options;
    auto opened = http::Listener::open(options, fhir_.clock, [&](const http::Post& post) {
      http::Routes routes;
      routes.mount("/fhir",
                   http::fhir_handler(interaction::open_session(*fhir_.context, post).value()));
      return std::move(routes).handler();
    });
    listener_ = std::move(opened.value());
  }

  test::RawResponse ask(const std::string& method, const std::string& url,
                        const std::string& body = "") {
    test::RawHttp client(listener_->port());
    auto bytes = method + " /fhir" + url + " HTTP/1.1\r\nHost: a\r\n";
    if (!body.empty())
      bytes +=
          "Content-Type: application/fhir+json\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n";
    client.send(bytes + "\r\n" + body);
    return client.response(method == "HEAD");
  }

 private:
  test::Fhir fhir_;
  std::unique_ptr<http::Listener> listener_;
};

bool holds(const test::RawResponse& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("an operation is asked by GET and by POST") {
  Server server;
  const auto got =
      server.ask("GET", "/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/request-status");
  CHECK(got.status == 200);
  CHECK(holds(got, R"("code":"revoked")"));
  const auto posted =
      server.ask("POST", "/CodeSystem/$lookup",
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
