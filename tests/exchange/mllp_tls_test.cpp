#include "exchange/mllp_listener.h"
#include "support/peer.h"
#include "support/tls_client.h"
#include "world.h"

#include <string>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

struct Gateway {
  World world;
  Intake intake{world.parts};
  CertificateAuthority root{"root"};
  Certificate own = root.issue({"gateway"});
  std::unique_ptr<MllpListener> listener;

  explicit Gateway(MllpListenerOptions options = {}) {
    options.port = 0;
    options.tls_context = context("");
    listener = MllpListener::open(std::move(options), intake).value();
  }
  std::shared_ptr<const tls::Context> context(const std::string& client_ca) {
    return tls::Context::serve({own.pem, own.key, client_ca, ""}).value();
  }
};

// A peer that speaks no TLS.
class RawPeerBytes {
 public:
  explicit RawPeerBytes(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  RawPeerBytes(const RawPeerBytes&) = delete;
  RawPeerBytes& operator=(const RawPeerBytes&) = delete;
  ~RawPeerBytes() { ::close(socket_); }

  void send(std::string_view bytes) { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // What is no alert of TLS, until the other side closes; "late" when it does not within ten
  // seconds.
  std::string rest() {
    std::string bytes;
    char piece[4096];
    for (;;) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, 10'000) <= 0) return "late";
      const auto got = ::recv(socket_, piece, sizeof piece, 0);
      if (got <= 0) return bytes.starts_with('\x15') ? "" : bytes;
      bytes.append(piece, static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_;
};

// The next answer's payload; "" when there is none.
std::string answer(TlsClient& client) {
  std::string bytes;
  char piece[4096];
  for (;;) {
    if (auto payload = cut_mllp(bytes)) return *payload;
    const int got = SSL_read(client.ssl(), piece, sizeof piece);
    if (got <= 0) return "";
    bytes.append(piece, static_cast<std::size_t>(got));
  }
}

bool accepted(TlsClient& client, const std::string& control_id) {
  return answer(client).find("\rMSA|AA|" + control_id) != std::string::npos;
}

}  // namespace

TEST_CASE("messages over TLS are taken and answered in any pieces") {
  Gateway gateway;
  TlsClient client(gateway.listener->port(), {});
  REQUIRE(client.shake_hands());
  const auto first = mllp(referral_message("M1", "R1"));
  for (std::size_t at = 0; at < first.size(); at += 97) REQUIRE(client.send(first.substr(at, 97)));
  CHECK(accepted(client, "M1"));
  for (int i = 2; i < 5; ++i) {
    const auto number = std::to_string(i);
    REQUIRE(client.send(mllp(referral_message("M" + number, "R" + number))));
    CHECK(accepted(client, "M" + number));
  }
  CHECK(gateway.world.inbox().size() == 4);
}

TEST_CASE("V5: where peers show certificates, one without is let say nothing") {
  Gateway gateway;
  gateway.listener->replace_tls(gateway.context(gateway.root.pem()));
  const auto message = mllp(referral_message("M1", "R1"));
  {
    TlsClient stranger(gateway.listener->port(), {});
    CHECK_FALSE((stranger.shake_hands() && stranger.send(message) && accepted(stranger, "M1")));
    RawPeerBytes plain(gateway.listener->port());
    plain.send(message);
    CHECK(plain.rest().empty());
  }
  CHECK(gateway.world.inbox().empty());
  const auto known = gateway.root.issue({"surgery"});
  TlsClient client(gateway.listener->port(), {&known});
  REQUIRE(client.shake_hands());
  REQUIRE(client.send(message));
  CHECK(accepted(client, "M1"));
}

TEST_CASE("V5: a peer whose certificate is revoked does not go on over the connection it has") {
  Gateway gateway;
  const auto peer = gateway.root.issue({"surgery"});
  gateway.listener->replace_tls(gateway.context(gateway.root.pem()));
  TlsClient client(gateway.listener->port(), {&peer});
  REQUIRE(client.shake_hands());
  REQUIRE(client.send(mllp(referral_message("M1", "R1"))));
  CHECK(accepted(client, "M1"));
  gateway.listener->replace_tls(
      tls::Context::serve(
          {gateway.own.pem, gateway.own.key, gateway.root.pem(), gateway.root.crl({peer.serial})})
          .value());
  CHECK(answer(client).empty());
  client.send(mllp(referral_message("M2", "R2")));
  CHECK(answer(client).empty());
  CHECK(gateway.world.inbox().size() == 1);
}

TEST_CASE("who does not shake hands in time is cut off, and the listener stops meanwhile") {
  MllpListenerOptions options;
  options.handshake_seconds = 1;
  Gateway gateway(options);
  RawPeerBytes silent(gateway.listener->port());
  CHECK(silent.rest().empty());
  RawPeerBytes another(gateway.listener->port());
  TlsClient idle(gateway.listener->port(), {});
  REQUIRE(idle.shake_hands());
  gateway.listener->stop();
  CHECK(gateway.listener->connections() == 0);
  CHECK(another.rest().empty());
}
