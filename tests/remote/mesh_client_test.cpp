#include "remote/mesh_client.h"

#include "base/system.h"
#include "remote/mesh_inbox.h"
#include "support/catch.h"
#include "support/mesh_server.h"
#include "wire/gzip.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;
using When = MeshServer::When;
using Ask = MeshServer::Ask;

namespace {

SystemClock system_clock;
SystemRandom system_random;

MeshMailbox mailbox(const MeshServer& server, const std::string& name) {
  return {server.url(), name, MeshServer::password, MeshServer::shared_key};
}
MeshClientOptions quick(std::size_t chunk_bytes = 1'000) {
  MeshClientOptions options;
  options.http.total_ms = 5'000;
  options.chunk_bytes = chunk_bytes;
  options.unknown_wait_us = 7;
  return options;
}
// Text that does not compress to nothing.
std::string text(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i * i) + " ";
  return out.substr(0, size);
}
MeshMessage message(const std::string& body) {
  return {"THEIRS", "REFERRALS", "local-1", "referral.hl7", body};
}

class Sender {
 public:
  explicit Sender(const MeshServer& server, MeshClientOptions options = quick())
      : client_(std::move(options), mailbox(server, "OURS"), system_clock, system_random) {}
  Answer first(const MeshMessage& what) { return go(&MeshClient::send_first, what); }
  Answer again(const MeshMessage& what) { return go(&MeshClient::send_again, what); }
  Answer look_up(const std::string& local_id) { return go(&MeshClient::look_up, local_id); }

