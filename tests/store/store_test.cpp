// What every store does: each case runs on the memory store and on SQLite.

#include "store/store.h"

#include "store/fixture.h"

#include <algorithm>
#include <array>
#include <map>

using namespace fingerpost;
using namespace fingerpost::test;
using store::Change;

namespace {

constexpr const char* patient = R"({"resourceType":"Patient","id":"old","name":[{"family":"A"}]})";
constexpr const char* other = R"({"resourceType":"Patient","name":[{"family":"B"}]})";

// Runs the test on both.
struct Both {
  Folder folder;
  World world;
  Both() : world(GENERATE(0, 1) == 0 ? "" : folder.path()) {}
};

store::InboxRow message(std::string key, std::string digest) {
  store::InboxRow row;
  row.source = "gp";
  row.kind = "hl7v2";
  row.key = std::move(key);
  row.digest = std::move(digest);
  row.raw = "MSH|";
  row.answer = "AA";
  return row;
}

store::OutboxRow delivery(std::string key, std::string order_key) {
  store::OutboxRow row;
  row.lane = "link";
  row.receiver = "link";
  row.order_key = std::move(order_key);
  row.idempotency_key = std::move(key);
  row.kind = "fhir-transaction";
  row.body = "{}";
  return row;
}

std::string keys_of(const std::vector<store::OutboxRow>& rows) {
  std::string text;
  for (const auto& row : rows) text += (text.empty() ? "" : " ") + row.idempotency_key;
  return text;
}

}  // namespace

TEST_CASE("a resource is created, read, changed and deleted, and its history kept") {
  Both both;
  World& world = both.world;
  const auto created = world.commit(world.put(patient, "a"));
  REQUIRE(created);
  CHECK(created->writes.at(0).change == Change::created);
  CHECK(created->writes.at(0).version == 1);

  const auto read = world.reader->read("Patient", "a");
  REQUIRE(read);
  CHECK(read->body ==
        R"({"resourceType":"Patient","id":"a","meta":{"versionId":"1","lastUpdated":")" +
            store::instant(read->last_updated_us) + R"("},"name":[{"family":"A"}]})");
  CHECK(read->last_updated_us == created->writes.at(0).last_updated_us);

  REQUIRE(world.commit(world.put(other, "a")));
  CHECK(world.reader->read("Patient", "a")->version == 2);
  CHECK(world.reader->vread("Patient", "a", 1)->body == read->body);
  REQUIRE(world.commit(World::remove("Patient", "a")));
  CHECK(world.reader->read("Patient", "a").error().kind == Kind::gone);
  CHECK(world.reader->vread("Patient", "a", 3).error().kind == Kind::gone);
  CHECK(world.reader->vread("Patient", "a", 2)->version == 2);
  CHECK(world.reader->vread("Patient", "a", 4).error().kind == Kind::not_found);
  CHECK(world.reader->read("Patient", "b").error().kind == Kind::not_found);
  CHECK(world.reader->read("Practitioner", "a").error().kind == Kind::not_found);

  const auto again = world.commit(world.put(patient, "a"));
  REQUIRE(again);
  CHECK(again->writes.at(0).change == Change::created);
  CHECK(again->writes.at(0).version == 4);

  store::HistoryQuery query;
  query.type = "Patient";
  query.id = "a";
  query.limit = 3;
  const auto first = world.reader->history(query);
  REQUIRE(first);
  REQUIRE(first->versions.size() == 3);
  REQUIRE(first->next);
  CHECK(first->versions[0].version == 4);
  CHECK(first->versions[1].change == Change::removed);
  CHECK(first->versions[1].body.empty());
  query.after = first->next;
  const auto rest = world.reader->history(query);
  REQUIRE(rest);
  CHECK(!rest->next);
  CHECK(rest->versions.size() == 1);
  query.id = "b";
  CHECK(world.reader->history(query).error().kind == Kind::not_found);
}

TEST_CASE("a condition that does not hold refuses its own unit whole and no other") {
  Both both;
  World& world = both.world;
  REQUIRE(world.commit(world.put(patient, "a")));

  auto stale = world.put(other, "a");
  stale.if_version = 7;
  const auto refused = world.commit(world.put(patient, "b"), std::move(stale));
  REQUIRE(!refused);
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(refused.error().where == "If-Match");
  CHECK(world.reader->read("Patient", "b").error().kind == Kind::not_found);

  auto absent = world.put(other, "zz");
  absent.if_version = 1;
  CHECK(world.commit(std::move(absent)).error().where == "If-Match");
  auto taken = world.put(other, "a");
  taken.must_be_new = true;
  CHECK(world.commit(std::move(taken)).error().where == "id");
  auto right = world.put(other, "a");
  right.if_version = 1;
  CHECK(world.commit(std::move(right)));
  auto gone = World::remove("Patient", "a");
  gone.if_version = 1;
  CHECK(world.commit(std::move(gone)).error().where == "If-Match");
}

