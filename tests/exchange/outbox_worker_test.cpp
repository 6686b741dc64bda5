#include "exchange/outbox_worker.h"

#include "support/peer.h"
#include "world.h"

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using remote::Answer;
using remote::Outcome;
using store::OutboxStatus;

namespace {

store::OutboxRow row(const std::string& lane, const std::string& order, const std::string& key) {
  store::OutboxRow made;
  made.lane = lane;
  made.receiver = lane;
  made.order_key = order;
  made.idempotency_key = key;
  made.kind = "fhir-transaction";
  made.body = "{}";
  return made;
}
void put(World& world, std::vector<store::OutboxRow> rows) {
  store::Unit unit;
  unit.outbox = std::move(rows);
  REQUIRE(commit_now(*world.store, std::move(unit)));
}
OutboxOptions quick() {
  OutboxOptions options;
  options.poll_us = 1'000;
  return options;
}
std::map<std::string, OutboxStatus> statuses(World& world) {
  std::map<std::string, OutboxStatus> found;
  for (const auto& one : world.outbox()) found[one.idempotency_key] = one.status;
  return found;
}
bool all_are(World& world, OutboxStatus status) {
  for (const auto& [key, found] : statuses(world))
    if (found != status) return false;
  return true;
}
const Answer good{Outcome::delivered, "HTTP 200", 0, 200, ""};

// A store that takes nothing while it is told to.
class FullStore final : public store::Store {
 public:
  explicit FullStore(store::Store& behind) : behind_(behind) {}
  void commit(store::Unit unit, store::Completion completion) override {
    if (!full) return behind_.commit(std::move(unit), std::move(completion));
    ++refused;
    completion(Error{Kind::busy, "full", ""});
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return store::Health::full; }

  std::atomic<bool> full{false};
  std::atomic<int> refused{0};

 private:
  store::Store& behind_;
};

}  // namespace

TEST_CASE("rows are delivered once each, in order within their order key") {
  World world;
  std::vector<store::OutboxRow> rows;
  for (int i = 0; i < 30; ++i)
    rows.push_back(row(i % 2 ? "links" : "other", "p" + std::to_string(i % 3), std::to_string(i)));
  put(world, rows);
  FakeTransport transport([](const store::OutboxRow&) { return good; });
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] { return all_are(world, OutboxStatus::delivered); }));
  std::map<std::string, int> last;
  for (const auto& sent : transport.sent()) {
    auto& before = last[sent.lane + sent.order_key];
    CHECK(before <= std::stoi(sent.idempotency_key));
    before = std::stoi(sent.idempotency_key);
  }
  CHECK(transport.sent().size() == 30);
  CHECK(worker.counts().delivered == 30);
}

TEST_CASE("a full store is asked in pauses, and nothing is lost or sent twice meanwhile") {
  World world;
  FullStore disk(*world.store);
  exchange::Parts parts{definitions(),   parameters(), disk,
                        world.partners,  world.clock,  world.random,
                        small_translate, {},           {}};
  auto left_sending = row("links", "a", "1");
  left_sending.status = OutboxStatus::sending;  // by a crash
  put(world, {left_sending, row("links", "a", "2")});
  // It is full at the start, and again when the first answer comes.
  const bool full_at_start = GENERATE(true, false);
  disk.full = full_at_start;
  FakeTransport transport([&](const store::OutboxRow&) {
    if (disk.refused == 0) disk.full = true;
    return good;
  });
  OutboxWorker worker(parts, transport, quick());
  REQUIRE(eventually([&] { return disk.refused >= 20; }));
  const int before = disk.refused;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(disk.refused - before < 500);  // a pause of 1 ms and a few commits each; thousands without
  CHECK(worker.counts().delivered == 0);
  disk.full = false;
  CHECK(eventually([&] { return all_are(world, OutboxStatus::delivered); }));
  CHECK(transport.sent().size() == 2);
  CHECK(eventually([&] { return worker.counts().delivered == 2; }));
}

