#include "exchange/noticing_store.h"

#include "exchange/outbox_worker.h"
#include "support/peer.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;
using store::OutboxStatus;

namespace {

// A store whose disk a test fills and breaks.
class Disk final : public store::Store {
 public:
  explicit Disk(store::Store& behind) : behind_(behind) {}
  void commit(store::Unit unit, store::Completion completion) override {
    if (state == store::Health::good) return behind_.commit(std::move(unit), std::move(completion));
    completion(Error{Kind::busy, "full", ""});
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return state; }

  store::Health state = store::Health::good;

 private:
  store::Store& behind_;
};

struct Watched : World {
  Disk disk{*store};
  NoticingStore noticing{disk};
  std::vector<std::string> notices;
  int woken = 0;

  Watched() {
    noticing.hook({[this] { ++woken; },
                   [this](const Notice& notice) {
                     notices.push_back(std::string(name(notice.what)) + " " +
                                       std::to_string(notice.id) + " " + notice.kind + " " +
                                       notice.reason);
                   }});
  }
  Result<store::UnitOutcome> commit(store::Unit unit) {
    return commit_now(noticing, std::move(unit));
  }
};

store::Unit with_message(const std::string& key, InboxStatus status) {
  store::Unit unit;
  unit.inbox = store::InboxRow{};
  unit.inbox->kind = "hl7v2";
  unit.inbox->key = key;
  unit.inbox->status = status;
  unit.inbox->note = "PID-5: missing";
  unit.inbox->raw = "MSH|^~\\&|SECRET";
  return unit;
}
store::OutboxRow to_send(const std::string& key, OutboxStatus status) {
  store::OutboxRow row;
  row.lane = "links";
  row.receiver = "links";
  row.kind = "fhir-transaction";
  row.idempotency_key = key;
  row.status = status;
  row.note = "not written";
  return row;
}

}  // namespace

TEST_CASE("rows that need a person are told of when they are durable, each once") {
  Watched world;
  REQUIRE(world.commit(with_message("1", InboxStatus::applied)));
  CHECK(world.notices.empty());
  REQUIRE(world.commit(with_message("2", InboxStatus::refused)));
  REQUIRE(world.commit(with_message("2", InboxStatus::refused)));  // there already
  REQUIRE(world.commit(with_message("3", InboxStatus::quarantined)));
  store::Unit unit;
  unit.inbox_updates.push_back({1, InboxStatus::refused, {}, "late", {}, {}, {}, "hl7v2"});
  unit.outbox = {to_send("a", OutboxStatus::delivered), to_send("b", OutboxStatus::dead)};
  REQUIRE(world.commit(std::move(unit)));
  store::Unit again;
  again.outbox = {to_send("b", OutboxStatus::dead)};  // there already
  again.outbox_updates.push_back({1, OutboxStatus::dead, "refused: HTTP 422", {}, {}, "kind"});
  REQUIRE(world.commit(std::move(again)));
  CHECK(world.notices == std::vector<std::string>{"inbox row refused 2 hl7v2 PID-5: missing",
                                                  "inbox row quarantined 3 hl7v2 PID-5: missing",
                                                  "inbox row refused 1 hl7v2 late",
                                                  "outbox row dead 2 fhir-transaction not written",
                                                  "outbox row dead 1 kind refused: HTTP 422"});
}

TEST_CASE("an extract is told of when it was left unfinished, not while it is being taken") {
  Watched world;
  const std::string kind = GENERATE("tpp", "emis");
  auto begun = with_message("1", InboxStatus::quarantined);
  begun.inbox->kind = kind;
  REQUIRE(world.commit(std::move(begun)));
  CHECK(world.notices.empty());
  store::Unit left;
  left.inbox_updates.push_back({1, InboxStatus::quarantined, {}, "left", {}, {}, {}, kind});
  REQUIRE(world.commit(std::move(left)));
  CHECK(world.notices == std::vector<std::string>{"inbox row quarantined 1 " + kind + " left"});
}

TEST_CASE("what was not committed is not told of") {
  Watched world;
  store::Unit unit;
  unit.inbox_updates.push_back({9, InboxStatus::refused, {}, {}, {}, {}});
  CHECK(world.commit(std::move(unit)).has_error());
  CHECK(world.notices.empty());
}

TEST_CASE("a store that takes nothing is told of when it begins and when it ends") {
  Watched world;
  world.disk.state = store::Health::full;
  for (int i = 0; i < 3; ++i)
    CHECK(world.commit(with_message("1", InboxStatus::applied)).has_error());
  CHECK(world.notices == std::vector<std::string>{"store full 0  "});
  world.disk.state = store::Health::good;
  REQUIRE(world.commit(with_message("1", InboxStatus::applied)));
  CHECK(world.notices.back() == "store good 0  ");
  world.disk.state = store::Health::stopped;
  CHECK(world.commit(with_message("2", InboxStatus::applied)).has_error());
  CHECK(world.notices.back() == "store stopped 0  ");
}

TEST_CASE("a row to send wakes the worker, whatever its next look would have been") {
  World world;
  NoticingStore noticing(*world.store);
  const exchange::Parts parts{definitions(),   parameters(), noticing,
                              world.partners,  world.clock,  world.random,
                              small_translate, {},           {}};
  FakeTransport transport([](const store::OutboxRow&) {
    return remote::Answer{remote::Outcome::delivered, "HTTP 200", 0, 200, ""};
  });
  OutboxOptions options;
  options.poll_us = 3'600'000'000;
  OutboxWorker worker(parts, transport, options);
  noticing.hook({[&worker] { worker.wake(); }, {}});
  // One after another, so that each finds the worker waiting.
  for (int i = 1; i <= 3; ++i) {
    store::Unit unit;
    unit.outbox = {to_send(std::to_string(i), OutboxStatus::waiting)};
    unit.outbox[0].body = "{}";
    REQUIRE(commit_now(noticing, std::move(unit)));
    CHECK(eventually([&] { return worker.counts().delivered == static_cast<unsigned>(i); }));
  }
  noticing.silence();
}

TEST_CASE("after silence nothing is told, and commits go on") {
  Watched world;
  world.noticing.silence();
  REQUIRE(world.commit(with_message("1", InboxStatus::refused)));
  CHECK(world.notices.empty());
}
