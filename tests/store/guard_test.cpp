// What a unit was decided on: it holds at the commit, or the unit does nothing. Both stores.

#include "store/fixture.h"

#include <future>
#include <thread>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

const std::string patient =
    R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"1"}]})";
const std::string other =
    R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"2"}]})";

struct Place {
  Folder folder;
  World world{GENERATE(false, true) ? folder.path() : std::string()};
};

store::SearchGuard finding(const World& world, const std::string& value,
                           std::vector<std::string> ids) {
  const std::vector<search::Pair> pairs{{"identifier", "urn:s|" + value}};
  search::Query query;
  query.type = "Patient";
  query.pairs = &pairs;
  return {search::plan(*world.parameters, query, Limits{}).value(), std::move(ids)};
}

Result<store::UnitOutcome> commit(World& world, store::Unit unit) {
  return store::commit_now(*world.store, std::move(unit));
}

}  // namespace

TEST_CASE("a unit stands on the versions that were read, absence too") {
  Place place;
  World& world = place.world;
  REQUIRE(world.commit(world.put(patient, "a"), world.put(patient, "gone")));
  REQUIRE(world.commit(World::remove("Patient", "gone")));
  struct Row {
    const char* id;
    std::int64_t version;
    bool holds;
  };
  for (const auto& row :
       {Row{"a", 1, true}, Row{"a", 2, false}, Row{"a", 0, false}, Row{"none", 0, true},
        Row{"none", 1, false}, Row{"gone", 0, true}, Row{"gone", 2, false}}) {
    CAPTURE(row.id, row.version);
    store::Unit unit;
    unit.writes.push_back(world.put(other, "written"));
    unit.reads.push_back({"Patient", row.id, row.version});
    const auto before = world.reader->read("Patient", "written");
    const auto outcome = commit(world, std::move(unit));
    CHECK(outcome.has_value() == row.holds);
    if (row.holds) continue;
    CHECK(outcome.error().kind == Kind::conflict);
    CHECK(outcome.error().where == "guard");
    const auto after = world.reader->read("Patient", "written");
    REQUIRE(after.has_value() == before.has_value());
    if (before) CHECK(after->version == before->version);
  }
}

TEST_CASE("a unit stands on what a search found, no more and no less") {
  Place place;
  World& world = place.world;
  REQUIRE(world.commit(world.put(patient, "a"), world.put(other, "b"), world.put(other, "c")));
  struct Row {
    const char* value;
    std::vector<std::string> ids;
    bool holds;
  };
  for (const auto& row :
       {Row{"1", {"a"}, true}, Row{"1", {}, false}, Row{"1", {"b"}, false}, Row{"2", {"b"}, false},
        Row{"2", {"c", "b"}, true}, Row{"2", {"b", "c", "d"}, false}, Row{"9", {}, true}}) {
    CAPTURE(row.value, row.ids);
    store::Unit unit;
    unit.writes.push_back(world.put(R"({"resourceType":"Patient"})", "written"));
    unit.searches.push_back(finding(world, row.value, row.ids));
    const auto outcome = commit(world, std::move(unit));
    REQUIRE(outcome.has_value() == row.holds);
    if (!row.holds) CHECK(outcome.error().where == "guard");
  }
}

TEST_CASE("of many units that all found nothing, one is done") {
  Place place;
  World& world = place.world;
  constexpr int many = 40;
  std::vector<std::future<bool>> done;
  for (int i = 0; i < many; ++i) {
    store::Unit unit;
    unit.searches.push_back(finding(world, "1", {}));
    unit.writes.push_back(world.put(patient, "p" + std::to_string(i)));
    const auto promise = std::make_shared<std::promise<bool>>();
    done.push_back(promise->get_future());
    world.store->commit(std::move(unit), [promise](const Result<store::UnitOutcome>& outcome) {
      promise->set_value(outcome.has_value());
    });
  }
  int committed = 0;
  for (auto& one : done) committed += one.get() ? 1 : 0;
  CHECK(committed == 1);
  CHECK(world.search("Patient", {{"identifier", "urn:s|1"}})->hits.size() == 1);
}

