#include "store/check.h"

#include "store/fixture.h"
#include "store/sqlite_db.h"

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

std::string patient(int n) {
  return R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"i)" +
         std::to_string(n) + R"("}],"name":[{"family":"Jones"}],"birthDate":"1950-06-15",)" +
         R"("contained":[{"resourceType":"Organization","id":"o","name":"N"}],)" +
         R"("managingOrganization":{"reference":"#o"}})";
}

// A folder with some resources, one of them changed and one removed, closed again.
void fill(const Folder& folder) {
  World world(folder.path());
  for (int n = 0; n < 5; ++n) REQUIRE(world.commit(world.put(patient(n), std::to_string(n))));
  REQUIRE(world.commit(world.put(patient(9), "1")));
  REQUIRE(world.commit(World::remove("Patient", "2")));
  REQUIRE(world.commit(world.put(
      R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":5}})",
      "o")));
}

void harm(const Folder& folder, const char* sql) {
  auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write);
  REQUIRE(db);
  REQUIRE(db->run(sql));
}

// What is told to be made anew when the folder is opened.
std::vector<std::string> mended(const Folder& folder) {
  SteppingClock clock;
  SeededRandom random;
  store::SqliteOptions options;
  options.directory = folder.path();
  options.definitions = &definitions();
  std::vector<std::string> told;
  REQUIRE(store::open_sqlite(options, clock, random, told));
  return told;
}

}  // namespace

TEST_CASE("a folder that nobody harmed agrees with itself, also while it is open") {
  const Folder folder;
  fill(folder);
  const World open(folder.path());
  const auto checked = store::check_folder(folder.path(), &definitions());
  REQUIRE(checked);
  CHECK(checked->faults == std::vector<std::string>{});
  CHECK(checked->resources == 6);
  CHECK(checked->compared == 5);
}

TEST_CASE("whatever no longer agrees is told; of the newest, bodies when the folder is opened") {
  struct Row {
    const char* harm;
    const char* fault;
    bool seen_at_start;
  };
  const auto row = GENERATE(
      Row{"DELETE FROM by_hash WHERE row = 1",
          "Patient/0: an index has lost a row that leads to it: by_hash", false},
      Row{"DELETE FROM by_date WHERE row = 1",
          "Patient/0: an index has lost a row that leads to it: by_date", false},
      Row{"DELETE FROM by_text WHERE row = 1",
          "Patient/0: an index has lost a row that leads to it: by_text", false},
      Row{"DELETE FROM by_number",
          "Observation/o: an index has lost a row that leads to it: by_number", false},
      Row{"UPDATE resource SET found_by = x'05' WHERE row = 1",
          "Patient/0: the index rows kept with it are damaged", false},
      Row{"UPDATE resource SET version = 7 WHERE row = 1",
          "Patient/0: its current version is not the one it should have", true},
      Row{"UPDATE version SET body = x'0105ff' WHERE at = 16777217",
          "Patient/0: its body cannot be unpacked", true},
      Row{"UPDATE version SET body = (SELECT body FROM version WHERE at = 33554433) WHERE at = "
          "16777217",
          "Patient/0: its index rows are not those of its body", false},
      Row{"INSERT INTO by_hash VALUES(1, 2, 3)", "by_hash: ", false},
      Row{"UPDATE shape SET resources = resources + 1", "shape: ", false},
      Row{"DELETE FROM history WHERE at = 16777217", "history: ", false});
  const Folder folder;
  fill(folder);
  harm(folder, row.harm);
  CAPTURE(row.harm);
  const auto checked = store::check_folder(folder.path(), &definitions());
  REQUIRE(checked);
  REQUIRE(!checked->faults.empty());
  CHECK(checked->faults[0].starts_with(row.fault));
  const Opened opened(folder.path());
  CHECK(opened.store.has_value() != row.seen_at_start);
}

TEST_CASE("what leads to the newest resources is made anew when the folder is opened") {
  struct Row {
    const char* harm;
    bool partial;  // until it is indexed again
  };
  const auto row = GENERATE(
      Row{"DELETE FROM by_hash WHERE row = 1", false},
      Row{"DELETE FROM by_date WHERE row IN (1, 2)", false},
      Row{"UPDATE resource SET found_by = x'05' WHERE row = 1", true},
      Row{"UPDATE resource SET found_by = x'05' WHERE row < 3; DELETE FROM by_text", true});
  const Folder folder;
  fill(folder);
  harm(folder, row.harm);
  CAPTURE(row.harm);
  CHECK_FALSE(mended(folder).empty());
  {
    World world(folder.path());
    const auto page = world.search("Patient", {{"birthdate", "1950-06-15"}}).value();
    CHECK(page.partial.empty() != row.partial);
    const auto again = world.reader->outdated(*world.parameters, 10);
    REQUIRE(again);
    CHECK(again->empty() != row.partial);
    for (const auto& stored : *again) {
      auto write = world.put(stored.body, stored.id);
      write.op = store::Write::Op::reindex;
      write.if_version = stored.version;
      REQUIRE(world.commit(std::move(write)));
    }
    CHECK(world.search("Patient", {{"birthdate", "1950-06-15"}, {"family", "Jones"}})
              .value()
              .hits.size() == 4);
  }
  const auto checked = store::check_folder(folder.path(), &definitions());
  REQUIRE(checked);
  CHECK(checked->faults == std::vector<std::string>{});
  CHECK(mended(folder).empty());
}

TEST_CASE("a damaged resource is its own trouble: others are written, and it can be replaced") {
  const auto* const harm_done =
      GENERATE("UPDATE resource SET found_by = x'05' WHERE row = 1",
               "UPDATE version SET body = x'0105ff' WHERE at = 16777217",
               "UPDATE version SET body = x'0105ff' WHERE at = 16777217; "
               "UPDATE meta SET value = 0 WHERE name = 'words mark'; INSERT INTO words(words) "
               "VALUES('delete-all')");
  const Folder folder;
  fill(folder);
  CAPTURE(harm_done);
  World world(folder.path());
  harm(folder, harm_done);
  CHECK(world.commit(world.put(patient(7), "7")));
  auto replaced = world.put(patient(8), "0");
  replaced.skip_same = true;
  CHECK(world.commit(std::move(replaced)));
  CHECK(world.commit(world.put(patient(10), "10")));
  CHECK(world.store->health() == store::Health::good);
  CHECK(world.search("Patient", {{"identifier", "i8"}}).value().hits.size() == 1);
  CHECK(world.search("Patient", {{"identifier", "i0"}}).value().hits.empty());
}
