#include "remote/http_client.h"
#include "remote/mllp_client.h"
#include "support/catch.h"
#include "support/own_certificate.h"
#include "support/tls_peer.h"
#include "wire/hl7v2.h"

#include <array>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

std::string message(const std::string& id) {
  return "MSH|^~\\&|A|B|C|D|2026||REF^I12|" + id + "|P|2.4|||AL|AL\rRF1|A\r";
}
std::string control_id(const std::string& text) {
  return std::string(wire::nth(std::string_view(text).substr(0, text.find('\r')), '|', 10));
}
std::string acknowledge(const std::string& code, const std::string& id) {
  return mllp("MSH|^~\\&|C|D|A|B|2026||ACK|9|P|2.4\rMSA|" + code + "|" + id + "\r");
}
Respond yes() {
  return [](const std::string& text) { return Reply{acknowledge("AA", control_id(text))}; };
}
MllpClientOptions quick(std::int64_t answer_ms = 5'000) {
  MllpClientOptions options;
  options.answer_ms = answer_ms;
  options.connect_ms = 5'000;
  return options;
}
MllpRequest to(std::uint16_t port, const std::string& id) {
  MllpRequest request;
  request.host = "127.0.0.1";
  request.port = port;
  request.message = message(id);
  request.control_id = id;
  return request;
}
std::future<Answer> send(MllpClient& client, MllpRequest request) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  client.send(std::move(request),
              [promise](Answer answer) { promise->set_value(std::move(answer)); });
  return future;
}
Answer send(std::uint16_t port, TlsOptions tls) {
  MllpClient client(quick());
  auto request = to(port, "M1");
  request.tls = std::move(tls);
  return send(client, std::move(request)).get();
}