TEST_CASE("the same content makes no new version when the write says so") {
  Both both;
  World& world = both.world;
  REQUIRE(world.commit(world.put(patient, "a")));
  auto same = world.put(patient, "a");
  same.skip_same = true;
  const auto outcome = world.commit(std::move(same), World::remove("Patient", "never"));
  REQUIRE(outcome);
  CHECK(outcome->writes[0].change == Change::unchanged);
  CHECK(outcome->writes[0].version == 1);
  CHECK(outcome->writes[1].change == Change::unchanged);
  auto different = world.put(other, "a");
  different.skip_same = true;
  CHECK(world.commit(std::move(different))->writes[0].version == 2);
}

TEST_CASE("one unit may write the same resource several times") {
  Both both;
  World& world = both.world;
  const auto outcome = world.commit(world.put(patient, "a"), world.put(other, "a"),
                                    World::remove("Patient", "a"), world.put(patient, "a"));
  REQUIRE(outcome);
  CHECK(outcome->writes[3].version == 4);
  CHECK(world.reader->read("Patient", "a")->version == 4);
  CHECK(text_of(*world.search("Patient", {{"family", "a"}})) == "Patient/a");
  CHECK(text_of(*world.search("Patient", {{"family", "b"}})).empty());
}

TEST_CASE(
    "a message received again gets its first answer; other content under its key is refused") {
  Both both;
  World& world = both.world;
  store::Unit unit;
  unit.inbox = message("k1", "d1");
  unit.inbox->make_answer = [](const store::UnitOutcome& outcome) {
    return "version " + std::to_string(outcome.writes.at(0).version);
  };
  unit.writes.push_back(world.put(patient, "a"));
  const auto first = store::commit_now(*world.store, std::move(unit));
  REQUIRE(first);
  CHECK(!first->duplicate);
  CHECK(first->answer == "version 1");

  store::Unit again;
  again.inbox = message("k1", "d1");
  again.writes.push_back(world.put(other, "a"));
  const auto second = store::commit_now(*world.store, std::move(again));
  REQUIRE(second);
  CHECK(second->duplicate);
  CHECK(second->answer == "version 1");
  CHECK(second->inbox_id == first->inbox_id);
  CHECK(world.reader->read("Patient", "a")->version == 1);

  store::Unit forged;
  forged.inbox = message("k1", "d2");
  const auto third = store::commit_now(*world.store, std::move(forged));
  REQUIRE(!third);
  CHECK(third.error().kind == Kind::conflict);
  CHECK(third.error().where == "inbox");
  CHECK(world.reader->inbox_row("gp", "k1")->raw == "MSH|");
}

TEST_CASE("inbox rows come due in order of their key, and are listed by status") {
  Both both;
  World& world = both.world;
  for (const char* key : {"1", "2", "3"}) {
    store::Unit unit;
    unit.inbox = message(key, key);
    unit.inbox->order_key = key[0] == '3' ? "other" : "patient";
    CHECK(store::commit_now(*world.store, std::move(unit)));
  }
  const auto due = world.reader->inbox_due(1, 10);
  REQUIRE(due);
  REQUIRE(due->size() == 2);
  CHECK(due->at(0).key == "1");
  CHECK(due->at(1).key == "3");
  store::Unit done;
  done.inbox_updates.push_back(
      {due->at(0).id, store::InboxStatus::quarantined, "AE", "why", 3, {}});
  done.inbox_updates.push_back({due->at(1).id, store::InboxStatus::received, {}, {}, 1, 500});
  REQUIRE(store::commit_now(*world.store, std::move(done)));
  const auto later = world.reader->inbox_due(1, 10);
  REQUIRE(later->size() == 1);
  CHECK(later->at(0).key == "2");
  store::InboxFilter filter;
  filter.status = store::InboxStatus::quarantined;
  const auto listed = world.reader->inbox(filter);
  REQUIRE(listed->size() == 1);
  CHECK(listed->at(0).answer == "AE");
  CHECK(listed->at(0).note == "why");
  CHECK(listed->at(0).attempts == 3);
  CHECK(listed->at(0).raw.empty());
  store::Unit wrong;
  wrong.inbox_updates.push_back({99, store::InboxStatus::applied, {}, {}, {}, {}});
  CHECK(store::commit_now(*world.store, std::move(wrong)).error().kind == Kind::not_found);
}