TEST_CASE("a silent receiver holds up its own lane alone") {
  World world;
  put(world, {row("links", "a", "1"), row("links", "a", "2"), row("other", "a", "3"),
              row("links", "b", "4")});
  FakeTransport transport([](const store::OutboxRow& one) {
    if (one.idempotency_key == "1") return Answer{Outcome::unknown, "silent", 0, 0, ""};
    return good;
  });
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] {
    const auto now = statuses(world);
    return now.at("3") == OutboxStatus::delivered && now.at("4") == OutboxStatus::delivered;
  }));
  CHECK(statuses(world).at("1") == OutboxStatus::sending);
  CHECK(statuses(world).at("2") == OutboxStatus::waiting);  // its turn is after 1
}

TEST_CASE("what fails for a time comes back under its own key, later each time") {
  World world;
  put(world, {row("links", "a", "1")});
  std::atomic<int> goes{0};
  FakeTransport transport([&](const store::OutboxRow&) {
    return ++goes < 4 ? Answer{Outcome::later, "HTTP 503", 0, 503, ""} : good;
  });
  OutboxWorker worker(world.parts, transport, quick());
  for (int i = 1; i < 4; ++i) {
    CHECK(eventually([&] {
      const auto now = world.outbox().at(0);
      return now.attempts == i && now.status == OutboxStatus::waiting;
    }));
    const auto now = world.outbox().at(0);
    CHECK(now.due_us > world.clock.now_us());
    CHECK(now.note == "later: HTTP 503");
    world.clock.advance(60'000'000);
  }
  CHECK(eventually([&] { return all_are(world, OutboxStatus::delivered); }));
  for (const auto& sent : transport.sent()) CHECK(sent.idempotency_key == "1");
}

TEST_CASE("a refusal is a dead letter with its reason, and the next of its kind goes on") {
  World world;
  put(world, {row("links", "a", "1"), row("links", "a", "2"), row("gone", "a", "3")});
  FakeTransport transport([](const store::OutboxRow& one) {
    if (one.idempotency_key == "1") return Answer{Outcome::refused, "HTTP 422", 0, 422, ""};
    return good;
  });
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] {
    const auto now = statuses(world);
    return now.at("1") == OutboxStatus::dead && now.at("2") == OutboxStatus::delivered &&
           now.at("3") == OutboxStatus::dead;
  }));
  CHECK(world.outbox().at(0).note == "refused: HTTP 422");
  CHECK(world.outbox().at(2).note == "refused: no partner of this name");
}

TEST_CASE("a conflict is resolved by asking the peer") {
  struct Row {
    Outcome found;
    OutboxStatus status;
  };
  const auto one = GENERATE(Row{Outcome::delivered, OutboxStatus::delivered},
                            Row{Outcome::later, OutboxStatus::waiting});
  World world;
  put(world, {row("links", "a", "1")});
  FakeTransport transport([](const store::OutboxRow&) {
    return Answer{Outcome::unknown, "HTTP 409", 0, 409, ""};
  });
  transport.found = {one.found, "asked", 0, 200, ""};
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] {
    const auto now = world.outbox().at(0);
    return now.status == one.status && now.attempts == 1;
  }));
  CHECK(transport.looked_up == 1);
}

TEST_CASE("rows a crash left under way go out again under the same key") {
  World world;
  auto left = row("links", "a", "1");
  left.status = OutboxStatus::sending;
  left.attempts = 1;
  put(world, {left, row("links", "a", "2")});
  FakeTransport transport([](const store::OutboxRow&) { return good; });
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] { return all_are(world, OutboxStatus::delivered); }));
  REQUIRE(transport.sent().size() == 2);
  CHECK(transport.sent()[0].idempotency_key == "1");
  CHECK(transport.sent()[0].attempts == 2);
}

TEST_CASE("a held lane waits until it is released") {
  World world;
  store::Unit hold;
  hold.lanes = {{"links", true}};
  REQUIRE(commit_now(*world.store, std::move(hold)));
  put(world, {row("links", "a", "1"), row("other", "a", "2")});
  FakeTransport transport([](const store::OutboxRow&) { return good; });
  OutboxWorker worker(world.parts, transport, quick());
  CHECK(eventually([&] { return statuses(world).at("2") == OutboxStatus::delivered; }));
  CHECK(statuses(world).at("1") == OutboxStatus::waiting);
  store::Unit release;
  release.lanes = {{"links", false}};
  REQUIRE(commit_now(*world.store, std::move(release)));
  CHECK(eventually([&] { return all_are(world, OutboxStatus::delivered); }));
}