// Has a socket that listens, and no room for who comes: who connects waits.
class FullPeer {
 public:
  FullPeer() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, plain, size) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    REQUIRE(::getsockname(listener_, plain, &size) == 0);
    port_ = ntohs(address.sin_port);
    for (auto& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      ::connect(waiting, plain, size);
    }
  }
  ~FullPeer() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  FullPeer(const FullPeer&) = delete;
  FullPeer& operator=(const FullPeer&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::array<int, 4> waiting_{};
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("over TLS a message goes to who proves to be the peer: by an authority, a pin, or both") {
  static const OwnCertificate own;
  const TlsPeer peer(own, yes());
  const auto tls =
      GENERATE_REF(TlsOptions{own.cert_file(), "", "", {}}, TlsOptions{"", "", "", {own.pin()}},
                   TlsOptions{own.cert_file(), "", "", {"sha256/other", own.pin()}});
  const auto answer = send(peer.port(), tls);
  CHECK(answer.outcome == Outcome::delivered);
  CHECK(answer.reason == "AA");
}

TEST_CASE("over TLS nothing is said to who does not prove to be the peer") {
  static const OwnCertificate own, other;
  const TlsPeer peer(own, yes());
  const auto tls = GENERATE_REF(
      TlsOptions{"", "", "", {}}, TlsOptions{other.cert_file(), "", "", {}},
      TlsOptions{"", "", "", {other.pin()}}, TlsOptions{own.cert_file(), "", "", {other.pin()}},
      TlsOptions{other.cert_file(), "", "", {own.pin()}}, TlsOptions{"/no/such/file", "", "", {}});
  CAPTURE(tls.ca_file, tls.pins.size());
  CHECK(send(peer.port(), tls).outcome == Outcome::later);
  CHECK(peer.messages() == 0);
}

TEST_CASE("a peer that knows weak ciphers alone is not spoken to, over MLLP or HTTP") {
  const OwnCertificate own;
  const bool strong = GENERATE(true, false);
  const auto* ciphers = strong ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "ECDHE-ECDSA-AES128-SHA";
  const TlsPeer peer(own, yes(), nullptr, cut_mllp, ciphers);
  const auto answer = send(peer.port(), {own.cert_file(), "", "", {}});
  CHECK(answer.outcome == (strong ? Outcome::delivered : Outcome::later));
  const TlsPeer web(
      own, [](const std::string&) { return Reply{http(200)}; }, nullptr, cut_http, ciphers);
  HttpClientOptions options;
  options.bases = {"https://127.0.0.1:" + std::to_string(web.port())};
  options.ca_file = own.cert_file();
  HttpClient client(options);
  HttpRequest request;
  request.url = options.bases[0];
  std::promise<int> promise;
  client.send(std::move(request), [&](const HttpAnswer& got) { promise.set_value(got.status); });
  CHECK(promise.get_future().get() == (strong ? 200 : 0));
}

TEST_CASE("a certificate of another name is not the peer's, but for its pin") {
  const OwnCertificate own("DNS:elsewhere.example");
  const TlsPeer peer(own, yes());
  CHECK(send(peer.port(), {own.cert_file(), "", "", {}}).outcome == Outcome::later);
  CHECK(peer.messages() == 0);
  CHECK(send(peer.port(), {"", "", "", {own.pin()}}).outcome == Outcome::delivered);
}

TEST_CASE("a peer that asks who we are is shown our certificate") {
  const OwnCertificate own, ours, stranger;
  const TlsPeer peer(own, yes(), &ours);
  CHECK(send(peer.port(), {own.cert_file(), ours.cert_file(), ours.key_file(), {}}).outcome ==
        Outcome::delivered);
  CHECK(
      send(peer.port(), {own.cert_file(), stranger.cert_file(), stranger.key_file(), {}}).outcome !=
      Outcome::delivered);
  CHECK(send(peer.port(), {own.cert_file(), "", "", {}}).outcome != Outcome::delivered);
  CHECK(peer.messages() == 1);
}

TEST_CASE(
    "a peer that does not speak TLS is sent nothing in the clear, and is not waited for long") {
  Peer peer(cut_mllp, yes());
  MllpClientOptions options = quick();
  options.connect_ms = 300;
  MllpClient client(options);
  auto request = to(peer.port(), "M1");
  request.tls.emplace();
  CHECK(send(client, std::move(request)).get().outcome == Outcome::later);
  CHECK(peer.requests().empty());
}

TEST_CASE("a connection that is not made in time is given up, over TLS too") {
  FullPeer peer;
  MllpClientOptions options = quick();
  options.connect_ms = 1'500;  // the authorities are read in it, too
  MllpClient client(options);
  auto request = to(peer.port(), "M1");
  if (GENERATE(false, true)) request.tls.emplace();
  CHECK(send(client, std::move(request)).get().outcome == Outcome::later);
}

TEST_CASE("over TLS a connection is kept, and made again when the peer has closed it") {
  const OwnCertificate own;
  const TlsPeer peer(own, yes());
  MllpClient client(quick());
  for (const bool keep : {true, true, false, false, true}) {
    auto request = to(peer.port(), "M1");
    request.tls = TlsOptions{own.cert_file(), "", "", {}};
    request.keep_open = keep;
    CHECK(send(client, std::move(request)).get().outcome == Outcome::delivered);
  }
  CHECK(peer.messages() == 5);
}

TEST_CASE("a connection for each message, where the peer wants it so") {
  Peer peer(cut_mllp, yes());
  MllpClient client(quick());
  for (int i = 1; i <= 3; ++i) {
    auto request = to(peer.port(), "M" + std::to_string(i));
    request.keep_open = false;
    CHECK(send(client, std::move(request)).get().outcome == Outcome::delivered);
    CHECK(peer.connections() == i);
  }
}

TEST_CASE("where both answers are asked for the second decides") {
  struct Row {
    std::vector<const char*> codes;
    Outcome outcome;
    const char* reason;
  };
  const auto row =
      GENERATE(Row{{"CA", "AA"}, Outcome::delivered, "AA"},
               Row{{"CA", "AE"}, Outcome::refused, "AE"}, Row{{"CE"}, Outcome::refused, "CE"},
               Row{{"CR"}, Outcome::later, "CR"}, Row{{"AA"}, Outcome::delivered, "AA"});
  CAPTURE(row.reason);
  Peer peer(cut_mllp, [&](const std::string& text) {
    std::string out;
    for (const auto* code : row.codes) out += acknowledge(code, control_id(text));
    return Reply{out};
  });
  MllpClient client(quick());
  auto request = to(peer.port(), "M1");
  request.both_answers = true;
  const auto answer = send(client, std::move(request)).get();
  CHECK(answer.outcome == row.outcome);
  CHECK(answer.reason == row.reason);
}

TEST_CASE("a message that is accepted is delivered, whatever becomes of the second answer") {
  const bool closes = GENERATE(true, false);
  Peer peer(cut_mllp, [&](const std::string& text) {
    return Reply{acknowledge("CA", control_id(text)), closes};
  });
  MllpClient client(quick(1'000));
  auto request = to(peer.port(), "M1");
  request.both_answers = true;
  CHECK(send(client, std::move(request)).get().outcome == Outcome::delivered);
}

TEST_CASE("a second answer that comes late is never taken for the next message's") {
  std::string before;
  Peer peer(cut_mllp, [&](const std::string& text) {
    const auto id = control_id(text);
    // The application's AE of the message before comes with this one's answers.
    auto out = before.empty() ? "" : acknowledge("AE", before);
    before = id;
    return Reply{out + acknowledge("CA", id)};
  });
  MllpClient client(quick(500));
  for (const auto* id : {"M1", "M2", "M3"}) {
    auto request = to(peer.port(), id);
    request.both_answers = true;
    CHECK(send(client, std::move(request)).get().outcome == Outcome::delivered);
  }
}

TEST_CASE("without both asked for, an accept answer is enough and the next message goes at once") {
  Peer peer(cut_mllp, [&](const std::string& text) {
    return Reply{acknowledge("CA", control_id(text)) + acknowledge("AE", control_id(text))};
  });
  MllpClient client(quick());
  CHECK(send(client, to(peer.port(), "M1")).get().outcome == Outcome::delivered);
  CHECK(send(client, to(peer.port(), "M2")).get().outcome == Outcome::delivered);
  CHECK(peer.connections() == 1);
}