TEST_CASE("what is expunged was never there, and what lost its history has its last version") {
  Place place;
  World& world = place.world;
  REQUIRE(world.commit(world.put(patient, "a"), world.put(patient, "b")));
  REQUIRE(world.commit(world.put(other, "a"), world.put(other, "b")));
  store::Write expunge = World::remove("Patient", "a");
  expunge.op = store::Write::Op::expunge;
  store::Write drop = World::remove("Patient", "b");
  drop.op = store::Write::Op::drop_history;
  REQUIRE(world.commit(std::move(expunge), std::move(drop)));
  CHECK(world.reader->read("Patient", "a").error().kind == Kind::not_found);
  CHECK(world.reader->vread("Patient", "a", 1).error().kind == Kind::not_found);
  CHECK(world.reader->vread("Patient", "b", 1).error().kind == Kind::not_found);
  CHECK(world.reader->vread("Patient", "b", 2).has_value());
  CHECK(text_of(world.search("Patient", {{"identifier", "urn:s|2"}}).value()) == "Patient/b");
  store::HistoryQuery query;
  query.type = "Patient";
  const auto history = world.reader->history(query);
  REQUIRE(history);
  REQUIRE(history->versions.size() == 1);
  CHECK(history->versions[0].version == 2);
  const auto again = world.commit(world.put(patient, "a"));
  REQUIRE(again);
  CHECK(again->writes.at(0).version == 1);
  CHECK(world.commit(world.put(patient, "b"))->writes.at(0).version == 3);
}

TEST_CASE("refused messages are kept up to a limit of them all together") {
  const Folder folder;
  Limits limits;
  limits.refused_bytes_together = 1000;
  World world(GENERATE(false, true) ? folder.path() : std::string(), limits);
  const auto row = [](const std::string& key, std::size_t size) {
    store::Unit unit;
    auto& inbox = unit.inbox.emplace();
    inbox.source = store::refused_source;
    inbox.key = key;
    inbox.digest = key;
    inbox.raw.assign(size, 'x');
    inbox.status = store::InboxStatus::refused;
    return unit;
  };
  REQUIRE(commit(world, row("a", 800)));
  REQUIRE(commit(world, row("b", 150)));
  const auto refused = commit(world, row("c", 150));
  REQUIRE(!refused);
  CHECK(refused.error().where == "refused");
  CHECK(commit(world, row("a", 800))->duplicate);
  CHECK(commit(world, row("d", 20)).has_value());
}

TEST_CASE("a unit sees what its writes leave, and is undone when it will not have it") {
  Place place;
  World& world = place.world;
  REQUIRE(world.commit(world.put(patient, "old")));
  const auto ones = finding(world, "1", {}).plan;
  struct Seen {
    std::string found, history;
    bool removed = false;
    std::int64_t version = 0;
  };
  const auto commit_seeing = [&](bool agrees) {
    Seen seen;
    store::Unit unit;
    unit.writes.push_back(world.put(patient, "new"));
    unit.writes.push_back(World::remove("Patient", "old"));
    unit.writes.push_back(world.put(R"({"resourceType":"Organization","name":"N"})", "o"));
    unit.inspect = [&](store::Reader& reader) -> Result<void> {
      seen.found = text_of(reader.search(ones).value());
      seen.removed = reader.read("Patient", "old").error().kind == Kind::gone;
      seen.version = reader.vread("Organization", "o", 1).value().version;
      store::HistoryQuery query;
      seen.history = std::to_string(reader.history(query).value().versions.size());
      if (!agrees) return Error{Kind::conflict, "no", "here"};
      return {};
    };
    const auto outcome = commit(world, std::move(unit));
    CHECK(outcome.has_value() == agrees);
    if (!outcome) CHECK(outcome.error().where == "here");
    CHECK(seen.found == "Patient/new");
    CHECK(seen.removed);
    CHECK(seen.version == 1);
    CHECK(seen.history == "4");
  };
  commit_seeing(false);
  CHECK(text_of(world.search("Patient", {{"identifier", "urn:s|1"}}).value()) == "Patient/old");
  CHECK(world.reader->read("Organization", "o").error().kind == Kind::not_found);
  commit_seeing(true);
  CHECK(text_of(world.search("Patient", {{"identifier", "urn:s|1"}}).value()) == "Patient/new");
  CHECK(world.reader->read("Organization", "o").has_value());
}

TEST_CASE("what a unit that was undone had numbered is there for those after it") {
  const Folder folder;
  {
    World world(folder.path());
    store::Unit unit;
    unit.writes.push_back(world.put(patient, "never"));
    unit.inspect = [](store::Reader&) -> Result<void> {
      return Error{Kind::conflict, "no", "here"};
    };
    CHECK(!commit(world, std::move(unit)));
    REQUIRE(world.commit(world.put(patient, "a"), world.put(patient, "b")));
    REQUIRE(world.commit(World::remove("Patient", "b")));
  }
  World again(folder.path());
  CHECK(text_of(again.search("Patient", {{"identifier", "urn:s|1"}}).value()) == "Patient/a");
  CHECK(text_of(again.search("Patient", {{"name:missing", "true"}}).value()) == "Patient/a");
  CHECK(again.commit(again.put(patient, "never"))->writes.at(0).version == 1);
}
