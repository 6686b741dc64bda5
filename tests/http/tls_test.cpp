#include "base/system.h"
#include "http/listener.h"
#include "support/catch.h"
#include "support/raw_http.h"
#include "support/tls_client.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace fingerpost;
using test::Certificate;
using test::TlsClient;
using test::TlsWanted;

namespace {

constexpr const char* ask = "GET /who HTTP/1.1\r\nHost: a\r\n\r\n";

// Says who asks, and what was sent.
void answer(http::Request request, const http::Respond& respond) {
  http::Response response;
  response.content_type = "text/plain";
  response.body = "[" + std::string(request.peer_key) + "]" + request.body;
  if (request.path == "/large") response.body += std::string(3'000'000, 'x');
  respond(std::move(response));
}

struct World {
  test::CertificateAuthority root{"root"};
  Certificate own = root.issue({"gateway"});
  SystemClock clock;
  std::unique_ptr<http::Listener> listener;

  std::shared_ptr<const tls::Context> context(const std::string& client_ca = "",
                                              const std::string& crl = "") {
    return tls::Context::serve({own.pem, own.key, client_ca, crl}).value();
  }
  void open(std::shared_ptr<const tls::Context> tls, const Limits& limits = {}) {
    http::ListenerOptions options;
    options.threads = 2;
    options.limits = limits;
    options.tls_context = std::move(tls);
    listener =
        http::Listener::open(options, clock, [](const http::Post&) { return answer; }).value();
  }
  // The answer to a request; "" when there was none.
  std::string asked(const TlsWanted& wanted, const std::string& request = ask) {
    TlsClient client(listener->port(), wanted);
    if (!client.shake_hands() || !client.send(request)) return {};
    const auto response = client.response();
    const auto end = response.find("\r\n\r\n");
    return end == std::string::npos ? "" : response.substr(end + 4);
  }
};

}  // namespace

