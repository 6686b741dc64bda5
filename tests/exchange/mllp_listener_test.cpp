#include "exchange/mllp_listener.h"

#include "support/peer.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// A sender that writes bytes as it likes.
class Sender {
 public:
  explicit Sender(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { ::close(socket_); }

  void send(std::string_view bytes) { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // What there is room for.
  void offer(std::string_view bytes) {
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void end() { ::shutdown(socket_, SHUT_WR); }
  // The next answer's payload; "" when the peer closed or ten seconds passed.
  std::string answer() {
    for (;;) {
      if (auto payload = cut_mllp(bytes_)) return *payload;
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, 10'000) <= 0) return "";
      char buffer[4096];
      const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
      if (size <= 0) return "";
      bytes_.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  int socket_;
  std::string bytes_;
};

struct Gateway {
  World world;
  Intake intake{world.parts};
  std::unique_ptr<MllpListener> listener;

  explicit Gateway(MllpListenerOptions options = {}) {
    options.port = 0;
    auto opened = MllpListener::open(std::move(options), intake);
    REQUIRE(opened);
    listener = std::move(*opened);
  }
  std::uint16_t port() const { return listener->port(); }
};

bool accepted(const std::string& answer, const std::string& control_id) {
  return answer.find("\rMSA|AA|" + control_id) != std::string::npos;
}

}  // namespace

TEST_CASE("frames in any pieces, several in one, and a pipelining sender are answered in order") {
  Gateway gateway;
  Sender sender(gateway.port());
  std::string all;
  for (int i = 0; i < 5; ++i)
    all += mllp(referral_message("M" + std::to_string(i), "R" + std::to_string(i)));
  SECTION("at once") {
    sender.send(all);
  }
  SECTION("in pieces") {
    for (std::size_t at = 0; at < all.size(); at += 97) sender.send(all.substr(at, 97));
  }
  for (int i = 0; i < 5; ++i) CHECK(accepted(sender.answer(), "M" + std::to_string(i)));
  CHECK(gateway.world.inbox().size() == 5);
}

TEST_CASE("many connections at once") {
  Gateway gateway;
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < 20; ++i) {
    senders.push_back(std::make_unique<Sender>(gateway.port()));
    senders.back()->send(mllp(referral_message("M" + std::to_string(i), "R" + std::to_string(i))));
  }
  for (int i = 0; i < 20; ++i)
    CHECK(accepted(senders[static_cast<std::size_t>(i)]->answer(), "M" + std::to_string(i)));
  CHECK(gateway.listener->connections() == 20);
}

TEST_CASE("a malformed frame is answered, and the connection goes on") {
  Gateway gateway;
  Sender sender(gateway.port());
  sender.send("junk before " + mllp("no message at all") + mllp(referral_message("M1", "R1")));
  const auto refused = sender.answer();
  CAPTURE(refused);
  CHECK(refused.find("\rMSA|AR") != std::string::npos);
  CHECK(accepted(sender.answer(), "M1"));
  CHECK(gateway.intake.counts().malformed == 1);
}

TEST_CASE("a frame that lacks its last byte is taken after a moment") {
  MllpListenerOptions options;
  options.ending_ms = 20;
  Gateway gateway(options);
  Sender sender(gateway.port());
  sender.send("\x0b" + referral_message("M1", "R1") + "\x1c");
  CHECK(accepted(sender.answer(), "M1"));
  sender.send(mllp(referral_message("M2", "R2")));
  CHECK(accepted(sender.answer(), "M2"));
}

TEST_CASE("a sender that stops sending still gets its answer") {
  Gateway gateway;
  Sender sender(gateway.port());
  sender.send(mllp(referral_message("M1", "R1")));
  sender.end();
  CHECK(accepted(sender.answer(), "M1"));
  CHECK(sender.answer().empty());
  CHECK(eventually([&] { return gateway.listener->connections() == 0; }));
}

TEST_CASE("a frame over the limit closes its connection, no other") {
  MllpListenerOptions options;
  options.limits.v2_frame_bytes = 1'000;
  Gateway gateway(options);
  Sender large(gateway.port());
  Sender other(gateway.port());
  large.send("\x0b" + std::string(5'000, 'x'));
  while (!large.answer().empty()) {
  }
  other.send(mllp(referral_message("M1", "R1")));
  CHECK(accepted(other.answer(), "M1"));
}

TEST_CASE("stopping answers what is under way and closes the rest") {
  Gateway gateway;
  Sender idle(gateway.port());
  Sender busy(gateway.port());
  busy.send(mllp(referral_message("M1", "R1")));
  CHECK(accepted(busy.answer(), "M1"));
  gateway.listener->stop();
  CHECK(gateway.listener->connections() == 0);
  CHECK(idle.answer().empty());
}

TEST_CASE("a port that is taken is an error, not an end") {
  Gateway gateway;
  MllpListenerOptions options;
  options.port = gateway.port();
  const auto second = MllpListener::open(options, gateway.intake);
  REQUIRE(second.has_error());
  CHECK(second.error().kind == Kind::fault);
}

TEST_CASE("a sender that takes no answers is cut off, and what it sent is kept") {
  MllpListenerOptions options;
  options.limits.v2_answer_seconds = 1;
  options.send_buffer = 4'096;
  Gateway gateway(options);
  Sender deaf(gateway.port(), 4'096);
  std::string messages;
  for (int i = 0; i < 100; ++i) messages += mllp(referral_message("M1", "R1"));
  deaf.send(messages);
  REQUIRE(eventually([&] { return gateway.world.inbox().size() == 1; }));
  CHECK(eventually([&] {
    deaf.offer(messages);
    return gateway.listener->connections() == 0;
  }));
  CHECK(gateway.world.inbox().size() == 1);
  Sender other(gateway.port());
  other.send(mllp(referral_message("M1", "R1")));
  CHECK(accepted(other.answer(), "M1"));
}

TEST_CASE("a connection without messages is closed in the end") {
  MllpListenerOptions options;
  options.limits.v2_idle_seconds = 1;
  Gateway gateway(options);
  Sender silent(gateway.port());
  // A machine that stands still for longer than the limit may cut a sender off as it begins.
  std::unique_ptr<Sender> spent;
  REQUIRE(eventually([&] {
    spent = std::make_unique<Sender>(gateway.port());
    spent->send(mllp(referral_message("M1", "R1")));
    return accepted(spent->answer(), "M1");
  }));
  CHECK(silent.answer().empty());  // closed
  CHECK(spent->answer().empty());
  CHECK(eventually([&] { return gateway.listener->connections() == 0; }));
}
