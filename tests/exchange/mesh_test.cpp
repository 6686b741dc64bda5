#include "exchange/inbox_worker.h"
#include "exchange/intake.h"
#include "exchange/mesh_intake.h"
#include "exchange/mesh_transport.h"
#include "exchange/outbox_worker.h"
#include "support/mesh_server.h"
#include "world.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;
using store::OutboxStatus;
using When = MeshServer::When;
using Ask = MeshServer::Ask;

namespace {

// The practice and the link workers, each with a mailbox; ours is HUB.
struct MeshWorld : World {
  explicit MeshWorld(const MeshServer& at) : server(at) {
    for (auto& one : partners.list) {
      if (one.id != "practice" && one.id != "links") continue;
      one.channel = Channel::mesh;
      one.mesh = {"HUB", one.id == "links" ? "LINKS" : "PRACTICE", "REFERRALS"};
    }
  }
  remote::MeshMailbox mailbox(const std::string& name = "HUB") {
    return {server.url(), name, MeshServer::password, MeshServer::shared_key};
  }
  MeshClients clients() {
    remote::MeshClientOptions options;
    options.http.total_ms = 5'000;
    options.unknown_wait_us = 1'000;
    MeshClients made;
    made["HUB"] = std::make_unique<remote::MeshClient>(options, mailbox(), clock, random);
    return made;
  }
  // As often as the test's clock lets it: polls follow each other at once.
  std::unique_ptr<MeshIntake> intake() {
    remote::MeshInboxOptions options;
    options.http.total_ms = 5'000;
    options.message_bytes = 100'000;
    MeshIntakeOptions how;
    how.poll_us = 1'000;
    return std::make_unique<MeshIntake>(
        parts, std::make_unique<remote::MeshInbox>(options, mailbox(), clock, random), how,
        [this](const std::string&, const Error& error) {
          const std::lock_guard lock(mutex);
          troubles.push_back(error);
        });
  }
  std::vector<Error> told() {
    const std::lock_guard lock(mutex);
    return troubles;
  }
  store::OutboxRow put(const std::string& key, OutboxStatus status = OutboxStatus::waiting) {
    store::OutboxRow row;
    row.lane = row.receiver = "links";
    row.idempotency_key = key;
    row.kind = "hl7v2";
    row.body = referral_message("M-" + key, key);
    row.status = status;
    store::Unit unit;
    unit.outbox = {row};
    REQUIRE(commit_now(*store, std::move(unit)));
    return row;
  }
  OutboxStatus status(const std::string& key) { return reader()->outbox_row(key).value().status; }

  const MeshServer& server;
  std::mutex mutex;
  std::vector<Error> troubles;
};

MeshServer::Message for_us(const std::string& from, const std::string& body) {
  MeshServer::Message message;
  message.from = from;
  message.to = "HUB";
  message.workflow = "REFERRALS";
  message.chunks[1] = body;
  return message;
}
int waiting_in(const MeshServer& server, const std::string& mailbox) {
  int found = 0;
  for (const auto& message : server.messages())
    found += message.to == mailbox && message.status == "Accepted" ? 1 : 0;
  return found;
}
OutboxOptions quick() {
  OutboxOptions options;
  options.poll_us = 1'000;
  options.retry.first_us = 1;
  options.retry.unknown_first_us = 1;
  return options;
}

}  // namespace

TEST_CASE("a row to a MESH partner is a message in his mailbox, under the row's own key") {
  MeshServer server;
  MeshWorld world(server);
  const auto row = world.put("key-1");
  MeshTransport mesh(world.clients());
  Wires wires(world.parts, {}, {});
  wires.add(Channel::mesh, mesh);
  OutboxWorker worker(world.parts, wires, quick());
  REQUIRE(eventually([&] { return world.status("key-1") == OutboxStatus::delivered; }));
  const auto sent = server.messages();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].to == "LINKS");
  CHECK(sent[0].local_id == "key-1");
  CHECK(world.reader()->outbox_row("key-1")->note == "delivered: MESH message " + sent[0].id);
  remote::MeshInbox theirs({}, world.mailbox("LINKS"), world.clock, world.random);
  CHECK(theirs.download(sent[0].id).value().body == row.body);
}