 private:
  template <class Call, class What>
  Answer go(Call call, const What& what) {
    const auto promise = std::make_shared<std::promise<Answer>>();
    auto answered = promise->get_future();
    (client_.*call)(what, [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return answered.get();
  }
  MeshClient client_;
};

MeshInbox inbox(const MeshServer& server, const std::string& name = "THEIRS",
                std::size_t most = 1'000'000) {
  MeshInboxOptions options;
  options.http.total_ms = 5'000;
  options.message_bytes = most;
  return {options, mailbox(server, name), system_clock, system_random};
}

// Does what is said to the first request of this kind, once.
MeshServer::Meddle once(When when, const std::string& method, const std::string& path,
                        Reply reply) {
  const auto done = std::make_shared<std::atomic<bool>>(false);
  return [=](const Ask& ask, When now) -> std::optional<Reply> {
    if (now != when || ask.method != method || !ask.path.starts_with(path)) return std::nullopt;
    if (done->exchange(true)) return std::nullopt;
    return reply;
  };
}

}  // namespace

TEST_CASE("a message arrives as it was, under its LocalID and workflow") {
  MeshServer server;
  const auto size = GENERATE(1, 999, 1'000, 1'001, 5'000);
  const auto body = text(static_cast<std::size_t>(size));
  const auto answer = Sender(server).first(message(body));
  CHECK(answer.outcome == Outcome::delivered);
  const auto sent = server.messages().at(0);
  CHECK(answer.reason == "MESH message " + sent.id);
  CHECK(sent.to == "THEIRS");
  CHECK(sent.workflow == "REFERRALS");
  CHECK(sent.local_id == "local-1");
  CHECK(sent.of == (size + 999) / 1'000);
  auto theirs = inbox(server);
  REQUIRE(theirs.list().value().ids == std::vector<std::string>{sent.id});
  const auto got = theirs.download(sent.id).value();
  CHECK(got.body == body);
  CHECK(got.from == "OURS");
  CHECK(!got.report);
  CHECK(theirs.acknowledge(sent.id));
  CHECK(theirs.list().value().ids.empty());
  CHECK(theirs.download(sent.id).error().kind == Kind::gone);
  CHECK(theirs.acknowledge(sent.id));  // once more does no harm
}

TEST_CASE("the answer to a send is lost: the next go finds the message and sends nothing") {
  MeshServer server(once(When::after, "POST", "/outbox", {std::nullopt, true}));
  Sender sender(server);
  const auto lost = sender.first(message("help"));
  CHECK(lost.outcome == Outcome::unknown);
  CHECK(lost.retry_after_us == 7);
  const auto found = sender.again(message("help"));
  CHECK(found.outcome == Outcome::delivered);
  CHECK(server.messages().size() == 1);
  CHECK(server.count("POST", "/outbox") == 1);
}

TEST_CASE("a send that the server failed before it took anything is sent again, once") {
  MeshServer server(once(When::before, "POST", "/outbox", Reply{http(500)}));
  Sender sender(server);
  CHECK(sender.first(message("help")).outcome == Outcome::unknown);
  CHECK(sender.look_up("local-1").outcome == Outcome::later);
  CHECK(sender.again(message("help")).outcome == Outcome::delivered);
  CHECK(server.messages().size() == 1);
}

TEST_CASE("nothing is sent again while tracking does not answer") {
  const auto status = GENERATE(403, 429, 500, 503);
  MeshServer server([&](const Ask& ask, When) -> std::optional<Reply> {
    if (!ask.path.starts_with("/outbox/tracking")) return std::nullopt;
    return Reply{http(status)};
  });
  Sender sender(server);
  CHECK(sender.first(message("help")).outcome == Outcome::delivered);
  CHECK(sender.again(message("help")).outcome == Outcome::unknown);
  CHECK(sender.look_up("local-1").outcome == Outcome::unknown);
  CHECK(server.messages().size() == 1);
}

TEST_CASE("a chunk that is not taken is sent again under its number") {
  MeshServer server(once(When::before, "POST", "/outbox/", Reply{http(502)}));
  CHECK(Sender(server).first(message(text(2'500))).outcome == Outcome::delivered);
  CHECK(server.count("POST", "/outbox") == 4);
  const auto sent = server.messages().at(0);
  CHECK(inbox(server).download(sent.id).value().body == text(2'500));
}

TEST_CASE("a message left half uploaded is gone on with, not begun anew") {
  std::atomic<bool> broken{true};
  MeshServer server([&](const Ask& ask, When when) -> std::optional<Reply> {
    const bool third = ask.method == "POST" && ask.path.ends_with("/3");
    if (!broken || !third || when != When::before) return std::nullopt;
    return Reply{http(500)};
  });
  Sender sender(server);
  const auto half = sender.first(message(text(3'500)));
  CHECK(half.outcome == Outcome::unknown);
  CHECK(half.reason == "chunk 3 of 4: HTTP 500");
  CHECK(sender.look_up("local-1").outcome == Outcome::unknown);
  CHECK(inbox(server).list().value().ids.empty());
  broken = false;
  CHECK(sender.again(message(text(3'500))).outcome == Outcome::delivered);
  REQUIRE(server.messages().size() == 1);
  CHECK(inbox(server).download(server.messages()[0].id).value().body == text(3'500));
}

TEST_CASE("a message that nobody collected is sent anew; of one that is there twice nothing is") {
  MeshServer server;
  Sender sender(server);
  CHECK(sender.first(message("help")).outcome == Outcome::delivered);
  server.report_undelivered(server.messages()[0].id);
  CHECK(sender.look_up("local-1").outcome == Outcome::refused);
  CHECK(sender.again(message("help")).outcome == Outcome::delivered);
  CHECK(server.count("POST", "/outbox") == 2);
  CHECK(sender.again(message("help")).outcome == Outcome::refused);
  CHECK(server.count("POST", "/outbox") == 2);
}

TEST_CASE("who is not registered is refused, with MESH's code; who is not let in waits") {
  MeshServer server;
  auto to_nobody = message("help");
  to_nobody.to = "NOBODY";
  Sender sender(server);
  const auto refused = sender.first(to_nobody);
  CHECK(refused.outcome == Outcome::refused);
  CHECK(refused.reason == "HTTP 417, MESH 12");
  MeshClient wrong(quick(), {server.url(), "OURS", "not it", MeshServer::shared_key}, system_clock,
                   system_random);
  std::promise<Answer> promise;
  wrong.send_first(message("help"), [&](Answer answer) { promise.set_value(std::move(answer)); });
  CHECK(promise.get_future().get().outcome == Outcome::unknown);
}

TEST_CASE("every request has a token of its own") {
  MeshServer server;
  auto ours = inbox(server, "OURS");
  for (int i = 0; i < 3; ++i) CHECK(ours.handshake());
  CHECK(ours.list());
  MeshInbox stranger({}, {server.url(), "OURS", "guess", "guess"}, system_clock, system_random);
  CHECK(stranger.handshake().error().kind == Kind::forbidden);
  CHECK(stranger.list().error().kind == Kind::forbidden);
}

TEST_CASE("a report tells which message was not delivered, and holds nothing") {
  MeshServer server;
  CHECK(Sender(server).first(message("help")).outcome == Outcome::delivered);
  const auto sent = server.messages()[0].id;
  const auto report = inbox(server, "OURS").download(server.report_undelivered(sent)).value();
  CHECK(report.report);
  CHECK(report.local_id == "local-1");
  CHECK(report.linked_id == sent);
  CHECK(report.status_code == "14");
  CHECK(report.body.empty());
}

TEST_CASE("what is damaged, too large or incomplete is not taken for a message") {
  MeshServer server;
  MeshServer::Message bad;
  bad.from = "OURS";
  bad.to = "THEIRS";
  bad.encoding = "gzip";
  const auto whole = wire::gzip(text(3'000)).value();
  bad.chunks[1] = whole.substr(0, whole.size() / 2);
  const auto truncated = server.put(bad);
  bad.chunks[1] = whole;
  bad.checksum = std::string(64, '0');
  const auto changed = server.put(bad);
  bad.checksum.clear();
  bad.of = 3;
  const auto incomplete = server.put(bad);
  CHECK(inbox(server).download(truncated).error().kind == Kind::invalid);
  CHECK(inbox(server).download(changed).error().kind == Kind::invalid);
  CHECK(inbox(server).download(incomplete).error().kind == Kind::gone);
  bad.of = 1;
  const auto large = server.put(bad);
  CHECK(inbox(server, "THEIRS", 2'999).download(large).error().kind == Kind::too_costly);
  CHECK(inbox(server, "THEIRS", 3'000).download(large).value().body == text(3'000));
}

TEST_CASE("a chunk that comes broken is asked for again") {
  MeshServer server(once(When::before, "GET", "/inbox/", Reply{http(503)}));
  CHECK(Sender(server).first(message(text(2'500))).outcome == Outcome::delivered);
  CHECK(inbox(server).download(server.messages()[0].id).value().body == text(2'500));
}

TEST_CASE("chunks that do not say that they are of one message are not put together") {
  MeshServer server([](const Ask& ask, When when) -> std::optional<Reply> {
    if (when != When::after || !ask.path.ends_with("/2")) return std::nullopt;
    if (ask.method != "GET") return std::nullopt;
    return Reply{http(206, "Mex-Chunk-Range: 3:3\r\n", "x")};
  });
  CHECK(Sender(server).first(message(text(2'500))).outcome == Outcome::delivered);
  CHECK(inbox(server).download(server.messages()[0].id).error().kind == Kind::invalid);
}

TEST_CASE("closing ends a call that waits") {
  MeshServer server([](const Ask&, When) { return std::optional<Reply>(Reply{}); });
  auto ours = inbox(server, "OURS");
  auto waiting = std::async(std::launch::async, [&ours] { return ours.list(); });
  REQUIRE(eventually([&] { return server.asked().size() == 1; }));
  ours.close();
  CHECK(waiting.get().error().kind == Kind::busy);
  CHECK(ours.list().error().kind == Kind::busy);
}