TEST_CASE("the rows that need a person are counted, as far as it is of use") {
  Both both;
  auto& world = both.world;
  const auto counts = [&] {
    const auto found = world.reader->queue_counts();
    REQUIRE(found);
    return std::array{found->inbox_refused, found->inbox_quarantined, found->outbox_held,
                      found->outbox_dead};
  };
  CHECK(counts() == std::array<std::int64_t, 4>{0, 0, 0, 0});
  int number = 0;
  using store::InboxStatus, store::OutboxStatus;
  for (const auto status : {InboxStatus::received, InboxStatus::applied, InboxStatus::refused,
                            InboxStatus::refused, InboxStatus::quarantined}) {
    store::Unit unit;
    unit.inbox = store::InboxRow{};
    unit.inbox->key = std::to_string(++number);
    unit.inbox->status = status;
    REQUIRE(commit_now(*world.store, std::move(unit)));
  }
  store::Unit unit;
  for (const auto status :
       {OutboxStatus::waiting, OutboxStatus::held, OutboxStatus::held, OutboxStatus::held,
        OutboxStatus::delivered, OutboxStatus::dead, OutboxStatus::dead, OutboxStatus::cancelled}) {
    auto& row = unit.outbox.emplace_back();
    row.idempotency_key = std::to_string(++number);
    row.status = status;
  }
  REQUIRE(commit_now(*world.store, std::move(unit)));
  CHECK(counts() == std::array<std::int64_t, 4>{2, 1, 3, 2});
  store::Unit mended;
  mended.inbox_updates.push_back({3, InboxStatus::received, {}, {}, {}, {}});
  mended.outbox_updates.push_back({2, OutboxStatus::waiting, {}, {}, {}});
  REQUIRE(commit_now(*world.store, std::move(mended)));
  CHECK(counts() == std::array<std::int64_t, 4>{1, 1, 2, 2});
}

TEST_CASE("an inbox row is changed only from the status its update says") {
  Both both;
  World& world = both.world;
  store::Unit unit;
  unit.inbox = message("1", "1");
  const auto added = store::commit_now(*world.store, std::move(unit));
  REQUIRE(added);
  const auto change = [&](store::InboxStatus from, store::InboxStatus to) {
    store::Unit changed;
    changed.inbox_updates.push_back({added->inbox_id, to, {}, {}, {}, {}, from});
    return store::commit_now(*world.store, std::move(changed));
  };
  CHECK(change(store::InboxStatus::received, store::InboxStatus::refused));
  const auto late = change(store::InboxStatus::received, store::InboxStatus::applied);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == Kind::conflict);
  CHECK(late.error().where == "status");
  store::Unit again;
  again.inbox = message("1", "1");
  const auto repeat = store::commit_now(*world.store, std::move(again));
  REQUIRE(repeat);
  CHECK(repeat->duplicate);
  CHECK(repeat->inbox_status == store::InboxStatus::refused);
}

