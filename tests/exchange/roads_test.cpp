#include "exchange/bars_transport.h"
#include "exchange/outbox_worker.h"
#include "exchange/outward.h"
#include "support/peer.h"
#include "watching.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::OutboxStatus;

namespace {

struct Spoken {
  Channel channel;
  Language carried;
  const char* kind;
};

store::OutboxRow bars_row(const std::string& key, const std::string& id) {
  store::OutboxRow row;
  row.lane = row.receiver = "links";
  row.idempotency_key = key;
  row.kind = bars_kind;
  row.body = R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":)"
             R"("MessageHeader","eventCoding":{"code":"servicerequest-request"},"id":")" +
             id + R"("}}]})";
  return row;
}
std::string response(const std::string& to) {
  return R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":)"
         R"("MessageHeader","id":"a","eventCoding":{"code":"servicerequest-response"},)"
         R"("response":{"identifier":")" +
         to + R"(","code":"ok"}}}]})";
}

// A service that is asked by BaRS, as the partner "links".
struct Asked : World {
  explicit Asked(const Peer& peer) : peer_(peer) {
    partners.list[1].channel = Channel::bars;
    partners.list[1].bars.base = peer.base();
    partners.list[1].bars.service = "2000099999";
  }
  remote::BarsClientOptions options() const {
    remote::BarsClientOptions made;
    made.http.bases = {peer_.base()};
    made.http.total_ms = 5'000;
    return made;
  }
  void put(std::vector<store::OutboxRow> rows) {
    store::Unit unit;
    unit.outbox = std::move(rows);
    REQUIRE(commit_now(*store, std::move(unit)));
  }

 private:
  const Peer& peer_;
};

OutboxOptions quick() {
  OutboxOptions options;
  options.poll_us = 1'000;
  options.retry.first_us = options.retry.unknown_first_us = 1'000;
  return options;
}

}  // namespace

TEST_CASE("a partner is told in the language of his road") {
  const auto row = GENERATE(Spoken{Channel::mllp, Language::bars, "hl7v2"},
                            Spoken{Channel::mesh, Language::hl7v2, "hl7v2"},
                            Spoken{Channel::mesh, Language::bars, "bars"},
                            Spoken{Channel::folder, Language::hl7v2, "hl7v2"},
                            Spoken{Channel::folder, Language::bars, "bars"},
                            Spoken{Channel::bars, Language::hl7v2, "bars"});
  Referred world;
  auto& practice = world.partners.list[0];
  practice.channel = row.channel;
  practice.carried = row.carried;
  world.parts.write_message = [](const Outward&) { return std::string("message"); };
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].kind == row.kind);
  CHECK(world.outbox()[0].body == "message");
  CHECK(world.outbox()[0].status == OutboxStatus::waiting);
}

TEST_CASE("a road that misses something is refused before it is used") {
  struct Row {
    const char* name;
    std::function<void(Partner&)> spoil;
  };
  const Row rows[] = {
      {"MESH without a mailbox",
       [](Partner& one) {
         one.channel = Channel::mesh;
         one.mesh = {"OURS", "", "WORK"};
       }},
      {"BaRS without a service",
       [](Partner& one) {
         one.channel = Channel::bars;
         one.bars.base = "https://bars.example";
       }},
      {"BaRS without a base",
       [](Partner& one) {
         one.channel = Channel::bars;
         one.bars.service = "1";
       }},
      {"a folder without a place to put files",
       [](Partner& one) { one.channel = Channel::folder; }},
      {"pins without TLS", [](Partner& one) { one.mllp.pins = {"sha256/x"}; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto partners = usual_partners();
    row.spoil(partners.list[0]);
    CHECK(check(partners).has_error());
  }
  auto partners = usual_partners();
  for (auto& one : partners.list) {
    one.channel = Channel::mesh;
    one.mesh = {"OURS", "THEIRS", "WORK"};
  }
  CHECK(check(partners).error().text == "two partners have one mailbox");
}

TEST_CASE("a message asks for the answers that its partner gives") {
  struct Row {
    AnswerMode mode;
    std::string before, after;
  };
  const auto row = GENERATE(
      Row{AnswerMode::original, "MSH|^~\\&|A|B\rPID|1\r", "MSH|^~\\&|A|B\rPID|1\r"},
      Row{AnswerMode::accept, "MSH|^~\\&|A|B|C|D|7||REF^I12|10|P|2.4\rPID|1\r",
          "MSH|^~\\&|A|B|C|D|7||REF^I12|10|P|2.4|||AL|NE\rPID|1\r"},
      Row{AnswerMode::enhanced, "MSH|^~\\&|A|B|C|D|7||REF^I12|10|P|2.5||||||UNICODE UTF-8\r",
          "MSH|^~\\&|A|B|C|D|7||REF^I12|10|P|2.5|||AL|AL||UNICODE UTF-8\r"},
      Row{AnswerMode::enhanced, "MSH#^~\\&#A", "MSH#^~\\&#A############AL#AL"},
      Row{AnswerMode::enhanced, "MS", "MS"});
  auto message = row.before;
  ask_for_answers(row.mode, message);
  CHECK(message == row.after);
}

TEST_CASE("a response to a BaRS message becomes an inbox row of the service that was asked") {
  const bool to_this = GENERATE(true, false);
  Peer peer(cut_http, [&](const std::string&) {
    return Reply{http(200, "", response(to_this ? "m1" : "m2"))};
  });
  Asked world(peer);
  world.put({bars_row("key-1", "m1")});
  remote::BarsClient client(world.options(), std::nullopt, world.clock, world.random);
  BarsTransport bars(client);
  OutboxWorker worker(world.parts, bars, quick());
  REQUIRE(eventually([&] { return worker.counts().delivered == 1; }));
  const auto rows = world.inbox();
  REQUIRE(rows.size() == (to_this ? 1 : 0));
  if (!to_this) return;
  CHECK(rows[0].source == "links");
  CHECK(rows[0].kind == "bars");
}

TEST_CASE(
    "F-5, F-23: every go at a BaRS message is the same request, and 409 says what became of it") {
  struct Row {
    const char* issue;
    OutboxStatus status;
  };
  const auto row =
      GENERATE(Row{"duplicate", OutboxStatus::delivered}, Row{"conflict", OutboxStatus::dead});
  std::atomic<int> goes{0};
  Peer peer(cut_http, [&](const std::string&) {
    if (++goes == 1) return Reply{std::nullopt, true};
    if (goes == 2) return Reply{http(503)};
    return Reply{http(409, "",
                      R"({"resourceType":"OperationOutcome","issue":[{"code":")" +
                          std::string(row.issue) + R"("}]})")};
  });
  Asked world(peer);
  world.put({bars_row("key-1", "m1")});
  remote::BarsClient client(world.options(), std::nullopt, world.clock, world.random);
  BarsTransport bars(client);
  OutboxWorker worker(world.parts, bars, quick());
  CHECK(eventually([&] {
    world.clock.advance(1'000'000);
    return world.reader()->outbox_row("key-1")->status == row.status;
  }));
  CHECK(worker.counts().looked_up == 0);
  const auto requests = peer.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0] == requests[1]);
  CHECK(requests[1] == requests[2]);
}