TEST_CASE("F-5, F-27: MESH takes a message and its answer is lost: it is there once") {
  std::atomic<int> lost{3};
  MeshServer server([&](const Ask& ask, When when) -> std::optional<Reply> {
    if (ask.path != "/outbox" || when != When::after || lost-- <= 0) return std::nullopt;
    return Reply{std::nullopt, true};
  });
  MeshWorld world(server);
  for (int i = 0; i < 5; ++i) world.put("key-" + std::to_string(i));
  MeshTransport mesh(world.clients());
  OutboxWorker worker(world.parts, mesh, quick());
  CHECK(eventually([&] {
    world.clock.advance(1'000'000);
    return worker.counts().delivered == 5;
  }));
  CHECK(server.messages().size() == 5);
  CHECK(worker.counts().retried == 3);
}

TEST_CASE("F-5: what a crash left under way is looked for before it is sent, and is there once") {
  MeshServer server;
  MeshWorld world(server);
  const auto row = world.put("key-1", OutboxStatus::sending);
  world.put("key-2", OutboxStatus::sending);
  {
    MeshTransport before(world.clients());
    std::atomic<bool> done{false};
    before.send(row, world.partners.list[1], [&](const remote::Answer&) { done = true; });
    REQUIRE(eventually([&] { return done.load(); }));
  }
  MeshTransport mesh(world.clients());
  OutboxWorker worker(world.parts, mesh, quick());
  CHECK(eventually([&] {
    world.clock.advance(1'000'000);
    return worker.counts().delivered == 2;
  }));
  CHECK(server.messages().size() == 2);
  CHECK(server.count("POST", "/outbox") == 2);
}

TEST_CASE("F-5: what a crash left on its way to MESH is left alone until MESH can know of it") {
  MeshServer server;
  MeshWorld world(server);
  world.put("key-1", OutboxStatus::sending);
  world.put("key-2");
  MeshTransport mesh(world.clients());
  OutboxWorker worker(world.parts, mesh, quick());
  REQUIRE(eventually([&] { return worker.counts().delivered == 1; }));
  CHECK(world.status("key-1") == OutboxStatus::waiting);
  CHECK(server.count("GET", "/outbox/tracking") == 0);
  CHECK(world.reader()->outbox_row("key-1")->due_us - world.clock.now_us() > 50'000'000);
}

TEST_CASE("a row that a person sends again is looked for too") {
  MeshServer server;
  MeshWorld world(server);
  auto row = world.put("key-1");
  MeshTransport mesh(world.clients());
  const auto send = [&] {
    std::atomic<bool> done{false};
    mesh.send(row, world.partners.list[1], [&](const remote::Answer&) { done = true; });
    REQUIRE(eventually([&] { return done.load(); }));
  };
  row.attempts = 1;
  send();
  row.note = "sent again by an operator";
  send();
  CHECK(server.messages().size() == 1);
}

TEST_CASE("what nobody collected is sent anew by a person, and not by itself") {
  MeshServer server;
  MeshWorld world(server);
  auto row = world.put("key-1");
  MeshTransport mesh(world.clients());
  const auto send = [&] {
    std::promise<remote::Answer> promise;
    mesh.send(row, world.partners.list[1],
              [&](remote::Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get().outcome;
  };
  row.attempts = 1;
  CHECK(send() == remote::Outcome::delivered);
  server.report_undelivered(server.messages()[0].id);
  row.attempts = 2;
  row.note = "unknown: no answer";
  CHECK(send() == remote::Outcome::refused);
  CHECK(server.count("POST", "/outbox") == 1);
  row.attempts = 1;
  row.note = "sent again by an operator";
  CHECK(send() == remote::Outcome::delivered);
  CHECK(server.count("POST", "/outbox") == 2);
}

TEST_CASE("a message in our mailbox is kept, then acknowledged, then applied") {
  MeshServer server;
  MeshWorld world(server);
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  const auto rows = world.inbox();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].source == "practice");
  Intake taking(world.parts);
  InboxWorker worker(world.parts, taking, {3, 1, 1'000});
  CHECK(eventually([&] { return world.task_status("r1") == "requested"; }));
  // The practice is answered the same way.
  CHECK(eventually([&] {
    for (const auto& row : world.outbox())
      if (row.receiver == "practice" && row.kind == "hl7v2-answer") return true;
    return false;
  }));
  CHECK(world.told().empty());
}

TEST_CASE("F-27: nothing is acknowledged to MESH before it is durable here") {
  MeshWorld* here = nullptr;
  std::atomic<bool> early{false};
  MeshServer server([&](const Ask& ask, When when) -> std::optional<Reply> {
    if (when == When::before && ask.method == "PUT" && here->inbox().empty()) early = true;
    return std::nullopt;
  });
  MeshWorld world(server);
  here = &world;
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  CHECK(!early);
}

TEST_CASE("F-2, F-27: a stop between keeping and acknowledging neither loses nor doubles") {
  std::atomic<bool> stuck{true};
  MeshServer server([&](const Ask& ask, When when) -> std::optional<Reply> {
    if (ask.method != "PUT" || when != When::before || !stuck) return std::nullopt;
    return Reply{std::nullopt, true};
  });
  MeshWorld world(server);
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  server.put(for_us("LINKS", referral_message("M1", "r2")));
  {
    const auto killed = world.intake();
    REQUIRE(eventually([&] { return world.inbox().size() == 2; }));
  }
  CHECK(waiting_in(server, "HUB") == 2);
  stuck = false;
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  CHECK(world.inbox().size() == 2);
}

TEST_CASE("the same message in two envelopes is one; another under its key waits for a person") {
  MeshServer server;
  MeshWorld world(server);
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  server.put(for_us("PRACTICE", referral_message("M1", "r1", "", "", "LINK1", "changed")));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  const auto rows = world.inbox();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].status == InboxStatus::received);
  CHECK(rows[1].status == InboxStatus::quarantined);
}

