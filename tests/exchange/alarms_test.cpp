#include "exchange/alarms.h"

#include "support/peer.h"
#include "world.h"

#include <algorithm>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;
using store::OutboxStatus;
using What = Alarm::What;

namespace {

constexpr std::int64_t minute_us = 60'000'000;

void put(World& world, const std::string& lane, OutboxStatus status, const std::string& key) {
  store::Unit unit;
  store::OutboxRow row;
  row.lane = row.receiver = lane;
  row.idempotency_key = key;
  row.body = "{}";
  row.status = status;
  unit.outbox.push_back(row);
  REQUIRE(commit_now(*world.store, std::move(unit)));
}

void receive(World& world, const std::string& source, InboxStatus status) {
  store::Unit unit;
  store::InboxRow row;
  row.source = source;
  row.key = std::string(store::name(status));
  row.status = status;
  unit.inbox = row;
  REQUIRE(commit_now(*world.store, std::move(unit)));
}

// "outbox old links 1;" of each that stands, in order.
std::string standing(World& world, const AlarmOptions& options, const Heard& heard,
                     store::Health health = store::Health::good) {
  const auto reader = world.reader();
  const auto found = alarms(*reader, health, heard, options, world.clock.now_us());
  REQUIRE(found);
  std::string text;
  for (const auto& alarm : *found)
    text +=
        std::string(name(alarm.what)) + " " + alarm.subject + " " + std::to_string(alarm.row) + ";";
  return text;
}

}  // namespace

TEST_CASE("a row that waits longer than its time is an alarm of its lane, whatever it waits for") {
  const auto status = GENERATE(OutboxStatus::waiting, OutboxStatus::sending, OutboxStatus::held,
                               OutboxStatus::delivered, OutboxStatus::cancelled);
  CAPTURE(store::name(status));
  World world;
  put(world, "links", status, "1");
  const Heard heard({}, world.clock.now_us());
  world.clock.advance(60 * minute_us);
  CHECK(standing(world, {}, heard).empty());
  world.clock.advance(minute_us);
  const bool open = store::is_open(status);
  CHECK(standing(world, {}, heard).starts_with(open ? "outbox old links " : ""));
  CHECK(standing(world, {}, heard).empty() == !open);
}

TEST_CASE("each lane, source and state that needs somebody is one alarm, with its oldest row") {
  World world;
  put(world, "links", OutboxStatus::waiting, "1");
  put(world, "links", OutboxStatus::waiting, "2");
  put(world, "other", OutboxStatus::dead, "3");
  put(world, "other", OutboxStatus::dead, "4");
  receive(world, "practice", InboxStatus::received);
  receive(world, "surgery", InboxStatus::quarantined);
  receive(world, "surgery", InboxStatus::refused);
  receive(world, "surgery", InboxStatus::applied);
  const Heard heard({}, world.clock.now_us());
  CHECK(standing(world, {}, heard) == "outbox dead other 3;inbox quarantined  2;");
  world.clock.advance(16 * minute_us);
  CHECK(standing(world, {}, heard) ==
        "outbox dead other 3;inbox old practice 1;inbox quarantined  2;");
  world.clock.advance(60 * minute_us);
  CHECK(standing(world, {}, heard, store::Health::full) ==
        "store full 0;outbox old links 1;outbox dead other 3;inbox old practice 1;"
        "inbox quarantined  2;");
}

TEST_CASE("a partner is quiet when it sent nothing for its own time") {
  World world;
  AlarmOptions options;
  options.quiet = {{"practice", 10 * minute_us}, {"links", 60 * minute_us}};
  Heard heard(options.quiet, world.clock.now_us());
  world.clock.advance(10 * minute_us);
  CHECK(standing(world, options, heard).empty());
  world.clock.advance(minute_us);
  CHECK(standing(world, options, heard) == "partner quiet practice 0;");
  heard.hear("somebody", world.clock.now_us());
  heard.hear("practice", world.clock.now_us());
  CHECK(standing(world, options, heard).empty());
  world.clock.advance(61 * minute_us);
  CHECK(standing(world, options, heard) == "partner quiet practice 0;partner quiet links 0;");
}

TEST_CASE("a certificate that ends soon is an alarm, until there is another in its place") {
  World world;
  constexpr std::int64_t day_us = 24 * 60 * minute_us;
  AlarmOptions options;
  options.certificate_us = 7 * day_us;
  auto ends_us = world.clock.now_us() + 8 * day_us;
  options.certificates = [&ends_us] { return std::vector<Certificate>{{"http", ends_us}}; };
  const Heard heard({}, world.clock.now_us());
  CHECK(standing(world, options, heard).empty());
  world.clock.advance(2 * day_us);
  CHECK(standing(world, options, heard) == "certificate ends http 0;");
  world.clock.advance(30 * day_us);
  CHECK(standing(world, options, heard) == "certificate ends http 0;");
  ends_us = world.clock.now_us() + 90 * day_us;
  CHECK(standing(world, options, heard).empty());
}

TEST_CASE("an alarm is told when it begins and when it has passed, and not between") {
  World world;
  const Heard heard({}, world.clock.now_us());
  AlarmOptions options;
  options.poll_us = 1'000;
  std::mutex mutex;
  std::vector<std::string> told;
  const auto so_far = [&] {
    const std::lock_guard lock(mutex);
    return told;
  };
  put(world, "links", OutboxStatus::dead, "1");
  AlarmWatch watch(*world.store, world.clock, heard, options, [&](const Alarm& alarm, bool raised) {
    const std::lock_guard lock(mutex);
    told.push_back((raised ? "+" : "-") + alarm.subject);
  });
  REQUIRE(eventually([&] { return so_far().size() == 1; }));
  CHECK(watch.standing().size() == 1);
  put(world, "other", OutboxStatus::dead, "2");
  REQUIRE(eventually([&] { return so_far().size() == 2; }));
  store::Unit unit;
  unit.outbox_updates.push_back({1, OutboxStatus::cancelled, {}, {}, {}});
  REQUIRE(commit_now(*world.store, std::move(unit)));
  REQUIRE(eventually([&] { return so_far().size() == 3; }));
  CHECK(so_far() == std::vector<std::string>{"+links", "+other", "-links"});
}