TEST_CASE("T1: TLS 1.2 and 1.3 are spoken, with ephemeral keys and authenticated ciphers alone") {
  World world;
  world.open(world.context());
  CHECK(world.asked({nullptr, TLS1_2_VERSION, TLS1_2_VERSION, ""}) == "[]");
  CHECK(world.asked({nullptr, TLS1_3_VERSION, TLS1_3_VERSION, ""}) == "[]");
  struct Row {
    int least, most;
    const char* ciphers;
  };
  const auto row =
      GENERATE(Row{TLS1_VERSION, TLS1_VERSION, "ALL:@SECLEVEL=0"},
               Row{TLS1_1_VERSION, TLS1_1_VERSION, "ALL:@SECLEVEL=0"},
               Row{TLS1_2_VERSION, TLS1_2_VERSION, "AES128-GCM-SHA256"},
               Row{TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"},
               Row{TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384"},
               Row{TLS1_2_VERSION, TLS1_2_VERSION, "AECDH-AES128-SHA:@SECLEVEL=0"},
               Row{TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"});
  CAPTURE(row.most, row.ciphers);
  TlsClient client(world.listener->port(), {nullptr, row.least, row.most, row.ciphers});
  CHECK_FALSE(client.shake_hands());
}

TEST_CASE("T1, T6, T7: nothing is renegotiated, resumed or sent early") {
  World world;
  world.open(world.context());
  TlsClient old(world.listener->port(), {nullptr, TLS1_2_VERSION, TLS1_2_VERSION, ""});
  REQUIRE(old.shake_hands());
  CHECK_FALSE(old.resumable());
  CHECK_FALSE(old.renegotiate());
  TlsClient client(world.listener->port(), {});
  REQUIRE(client.shake_hands());
  REQUIRE(client.send(ask));
  CHECK(client.response().find("[]") != std::string::npos);
  CHECK_FALSE(client.resumable());
  CHECK(SSL_SESSION_get_max_early_data(SSL_get0_session(client.ssl())) == 0);
}

TEST_CASE("T2: a client without a good certificate is refused before a byte of HTTP is read") {
  World world;
  world.open(world.context(world.root.pem(), world.root.crl({102})));
  const auto revoked = world.root.issue({"revoked"});
  REQUIRE(revoked.serial == 102);
  const auto good = world.root.issue({"good"});
  CHECK(world.asked({&good}) == "[" + good.pin + "]");
  CHECK(world.asked({&good, TLS1_2_VERSION, TLS1_2_VERSION, ""}) == "[" + good.pin + "]");

  test::CertificateAuthority another("root");
  const auto stranger = another.issue({"good"});
  const auto past = world.root.issue({"past", -7200, -3600});
  const auto coming = world.root.issue({"coming", 3600, 7200});
  const auto server_only = world.root.issue({"server", -3600, 3600, "serverAuth"});
  test::CertificateAuthority own_root("self");
  Certificate self{own_root.pem(), "", "", 0};
  for (const auto* one : {&revoked, &stranger, &past, &coming, &server_only}) {
    CAPTURE(one->serial, one == &stranger);
    CHECK(world.asked({one}).empty());
    CHECK(world.asked({one, TLS1_2_VERSION, TLS1_2_VERSION, ""}).empty());
  }
  CHECK(world.asked({}).empty());
}

TEST_CASE("T4: without a list of its authority nobody is let in") {
  World world;
  const auto good = world.root.issue({"good"});
  world.open(world.context(world.root.pem(), test::CertificateAuthority("another").crl({})));
  CHECK(world.asked({&good}).empty());
}

TEST_CASE("certificates are replaced while it runs, and connections that are open go on") {
  World world;
  world.open(world.context(world.root.pem(), world.root.crl({})));
  const auto client = world.root.issue({"client"});
  TlsClient before(world.listener->port(), {&client});
  REQUIRE(before.shake_hands());
  REQUIRE(before.send(ask));
  CHECK(before.response().find(client.pin) != std::string::npos);
  world.listener->replace_tls(world.context(world.root.pem(), world.root.crl({client.serial})));
  CHECK(world.asked({&client}).empty());
  CHECK(before.send(ask));
  CHECK(before.response().find(client.pin) != std::string::npos);
  world.listener->replace_tls(nullptr);
  CHECK(world.asked({&client}).empty());
}

TEST_CASE("requests and answers of any size, in any pieces, are the same over TLS") {
  World world;
  world.open(world.context());
  TlsClient client(world.listener->port(), {});
  REQUIRE(client.shake_hands());
  const std::string body(700'000, 'b');
  const auto post =
      "POST /who HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t at = 0; at < post.size(); at += 9973)
    REQUIRE(client.send(post.substr(at, 9973)));
  CHECK(client.response().ends_with("[]" + body));
  REQUIRE(client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(client.response().ends_with("[]" + std::string(3'000'000, 'x')));
  // One byte a record, and two requests in one.
  for (const char c : std::string(ask)) REQUIRE(client.send({&c, 1}));
  CHECK(client.response().ends_with("\r\n\r\n[]"));
  REQUIRE(client.send(std::string(ask) + ask));
  CHECK(client.response().ends_with("[]"));
  CHECK(client.response().ends_with("[]"));
  REQUIRE(client.send(
      "POST /who HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.response().starts_with("HTTP/1.1 100"));
  REQUIRE(client.send("ab"));
  CHECK(client.response().ends_with("[]ab"));
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
  CHECK(client.response().starts_with("HTTP/1.1 400"));
  CHECK(client.response().empty());
}

TEST_CASE("T8, H9: who does not shake hands in time, or speaks no TLS, is cut off") {
  World world;
  Limits limits;
  limits.header_seconds = 1;
  world.open(world.context(), limits);
  test::RawHttp silent(world.listener->port());
  test::RawHttp plain(world.listener->port());
  plain.send(ask);
  CHECK(plain.response().status == 0);
  CHECK(plain.ended());
  CHECK_FALSE(silent.receive());
  CHECK(silent.ended());
  test::RawHttp half(world.listener->port());
  half.send(std::string("\x16\x03\x01\x02\x00", 5));
  CHECK_FALSE(half.receive());
  CHECK(half.ended());
}

TEST_CASE("a listener stops while clients shake hands and are idle") {
  World world;
  world.open(world.context());
  test::RawHttp silent(world.listener->port());
  TlsClient idle(world.listener->port(), {});
  REQUIRE(idle.shake_hands());
  REQUIRE(idle.send(ask));
  CHECK_FALSE(idle.response().empty());
  world.listener->stop();
  CHECK(idle.response().empty());
}