TEST_CASE("what nobody can use is kept for a person, and MESH is told that it is safe") {
  struct Row {
    const char* from;
    std::string body;
    const char* note;
  };
  const std::string refusing = "MSH|^~\\&|L|L|H|H|2026||ACK|A7|P|2.4\rMSA|AE|X\r";
  const auto row =
      GENERATE_COPY(Row{"STRANGER", referral_message("M1", "r1"),
                        "no partner of the configuration sends from there"},
                    Row{"PRACTICE", "%PDF-1.7", "neither an HL7 v2 nor a BaRS message"},
                    Row{"PRACTICE", refusing, "an acknowledgement that refuses a message of ours"},
                    Row{"PRACTICE", "MSH|^~\\&|GP|S|H|H|2026||REF^I12|M1|P|1.0\r", ""});
  CAPTURE(row.body);
  MeshServer server;
  MeshWorld world(server);
  server.put(for_us(row.from, row.body));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  REQUIRE(world.inbox().size() == 1);
  const auto kept = world.inbox()[0];
  CHECK(kept.status == InboxStatus::quarantined);
  if (*row.note != '\0') CHECK(kept.note == row.note);
}

TEST_CASE("an acknowledgement that says yes needs nobody") {
  MeshServer server;
  MeshWorld world(server);
  server.put(for_us("LINKS", "MSH|^~\\&|L|L|H|H|2026||ACK|A7|P|2.4\rMSA|AA|X\r"));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  CHECK(world.inbox().at(0).status == InboxStatus::applied);
}

TEST_CASE("a page of damaged messages hides nothing behind it") {
  MeshServer server;
  server.list_by(3);
  MeshWorld world(server);
  for (int i = 0; i < 7; ++i) {
    auto bad = for_us("PRACTICE", referral_message("B" + std::to_string(i), "b"));
    bad.checksum = std::string(64, 'a');
    server.put(bad);
  }
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  server.put(for_us("PRACTICE", referral_message("M2", "r2")));
  const auto intake = world.intake();
  CHECK(eventually([&] { return waiting_in(server, "HUB") == 7; }));
  int kept = 0;
  for (const auto& row : world.inbox()) kept += row.kind == "hl7v2" ? 1 : 0;
  CHECK(kept == 2);
  // However often the lists are looked at, nothing damaged is downloaded again before its time.
  const auto listed = server.count("GET", "/inbox");
  REQUIRE(eventually([&] { return server.count("GET", "/inbox") > listed + 8; }));
  CHECK(server.count("GET", "/inbox/") == 9);
  world.clock.advance(1'000);  // the time of a poll
  CHECK(eventually([&] { return server.count("GET", "/inbox/") == 16; }));
}

TEST_CASE("a mailbox whose lists never end is looked at again all the same") {
  MeshServer server;
  server.list_for_ever();
  MeshWorld world(server);
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  const auto intake = world.intake();
  const auto looks = [&] {
    int found = 0;
    for (const auto& ask : server.asked())
      found += ask.method == "GET" && ask.path == "/inbox" ? 1 : 0;
    return found;
  };
  CHECK(eventually([&] { return looks() > 2; }));
  CHECK(waiting_in(server, "HUB") == 0);
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("a message that is damaged stays with MESH and holds up no other") {
  MeshServer server;
  MeshWorld world(server);
  auto bad = for_us("PRACTICE", referral_message("M1", "r1"));
  bad.checksum = std::string(64, 'a');
  server.put(bad);
  server.put(for_us("PRACTICE", referral_message("M2", "r2")));
  const auto intake = world.intake();
  CHECK(eventually([&] { return waiting_in(server, "HUB") == 1; }));
  REQUIRE(eventually([&] { return server.count("GET", "/inbox") > 8; }));
  const auto rows = world.inbox();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].kind == "mesh-damaged");
  CHECK(rows[0].status == InboxStatus::quarantined);  // MESH's own id of it, and why
  CHECK(rows[1].source == "practice");
  CHECK(world.told().size() == 1);  // once, however often it is tried
}

