#include "remote/mllp_client.h"

#include "support/catch.h"
#include "support/peer.h"
#include "wire/hl7v2.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

std::string message(const std::string& id) {
  return "MSH|^~\\&|A|B|C|D|2026||RRI^I12|" + id + "|P|2.4\rRF1|A\r";
}
std::string control_id(const std::string& text) {
  return std::string(wire::nth(std::string_view(text).substr(0, text.find('\r')), '|', 10));
}
std::string acknowledge(const std::string& code, const std::string& id) {
  return mllp("MSH|^~\\&|C|D|A|B|2026||ACK|9|P|2.4\rMSA|" + code + "|" + id + "\r");
}
std::future<Answer> send(MllpClient& client, std::uint16_t port, const std::string& id) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  client.send({"127.0.0.1", port, message(id), id, true},
              [promise](Answer answer) { promise->set_value(std::move(answer)); });
  return future;
}
MllpClientOptions quick() {
  MllpClientOptions options;
  options.answer_ms = 1'500;  // long enough for an answer on a machine that is busy
  options.connect_ms = 2'000;
  return options;
}

}  // namespace

TEST_CASE("messages go over one kept connection, each with its own acknowledgement") {
  Peer peer(cut_mllp, [](const std::string& text) {
    const auto id = control_id(text);
    return Reply{acknowledge(id == "M2" ? "AE" : "AA", id)};
  });
  MllpClient client({});
  auto first = send(client, peer.port(), "M1");
  auto second = send(client, peer.port(), "M2");
  auto third = send(client, peer.port(), "M3");
  CHECK(first.get().outcome == Outcome::delivered);
  const auto refused = second.get();
  CHECK(refused.outcome == Outcome::refused);
  CHECK(refused.reason == "AE");
  CHECK(third.get().outcome == Outcome::delivered);
  CHECK(peer.connections() == 1);
  CHECK(client.strays() == 0);
}

TEST_CASE("an acknowledgement of another message is never taken for this one's") {
  Peer peer(cut_mllp, [](const std::string& text) {
    return Reply{acknowledge("AA", "other") + acknowledge("AR", control_id(text))};
  });
  MllpClient client({});
  CHECK(send(client, peer.port(), "M1").get().outcome == Outcome::later);
  CHECK(client.strays() == 1);
}

TEST_CASE("a reply that is more than an acknowledgement comes back whole") {
  const bool answer = GENERATE(true, false);
  std::string sent;
  Peer peer(cut_mllp, [&](const std::string& text) {
    sent = std::string("MSH|^~\\&|C|D|A|B|2026||") + (answer ? "RRI^I12" : "ACK^I12") +
           "|9|P|2.4\rMSA|AA|" + control_id(text) + "\rRF1|A\r";
    return Reply{mllp(sent)};
  });
  MllpClient client({});
  const auto got = send(client, peer.port(), "M1").get();
  CHECK(got.outcome == Outcome::delivered);
  CHECK(got.body == (answer ? sent : ""));
}

TEST_CASE("a reason holds codes, and nothing else that a peer puts in their place") {
  struct Row {
    const char* msa1;
    const char* err;
    const char* reason;
  };
  const auto row =
      GENERATE(Row{"AE", "101", "AE 101"}, Row{"AE", "Mrs Smith^of Elm Street", "AE ?"},
               Row{"Mrs Smith", "207", "? 207"}, Row{"AR", "", "AR"});
  CAPTURE(row.reason);
  Peer peer(cut_mllp, [&](const std::string& text) {
    return Reply{mllp("MSH|^~\\&|C|D|A|B|2026||ACK|9|P|2.5\rMSA|" + std::string(row.msa1) + "|" +
                      control_id(text) + "\rERR|||" + row.err + "\r")};
  });
  MllpClient client({});
  CHECK(send(client, peer.port(), "M1").get().reason == row.reason);
}

TEST_CASE("silence ends as unknown, and a late answer finds nobody") {
  std::atomic<int> asked{0};
  Peer peer(cut_mllp, [&](const std::string& text) {
    if (asked++ == 0) return Reply{};
    return Reply{acknowledge("AA", control_id(text))};
  });
  MllpClient client(quick());
  auto first = send(client, peer.port(), "M1");
  auto second = send(client, peer.port(), "M2");
  CHECK(first.get().outcome == Outcome::unknown);
  CHECK(second.get().outcome == Outcome::delivered);
  CHECK(peer.connections() == 2);
}

TEST_CASE("nobody listening means later, since nothing left") {
  std::uint16_t port = 0;
  {
    Peer gone(cut_mllp, [](const std::string&) { return Reply{}; });
    port = gone.port();
  }
  MllpClient client(quick());
  CHECK(send(client, port, "M1").get().outcome == Outcome::later);
}

TEST_CASE("a peer that closes without an answer leaves the outcome unknown") {
  Peer peer(cut_mllp, [](const std::string&) { return Reply{std::nullopt, true}; });
  MllpClient client({});
  CHECK(send(client, peer.port(), "M1").get().outcome == Outcome::unknown);
}

TEST_CASE("a connection closed while idle is made again") {
  Peer peer(cut_mllp, [](const std::string& text) {
    return Reply{acknowledge("CA", control_id(text)), true};
  });
  MllpClient client({});
  CHECK(send(client, peer.port(), "M1").get().outcome == Outcome::delivered);
  // The close may be seen before or while the second message leaves.
  Outcome second = Outcome::unknown;
  CHECK(eventually([&] {
    second = send(client, peer.port(), "M2").get().outcome;
    return second == Outcome::delivered;
  }));
  CHECK(peer.connections() >= 2);
}

TEST_CASE("an acknowledgement we send is delivered when it has left") {
  Peer peer(cut_mllp, [](const std::string&) { return Reply{}; });
  MllpClient client({});
  std::promise<Answer> promise;
  client.send({"127.0.0.1", peer.port(), message("M1"), "M1", false},
              [&](Answer answer) { promise.set_value(std::move(answer)); });
  CHECK(promise.get_future().get().outcome == Outcome::delivered);
  CHECK(eventually([&] { return peer.requests().size() == 1; }));
}

TEST_CASE("a client that goes answers for everything it was given") {
  Peer peer(cut_mllp, [](const std::string&) { return Reply{}; });
  std::future<Answer> under_way;
  std::future<Answer> waiting;
  {
    MllpClient client({});
    under_way = send(client, peer.port(), "M1");
    waiting = send(client, peer.port(), "M2");
    CHECK(eventually([&] { return peer.requests().size() == 1; }));
  }
  CHECK(under_way.get().outcome == Outcome::unknown);
  CHECK(waiting.get().outcome == Outcome::later);
}