TEST_CASE("outbox rows leave one at a time for each order key, unless their lane is held") {
  Both both;
  World& world = both.world;
  store::Unit unit;
  for (const auto& [key, order] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a1", "A"}, {"a2", "A"}, {"b1", "B"}, {"x1", ""}, {"x2", ""}})
    unit.outbox.push_back(delivery(key, order));
  unit.outbox.push_back(delivery("a1", "A"));
  const auto added = store::commit_now(*world.store, std::move(unit));
  REQUIRE(added);
  CHECK(added->outbox_ids.at(5) == 0);
  CHECK(keys_of(*world.reader->outbox_due("link", 1, 10)) == "a1 b1 x1 x2");
  CHECK(keys_of(*world.reader->outbox_due("link", 1, 2)) == "a1 b1");
  CHECK(world.reader->outbox_due("elsewhere", 1, 10)->empty());

  const auto change = [&](std::size_t row, store::OutboxStatus status) {
    store::Unit step;
    step.outbox_updates.push_back({added->outbox_ids.at(row), status, {}, {}, {}});
    REQUIRE(store::commit_now(*world.store, std::move(step)));
  };
  change(0, store::OutboxStatus::sending);
  CHECK(keys_of(*world.reader->outbox_due("link", 1, 10)) == "b1 x1 x2");
  change(0, store::OutboxStatus::delivered);
  change(2, store::OutboxStatus::dead);
  CHECK(keys_of(*world.reader->outbox_due("link", 1, 10)) == "a2 x1 x2");
  change(1, store::OutboxStatus::held);
  CHECK(keys_of(*world.reader->outbox_due("link", 1, 10)) == "x1 x2");

  store::OutboxFilter filter;
  filter.status = store::OutboxStatus::dead;
  CHECK(keys_of(*world.reader->outbox(filter)) == "b1");
  filter.status.reset();
  filter.after = added->outbox_ids.at(2);
  CHECK(keys_of(*world.reader->outbox(filter)) == "x1 x2");
  CHECK(world.reader->outbox_row("x1")->body == "{}");

  store::Unit hold;
  hold.lanes.push_back({"link", true});
  REQUIRE(store::commit_now(*world.store, std::move(hold)));
  CHECK(world.reader->outbox_due("link", 1, 10)->empty());
  const auto lanes = world.reader->lanes();
  REQUIRE(lanes->size() == 1);
  CHECK(lanes->at(0).held);
  CHECK(lanes->at(0).open == 3);
  CHECK(lanes->at(0).dead == 1);
}

TEST_CASE("what a lane has is counted in the commits that change it: as a full count would be") {
  Both both;
  World& world = both.world;
  std::uint32_t seed = 11;
  const auto draw = [&seed](std::uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
  };
  const auto any_status = [&] { return static_cast<store::OutboxStatus>(draw(6)); };
  constexpr const char* lanes[] = {"a", "b", "subscription/s"};
  std::int64_t last = 0;
  for (int i = 0; i < 300; ++i) {
    store::Unit unit;
    for (auto left = draw(3); left > 0; --left) {
      auto row = delivery("k" + std::to_string(draw(200)), "");  // some are there already
      row.lane = lanes[draw(3)];
      row.status = any_status();
      row.created_us = 1 + draw(1000);
      row.counts = row.lane[0] == 's' && draw(2) == 0;
      unit.outbox.push_back(std::move(row));
    }
    if (last > 0)
      unit.outbox_updates.push_back(
          {1 + draw(static_cast<std::uint32_t>(last)), any_status(), {}, {}, {}});
    // Nothing of a unit that is refused is counted.
    if (draw(5) == 0) unit.outbox_updates.push_back({last + 1000, any_status(), {}, {}, {}});
    const auto done = store::commit_now(*world.store, std::move(unit));
    if (!done) continue;
    for (const auto id : done->outbox_ids) last = std::max(last, id);
  }
  store::OutboxFilter all;
  all.limit = 10'000;
  const auto rows = world.reader->outbox(all).value();
  REQUIRE(rows.size() > 100);
  std::map<std::string, store::LaneState> expected;
  for (const auto& row : rows) {
    CAPTURE(row.id);
    auto& lane = expected[row.lane];
    lane.open += store::is_open(row.status) ? 1 : 0;
    lane.dead += row.status == store::OutboxStatus::dead ? 1 : 0;
    lane.counted += row.counts ? 1 : 0;
    CHECK(row.number == lane.counted);
    if (!store::is_open(row.status) || (lane.oldest_us != 0 && row.created_us >= lane.oldest_us))
      continue;
    lane.oldest_us = row.created_us;
    lane.oldest_row = row.id;
  }
  const auto found = world.reader->lanes().value();
  REQUIRE(found.size() == expected.size());
  for (const auto& lane : found) {
    CAPTURE(lane.lane);
    const auto& is = expected[lane.lane];
    CHECK(lane.open == is.open);
    CHECK(lane.dead == is.dead);
    CHECK(lane.counted == is.counted);
    CHECK(lane.oldest_us == is.oldest_us);
    CHECK(lane.oldest_row == is.oldest_row);
  }
}

TEST_CASE("rows that count in their lane are found by their number") {
  Both both;
  World& world = both.world;
  store::Unit unit;
  for (int i = 0; i < 10; ++i) {
    auto row = delivery("k" + std::to_string(i), "");
    row.lane = i % 3 == 0 ? "other" : "subscription/s";
    row.counts = i % 2 == 0;
    unit.outbox.push_back(std::move(row));
  }
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  store::OutboxFilter filter;
  filter.lane = "subscription/s";
  filter.from_number = 1;
  CHECK(keys_of(*world.reader->outbox(filter)) == "k2 k4 k8");
  filter.from_number = 2;
  filter.limit = 1;
  CHECK(keys_of(*world.reader->outbox(filter)) == "k4");
  CHECK(world.reader->outbox(filter)->at(0).number == 2);
  CHECK(world.reader->outbox_row("k5")->number == 2);
  CHECK_FALSE(world.reader->outbox_row("k5")->counts);
}

TEST_CASE("a list of messages goes either way") {
  Both both;
  World& world = both.world;
  for (int i = 1; i <= 5; ++i) {
    store::Unit unit;
    unit.inbox = message(std::to_string(i), "d");
    unit.inbox->source = i == 3 ? "other" : "gp";
    REQUIRE(store::commit_now(*world.store, std::move(unit)));
  }
  store::InboxFilter filter;
  filter.source = "gp";
  filter.limit = 2;
  const auto keys = [&] {
    std::string text;
    for (const auto& row : world.reader->inbox(filter).value()) text += row.key + " ";
    return text;
  };
  CHECK(keys() == "1 2 ");
  filter.after = 2;
  CHECK(keys() == "4 5 ");
  filter.newest_first = true;
  filter.after = 0;
  CHECK(keys() == "5 4 ");
  filter.after = 4;
  CHECK(keys() == "2 1 ");
  filter.after = 1;
  CHECK(keys().empty());
}

TEST_CASE("a page has at most _count matches, and its cursor gives the rest") {
  Both both;
  World& world = both.world;
  for (const char* id : {"a", "b", "c", "d", "e"}) REQUIRE(world.commit(world.put(patient, id)));
  const char* sort = GENERATE("", "_id", "-_id", "_lastUpdated", "-_lastUpdated", "family,-_id");
  CAPTURE(sort);
  std::vector<search::Pair> pairs = {{"family", "a"}, {"_count", "2"}, {"_total", "accurate"}};
  if (*sort != '\0') pairs.emplace_back("_sort", sort);
  std::string all;
  for (int page = 0; page < 3; ++page) {
    const auto found = world.search("Patient", pairs);
    REQUIRE(found);
    CHECK(*found->total == 5);
    CHECK(found->hits.size() == (page < 2 ? 2 : 1));
    all += text_of(*found) + " ";
    if (pairs.back().first == "_cursor") pairs.pop_back();
    CHECK(found->next.empty() == (page == 2));
    pairs.emplace_back("_cursor", found->next);
  }
  const bool down = std::string_view(sort).find('-') != std::string_view::npos;
  CHECK(all == (down ? "Patient/e Patient/d Patient/c Patient/b Patient/a "
                     : "Patient/a Patient/b Patient/c Patient/d Patient/e "));
}

TEST_CASE("includes, chains and _has follow references") {
  Both both;
  World& world = both.world;
  const auto referral = [](const std::string& subject) {
    return R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":")" +
           subject + R"("}})";
  };
  REQUIRE(world.commit(
      world.put(patient, "a"), world.put(other, "b"), world.put(referral("Patient/a"), "s1"),
      world.put(referral("Patient/b"), "s2"), world.put(referral("Patient/none"), "s3")));
  const auto search = [&](const char* type, std::vector<search::Pair> pairs) {
    const auto page = world.search(type, pairs);
    REQUIRE(page);
    return text_of(*page);
  };
  CHECK(search("ServiceRequest", {{"_include", "ServiceRequest:subject"}}) ==
        "ServiceRequest/s1 ServiceRequest/s2 ServiceRequest/s3 +Patient/a +Patient/b");
  CHECK(search("ServiceRequest", {{"_include", "ServiceRequest:subject:Group"}}) ==
        "ServiceRequest/s1 ServiceRequest/s2 ServiceRequest/s3");
  CHECK(search("Patient", {{"_id", "a"}, {"_revinclude", "ServiceRequest:subject"}}) ==
        "Patient/a +ServiceRequest/s1");
  CHECK(search("ServiceRequest", {{"subject:Patient.family", "b"}}) == "ServiceRequest/s2");
  CHECK(search("ServiceRequest", {{"patient.family", "a"}}) == "ServiceRequest/s1");
  CHECK(search("Patient", {{"_has:ServiceRequest:subject:status", "active"}}) ==
        "Patient/a Patient/b");
  CHECK(search("Patient", {{"_has:ServiceRequest:subject:status", "draft"}}).empty());
  REQUIRE(world.commit(World::remove("Patient", "a")));
  CHECK(search("ServiceRequest", {{"_include", "ServiceRequest:subject"}, {"_id", "s1"}}) ==
        "ServiceRequest/s1");
  CHECK(search("ServiceRequest", {{"patient.family", "a"}}).empty());
}