TEST_CASE("F-27: a report marks the row that it is about, and no other") {
  MeshServer server;
  MeshWorld world(server);
  world.put("key-1");
  world.put("key-2");
  MeshTransport mesh(world.clients());
  OutboxWorker worker(world.parts, mesh, quick());
  REQUIRE(eventually([&] { return worker.counts().delivered == 2; }));
  std::string first;
  for (const auto& message : server.messages())
    if (message.local_id == "key-1") first = message.id;
  server.report_undelivered(first);
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return waiting_in(server, "HUB") == 0; }));
  CHECK(world.status("key-1") == OutboxStatus::dead);
  CHECK(world.reader()->outbox_row("key-1")->note == "not delivered: MESH 14");
  CHECK(world.status("key-2") == OutboxStatus::delivered);
  CHECK(world.inbox().at(0).status == InboxStatus::applied);
}

TEST_CASE("a report of what is not in the outbox so waits for a person and changes nothing") {
  struct Row {
    const char* local_id;
    const char* linked_id;
    OutboxStatus status;
    const char* mailbox;
  };
  const auto row = GENERATE(Row{"other", "A1", OutboxStatus::delivered, "HUB"},
                            Row{"", "A1", OutboxStatus::delivered, "HUB"},
                            Row{"key-1", "A2", OutboxStatus::delivered, "HUB"},  // of an older go
                            Row{"key-1", "A1", OutboxStatus::waiting, "HUB"},
                            Row{"key-1", "A1", OutboxStatus::cancelled, "HUB"},
                            Row{"key-1", "A1", OutboxStatus::delivered, "ANOTHER"});
  CAPTURE(row.local_id, row.linked_id, row.mailbox);
  MeshServer server;
  MeshWorld world(server);
  world.put("key-1");
  store::Unit unit;
  unit.outbox_updates.emplace_back();
  unit.outbox_updates[0].id = world.outbox()[0].id;
  unit.outbox_updates[0].status = row.status;
  unit.outbox_updates[0].note = "delivered: MESH message A1";
  REQUIRE(commit_now(*world.store, std::move(unit)));
  remote::MeshReceived report;
  report.id = "R1";
  report.report = true;
  report.local_id = row.local_id;
  report.linked_id = row.linked_id;
  report.status_code = "14";
  CHECK(keep_report(world.parts, row.mailbox, report));
  CHECK(world.status("key-1") == row.status);
  CHECK(world.inbox().at(0).status == InboxStatus::quarantined);
  CHECK(keep_report(world.parts, row.mailbox, report));  // the same again
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("a mailbox that is not let in is told of, and asked again") {
  std::atomic<bool> closed{true};
  MeshServer server([&](const Ask&, When) -> std::optional<Reply> {
    if (!closed) return std::nullopt;
    return Reply{http(403)};
  });
  MeshWorld world(server);
  server.put(for_us("PRACTICE", referral_message("M1", "r1")));
  const auto intake = world.intake();
  REQUIRE(eventually([&] { return server.asked().size() >= 3; }));
  CHECK(world.told().size() == 1);
  closed = false;
  CHECK(eventually([&] { return world.inbox().size() == 1; }));
}
