#include "remote/http_client.h"

#include "support/catch.h"
#include "support/tls_peer.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;
using Method = HttpRequest::Method;

namespace {

HttpClientOptions only(const std::string& base) {
  HttpClientOptions options;
  options.bases = {base};
  options.total_ms = 5'000;
  return options;
}
HttpAnswer send(HttpClient& client, HttpRequest request) {
  std::promise<HttpAnswer> promise;
  client.send(std::move(request), [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}
HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

}  // namespace

TEST_CASE("a request goes by its method, with its headers and body") {
  struct Row {
    Method method;
    const char* start;
    const char* body;
  };
  const auto row = GENERATE(Row{Method::get, "GET /fhir HTTP/1.1\r\n", ""},
                            Row{Method::post, "POST /fhir HTTP/1.1\r\n", "help"},
                            Row{Method::post, "POST /fhir HTTP/1.1\r\n", ""},
                            Row{Method::put, "PUT /fhir HTTP/1.1\r\n", ""});
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  HttpClient client(only(peer.base()));
  HttpRequest request;
  request.method = row.method;
  request.url = peer.base();
  request.headers = {"X-One: 1", "X-Two: 2"};
  request.body = row.body;
  CHECK(send(client, request).reached == Reached::answered);
  const auto got = peer.requests().at(0);
  CHECK(got.starts_with(row.start));
  CHECK(got.find("\r\nX-One: 1\r\nX-Two: 2\r\n") != std::string::npos);
  CHECK(got.ends_with("\r\n\r\n" + std::string(row.body)));
}

TEST_CASE("an answer's headers are found by their names in lower case, its body as it was sent") {
  Peer peer(cut_http, [](const std::string&) {
    return Reply{"HTTP/1.1 100 Continue\r\nX-Interim: a\r\n\r\n" +
                 http(206, "Mex-Chunk-Range:  1:2 \r\nContent-Encoding: gzip\r\n", "\x1f\x8b raw")};
  });
  HttpClient client(only(peer.base()));
  const auto answer = send(client, get(peer.base()));
  CHECK(answer.status == 206);
  CHECK(answer.header("mex-chunk-range") == "1:2");
  CHECK(answer.header("x-interim").empty());
  CHECK(answer.header("none").empty());
  CHECK(answer.body == "\x1f\x8b raw");
  CHECK(!answer.cut);
}

TEST_CASE("an answer that is longer than it may be is cut, and says so") {
  Peer peer(cut_http,
            [](const std::string&) { return Reply{http(200, "", std::string(50'000, 'x'))}; });
  HttpClient client(only(peer.base()));
  auto request = get(peer.base());
  request.answer_bytes = 49'999;
  auto answer = send(client, request);
  CHECK(answer.cut);
  CHECK(answer.body.size() == 49'999);
  request.answer_bytes = 50'000;
  answer = send(client, request);
  CHECK(!answer.cut);
  CHECK(answer.body.size() == 50'000);
}

TEST_CASE("whether anything left is told from whether anything came back") {
  Peer silent(cut_http, [](const std::string&) { return Reply{std::nullopt, true}; });
  Peer half(cut_http, [](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true};
  });
  std::string gone;
  {
    Peer peer(cut_http, [](const std::string&) { return Reply{}; });
    gone = peer.base();
  }
  auto options = only(silent.base());
  options.bases.push_back(half.base());
  options.bases.push_back(gone);
  HttpClient client(options);
  CHECK(send(client, get(silent.base())).reached == Reached::broken);
  CHECK(send(client, get(half.base())).reached == Reached::broken);
  CHECK(send(client, get(gone)).reached == Reached::unsent);
  CHECK(send(client, get("http://127.0.0.1:9/elsewhere")).reached == Reached::unsent);
}

TEST_CASE("closing ends what is under way, and nothing is sent after it") {
  Peer peer(cut_http, [](const std::string&) { return Reply{}; });
  HttpClient client(only(peer.base()));
  std::promise<HttpAnswer> promise;
  client.send(get(peer.base()), [&](HttpAnswer got) { promise.set_value(std::move(got)); });
  REQUIRE(eventually([&] { return peer.requests().size() == 1; }));
  client.close();
  CHECK(promise.get_future().get().reached == Reached::broken);
  CHECK(send(client, get(peer.base())).reached == Reached::unsent);
  CHECK(peer.requests().size() == 1);
}

TEST_CASE("a POST goes over a kept connection where the server would know a repeat, and else not") {
  struct Row {
    const char* header;
    int connections;
  };
  const auto row = GENERATE(Row{"Idempotency-Key: 1", 1}, Row{"X-Other: 1", 2});
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  HttpClient client(only(peer.base()));
  HttpRequest request;
  request.method = Method::post;
  request.url = peer.base();
  request.headers = {row.header};
  request.body = "help";
  for (int i = 0; i < 2; ++i) CHECK(send(client, request).status == 200);
  CHECK(peer.connections() == row.connections);
}

TEST_CASE("an answer may send the next request") {
  Peer peer(cut_http, [](const std::string&) { return Reply{http(200)}; });
  HttpClient client(only(peer.base()));
  std::promise<int> promise;
  client.send(get(peer.base() + "/1"), [&](const HttpAnswer&) {
    client.send(get(peer.base() + "/2"),
                [&](const HttpAnswer& second) { promise.set_value(second.status); });
  });
  CHECK(promise.get_future().get() == 200);
}

TEST_CASE(
    "a server that asks who we are is shown our certificate; another server is told nothing") {
  const OwnCertificate own, ours, other;
  const TlsPeer peer(
      own, [](const std::string&) { return Reply{http(200)}; }, &ours, cut_http);
  const auto base = "https://127.0.0.1:" + std::to_string(peer.port());
  auto options = only(base);
  options.ca_file = own.cert_file();
  options.cert_file = ours.cert_file();
  options.key_file = ours.key_file();
  {
    HttpClient client(options);
    CHECK(send(client, get(base + "/messageexchange/A")).status == 200);
  }
  CHECK(peer.messages() == 1);
  options.ca_file = other.cert_file();
  {
    HttpClient client(options);
    CHECK(send(client, get(base)).status == 0);
  }
  options.ca_file = own.cert_file();
  options.cert_file = other.cert_file();
  options.key_file = other.key_file();
  {
    HttpClient client(options);
    CHECK(send(client, get(base)).status == 0);
  }
  CHECK(peer.messages() == 1);
}
