#include "remote/fhir_client.h"

#include "base/system.h"
#include "support/catch.h"
#include "support/peer.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

FhirClientOptions only(const std::string& base) {
  FhirClientOptions options;
  options.bases = {base};
  options.total_ms = 5'000;
  return options;
}
std::future<Answer> send(FhirClient& client, const std::string& url,
                         const std::string& body = "{}") {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  client.send({url, body, "key-1"},
              [promise](Answer answer) { promise->set_value(std::move(answer)); });
  return future;
}
SystemClock system_clock;

}  // namespace

TEST_CASE("a bundle is posted with its key, and the answer comes back") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200, "", R"({"a":1})")}; });
  FhirClient client(only(peer.base()), system_clock);
  const auto answer = send(client, peer.base(), R"({"resourceType":"Bundle"})").get();
  CHECK(answer.outcome == Outcome::delivered);
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"a":1})");
  const auto request = peer.requests().at(0);
  CHECK(request.starts_with("POST /fhir HTTP/1.1\r\n"));
  CHECK(request.find("Idempotency-Key: key-1\r\n") != std::string::npos);
  CHECK(request.find("Content-Type: application/fhir+json; charset=utf-8\r\n") !=
        std::string::npos);
  CHECK(request.ends_with(R"({"resourceType":"Bundle"})"));
}

TEST_CASE("an empty body is a read") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(404)}; });
  FhirClient client(only(peer.base()), system_clock);
  CHECK(send(client, peer.base() + "/Task/1", "").get().status == 404);
  CHECK(peer.requests().at(0).starts_with("GET /fhir/Task/1 HTTP/1.1\r\n"));
}

TEST_CASE("statuses become outcomes, with the peer's wish when to try again") {
  struct Row {
    int status;
    const char* headers;
    Outcome outcome;
    std::int64_t retry_after_us;
  };
  const auto row = GENERATE(Row{503, "Retry-After: 7\r\n", Outcome::later, 7'000'000},
                            Row{429, "retry-after: 1\r\n", Outcome::later, 1'000'000},
                            Row{500, "", Outcome::later, 0}, Row{422, "", Outcome::refused, 0},
                            Row{409, "", Outcome::unknown, 0},
                            Row{302, "Location: /elsewhere\r\n", Outcome::refused, 0});
  CAPTURE(row.status);
  Peer peer(cut_http, [&](const std::string&) { return Reply{http(row.status, row.headers)}; });
  FhirClient client(only(peer.base()), system_clock);
  const auto answer = send(client, peer.base()).get();
  CHECK(answer.outcome == row.outcome);
  CHECK(answer.retry_after_us == row.retry_after_us);
  CHECK(peer.requests().size() == 1);  // a redirect is not followed
}

TEST_CASE("only places the configuration names are ever asked") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  FhirClient client(only(peer.base()), system_clock);
  for (const auto& url : {peer.base() + "x", std::string("http://127.0.0.1:1/fhir"),
                          std::string("file:///etc/hosts"), std::string("")}) {
    CAPTURE(url);
    CHECK(send(client, url).get().outcome == Outcome::refused);
  }
  CHECK(peer.connections() == 0);
  FhirClient files(only("file:///etc"), system_clock);
  CHECK(send(files, "file:///etc/hosts", "").get().outcome != Outcome::delivered);
}

TEST_CASE("a slow peer delays nobody else") {
  Peer slow(cut_http, [](const std::string&) { return Reply{}; });
  Peer good(cut_http, [](const std::string&) { return Reply{http(200)}; });
  auto options = only(slow.base());
  options.bases.push_back(good.base());
  options.total_ms = 300;
  FhirClient client(options, system_clock);
  std::vector<std::future<Answer>> stuck;
  for (int i = 0; i < 20; ++i) stuck.push_back(send(client, slow.base()));
  CHECK(send(client, good.base()).get().outcome == Outcome::delivered);
  for (auto& answer : stuck) CHECK(answer.get().outcome != Outcome::delivered);
}

TEST_CASE("a peer that goes silent after the request leaves the outcome unknown") {
  Peer peer(cut_http, [](const std::string&) { return Reply{std::nullopt, true}; });
  FhirClient client(only(peer.base()), system_clock);
  CHECK(send(client, peer.base()).get().outcome == Outcome::unknown);
}

TEST_CASE("nobody listening means later") {
  std::string base;
  {
    Peer gone(cut_http, [](const std::string&) { return Reply{}; });
    base = gone.base();
  }
  FhirClient client(only(base), system_clock);
  CHECK(send(client, base).get().outcome == Outcome::later);
}

TEST_CASE("a large answer is cut, not refused") {
  Peer peer(cut_http,
            [](const std::string&) { return Reply{http(200, "", std::string(100'000, ' '))}; });
  auto options = only(peer.base());
  options.answer_bytes = 1'000;
  FhirClient client(options, system_clock);
  const auto answer = send(client, peer.base()).get();
  CHECK(answer.outcome == Outcome::delivered);
  CHECK(answer.body.size() == 1'000);
}

TEST_CASE("a client that goes answers for what it was given") {
  Peer peer(cut_http, [](const std::string&) { return Reply{}; });
  std::future<Answer> under_way;
  {
    FhirClient client(only(peer.base()), system_clock);
    under_way = send(client, peer.base());
    CHECK(eventually([&] { return peer.requests().size() == 1; }));
  }
  CHECK(under_way.get().outcome == Outcome::unknown);
}
