// What only the store on disk must do.

#include "store/backup.h"
#include "store/check.h"
#include "store/fixture.h"
#include "store/sqlite_db.h"
#include "support/small_disk.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

std::string person(int n) {
  return R"({"resourceType":"Patient","name":[{"family":"F)" + std::to_string(n % 7) +
         R"("}],"birthDate":"19)" + std::to_string(50 + n % 40) + R"("})";
}

// A child that commits and writes each acknowledged id to a ledger, until it is killed.
[[noreturn]] void work_until_killed(const std::string& folder, const std::string& ledger,
                                    const std::string& prefix) {
  const Opened at(folder);
  if (!at.store) ::_exit(1);
  const int file = ::open(ledger.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
  for (int n = 0;; ++n) {
    store::Unit unit;
    store::Write write;
    write.type = "Basic";
    write.id = prefix + std::to_string(n);
    write.body = {R"({"resourceType":"Basic","id":")" + write.id + R"(","meta":{"versionId":")",
                  R"("}})"};
    const std::string line = write.id + "\n";
    unit.writes.push_back(std::move(write));
    (*at.store)->commit(std::move(unit), [file, line](Result<store::UnitOutcome> outcome) {
      if (outcome && ::write(file, line.data(), line.size()) < 0) ::_exit(1);
    });
    if (n % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

// Nothing, while there is no such file.
std::uintmax_t size_of(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return none ? 0 : size;
}

}  // namespace

// The program's own name for it comes before the C library's, for SQLite too.
namespace {
std::atomic<bool> disk_fails = false;
}
extern "C" int fdatasync(int file) {
  if (!disk_fails) return static_cast<int>(::syscall(SYS_fdatasync, file));
  errno = EIO;
  return -1;
}

TEST_CASE("a commit that the disk failed stops the store and its outcome is not known") {
  const Folder folder;
  World world(folder.path());
  REQUIRE(world.commit(world.put(person(1), "a")));
  disk_fails = true;
  const auto failed = world.commit(world.put(person(2), "b"));
  disk_fails = false;
  REQUIRE(!failed);
  CHECK(failed.error().kind == Kind::fault);
  CHECK(world.store->health() == store::Health::stopped);
  const auto later = world.commit(world.put(person(3), "c"));
  REQUIRE(!later);
  CHECK(later.error().kind == Kind::fault);
}

TEST_CASE("a folder of another layout is refused with the way out, and stays as it is") {
  struct Row {
    int number;
    const char* says;
  };
  const auto row = GENERATE(Row{1, "an older Fingerpost"}, Row{1000, "a newer Fingerpost"});
  const Folder folder;
  { const World world(folder.path()); }
  const auto path = folder.path() + "/fingerpost.db";
  {
    auto db = store::Db::open(path, store::Access::write);
    REQUIRE(db);
    REQUIRE(db->run(("PRAGMA user_version = " + std::to_string(row.number)).c_str()));
  }
  const Opened at(folder.path());
  const auto& opened = at.store;
  REQUIRE(!opened);
  CHECK(opened.error().kind == Kind::unsupported);
  CHECK(opened.error().text.find(row.says) != std::string::npos);
  CHECK(opened.error().text.find("number " + std::to_string(row.number)) != std::string::npos);
  auto db = store::Db::open(path, store::Access::read);
  REQUIRE(db);
  CHECK(*db->integer("PRAGMA user_version") == row.number);
  CHECK(*db->integer("SELECT count(*) FROM meta") == 6);
}

TEST_CASE("a folder of the number before is brought up to this one, whole or not at all") {
  const Folder folder;
  const auto histories = [](World& world) {
    std::string text;
    for (const char* type : {"", "Patient", "Organization"}) {
      store::HistoryQuery query;
      query.type = type;
      const auto page = world.reader->history(query);
      REQUIRE(page);
      for (const auto& one : page->versions)
        text += one.type + "/" + one.id + "/" + std::to_string(one.version) + " ";
    }
    return text;
  };
  std::string before;
  {
    World world(folder.path());
    for (int i = 0; i < 20; ++i)
      REQUIRE(world.commit(world.put(person(i), std::to_string(i % 7)),
                           world.put(R"({"resourceType":"Organization","name":"N"})", "o")));
    REQUIRE(world.commit(World::remove("Patient", "1")));
    before = histories(world);
  }
  const auto path = folder.path() + "/fingerpost.db";
  {
    auto db = store::Db::open(path, store::Access::write);
    REQUIRE(db);
    REQUIRE(
        db->run("DROP TABLE words_behind; DELETE FROM meta WHERE name LIKE 'words %';"
                "INSERT INTO words(words) VALUES('delete-all');"
                "INSERT INTO words(rowid, text) VALUES(1, 'cold');"
                "CREATE TABLE document(id INTEGER PRIMARY KEY, row INTEGER, digest INTEGER);"
                "ALTER TABLE resource ADD COLUMN document INTEGER NOT NULL DEFAULT 0;"
                "UPDATE version SET body = unpacked(body);"
                "PRAGMA user_version = 3"));
    REQUIRE(db->run(before_8));
    // In the way of the new table: the first try fails.
    REQUIRE(db->run("CREATE VIEW words_behind AS SELECT 1"));
  }
  {
    REQUIRE(!Opened(folder.path()).store);
    auto db = store::Db::open(path, store::Access::write);
    REQUIRE(db);
    CHECK(*db->integer("PRAGMA user_version") == 3);
    REQUIRE(db->run("DROP VIEW words_behind"));
  }
  World world(folder.path());
  CHECK(histories(world) == before);
  CHECK(text_of(*world.search("Organization", {{"_content", "n"}})) == "Organization/o");
  CHECK(text_of(*world.search("Patient", {{"_content", "old"}})).empty());
  CHECK(world.reader->vread("Organization", "o", 20)->body.starts_with(R"({"resourceType")"));
  REQUIRE(world.commit(world.put(person(1), "1")));
  CHECK(histories(world) != before);
}

TEST_CASE("a folder whose bodies are kept whole is read as before, and what is written is packed") {
  const Folder folder;
  const auto path = folder.path() + "/fingerpost.db";
  std::string first;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(person(1), "1")));
    first = world.reader->vread("Patient", "1", 1)->body;
    REQUIRE(world.commit(world.put(person(2), "1")));
  }
  {
    auto db = store::Db::open(path, store::Access::write);
    REQUIRE(db);
    REQUIRE(db->run("UPDATE version SET body = unpacked(body); PRAGMA user_version = 4"));
    REQUIRE(db->run(before_8));
  }
  World world(folder.path());
  const auto packed = [&] {
    auto db = store::Db::open(path, store::Access::read);
    REQUIRE(db);
    CHECK(*db->integer("PRAGMA user_version") == 8);
    return *db->integer("SELECT count(*) FROM version WHERE substr(body, 1, 1) = x'01'");
  };
  CHECK(packed() == 0);
  CHECK(world.reader->vread("Patient", "1", 1)->body == first);
  CHECK(text_of(*world.search("Patient", {{"_content", "f2"}})) == "Patient/1");
  // The same again is no new version: it is compared with the body that is there.
  auto same = world.put(person(2), "1");
  same.skip_same = true;
  REQUIRE(world.commit(std::move(same)));
  CHECK(packed() == 0);
  REQUIRE(world.commit(world.put(person(3), "1")));
  CHECK(packed() == 1);
  CHECK(world.reader->vread("Patient", "1", 1)->body == first);
  CHECK(text_of(*world.search("Patient", {{"_content", "f2"}})).empty());
  CHECK(text_of(*world.search("Patient", {{"_content", "f3"}})) == "Patient/1");
}

TEST_CASE("a folder that did not count the rows of its lanes has them counted, and numbered") {
  const Folder folder;
  const auto path = folder.path() + "/fingerpost.db";
  {
    World world(folder.path());
    for (int i = 0; i < 6; ++i) {
      store::Unit unit;
      store::OutboxRow row;
      row.lane = i % 2 == 0 ? "subscription/s" : "link";
      row.idempotency_key = std::to_string(i);
      row.kind = i == 0 ? "subscription-handshake" : "subscription-event";
      row.status = i == 5 ? store::OutboxStatus::dead : store::OutboxStatus::waiting;
      unit.outbox.push_back(row);
      REQUIRE(store::commit_now(*world.store, std::move(unit)));
    }
  }
  {
    auto db = store::Db::open(path, store::Access::write);
    REQUIRE(db);
    REQUIRE(
        db->run("DROP TABLE lane_rows; DROP INDEX outbox_number; DROP INDEX outbox_oldest;"
                "ALTER TABLE outbox DROP COLUMN number; PRAGMA user_version = 6"));
    REQUIRE(db->run(before_8));
  }
  World world(folder.path());
  const auto lanes = world.reader->lanes().value();
  REQUIRE(lanes.size() == 2);
  CHECK(lanes[0].open == 2);
  CHECK(lanes[0].dead == 1);
  CHECK(lanes[0].counted == 0);
  CHECK(lanes[1].open == 3);
  CHECK(lanes[1].counted == 2);
  CHECK(world.reader->outbox_row("0")->number == 0);
  CHECK(world.reader->outbox_row("4")->number == 2);
}

TEST_CASE("a check tells of counts of lanes that are not those of their rows") {
  const Folder folder;
  {
    World world(folder.path());
    store::Unit unit;
    unit.outbox.push_back({});
    unit.outbox[0].lane = "link";
    unit.outbox[0].idempotency_key = "k";
    REQUIRE(store::commit_now(*world.store, std::move(unit)));
  }
  const auto faults = [&] {
    const auto checked = store::check_folder(folder.path(), nullptr);
    REQUIRE(checked);
    return checked->faults;
  };
  CHECK(faults().empty());
  {
    auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write);
    REQUIRE(db);
    REQUIRE(db->run("UPDATE lane_rows SET open = 7"));
  }
  REQUIRE(faults().size() == 1);
  CHECK(faults()[0] == "lane_rows: the counts are wrong, of lanes: 1");
}

TEST_CASE(
    "a folder that does not say by what contained resources are indexed has these indexed again") {
  const Folder folder;
  const std::string plan =
      R"({"resourceType":"CarePlan","status":"active","intent":"plan","contained":[)"
      R"({"resourceType":"Patient","id":"p","gender":"other"}],"subject":{"reference":"#p"}})";
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan, "c"), world.put(person(1), "1")));
  }
  {
    auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write);
    REQUIRE(db);
    REQUIRE(
        db->run("UPDATE parameter_set SET keys = substr(keys, 1, instr(keys, '/') - 1) WHERE "
                "instr(keys, '/') > 0; PRAGMA user_version = 5"));
    REQUIRE(db->run(before_8));
  }
  World world(folder.path());
  const auto outdated = world.reader->outdated(*world.parameters, 10);
  REQUIRE(outdated);
  // All are, for whose they are; the plan comes first, and searches lack it alone.
  REQUIRE(outdated->size() == 2);
  CHECK(outdated->front().type == "CarePlan");
  const auto found = world.search("CarePlan", {{"patient.gender", "other"}});
  CHECK(text_of(*found) == "CarePlan/c");
  CHECK_FALSE(found->partial.empty());
  auto again = world.put(plan, "c"), other = world.put(person(1), "1");
  again.op = other.op = store::Write::Op::reindex;
  again.if_version = other.if_version = 1;
  REQUIRE(world.commit(std::move(again), std::move(other)));
  CHECK(world.reader->outdated(*world.parameters, 10)->empty());
  const auto whole = world.search("CarePlan", {{"patient.gender", "other"}});
  CHECK(text_of(*whole) == "CarePlan/c");
  CHECK(whole->partial.empty());
}

TEST_CASE("a body is kept packed and read as it was written, whatever is in it") {
  const Folder folder;
  std::string all;
  for (int byte = 32; byte < 127; ++byte)
    if (byte != '"' && byte != '\\') all += static_cast<char>(byte);
  std::string noise;
  SeededRandom random;
  for (int n = 0; n < 200'000; ++n) noise += static_cast<char>('a' + random.next() % 26);
  const auto text = GENERATE_COPY(std::string("x"), std::string(3000, 'x'), all, noise);
  const std::string json = R"({"resourceType":"Organization","name":")" + text + "\"}";
  World world(folder.path());
  REQUIRE(world.commit(world.put(json, "o")));
  const auto body = world.reader->read("Organization", "o")->body;
  CHECK(body.find("\"name\":\"" + text + "\"") != std::string::npos);
  auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::read);
  REQUIRE(db);
  const auto kept = *db->integer("SELECT length(body) FROM version");
  const auto whole = *db->integer("SELECT length(unpacked(body)) FROM version");
  CHECK(kept < whole);
  CHECK(static_cast<std::size_t>(whole) == body.size());
}

TEST_CASE("a packed body that is damaged is an error, never another body") {
  const Folder folder;
  World world(folder.path());
  REQUIRE(world.commit(world.put(person(1), "1")));
  const char* damage =
      GENERATE("x'01'", "x'0180'", "x'0105ff'", "substr(body, 1, length(body) - 3)",
               "body || x'00'", "x'01ffffffff7f00'");
  {
    auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write);
    REQUIRE(db);
    REQUIRE(db->run(("UPDATE version SET body = " + std::string(damage)).c_str()));
  }
  CAPTURE(damage);
  const auto read = world.reader->read("Patient", "1");
  REQUIRE(!read);
  CHECK(read.error().kind == Kind::fault);
}

TEST_CASE("a version keeps the interaction that it came by") {
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(person(1), "1")));
  }
  World world(folder.path());
  auto patched = world.put(person(2), "1");
  patched.how = store::How::patch;
  REQUIRE(world.commit(std::move(patched)));
  store::HistoryQuery query;
  const auto page = world.reader->history(query);
  REQUIRE(page);
  REQUIRE(page->versions.size() == 2);
  CHECK(page->versions[0].how == store::How::patch);
  CHECK(page->versions[0].change == store::Change::updated);
  CHECK(page->versions[1].how == store::How::put);
  CHECK(page->versions[1].change == store::Change::created);
}

TEST_CASE("a backup taken while others write is a data folder of one moment") {
  const Folder folder;
  const Folder beside;
  const auto to = beside.path() + "/copy";
  std::size_t at_least = 0;
  {
    World world(folder.path());
    for (int i = 0; i < 50; ++i) REQUIRE(world.commit(world.put(person(i), std::to_string(i))));
    std::atomic<bool> ending = false;
    std::thread writer([&] {
      for (int i = 50; !ending; ++i) (void)world.commit(world.put(person(i), std::to_string(i)));
    });
    const auto copied = store::back_up(folder.path(), to);
    ending = true;
    writer.join();
    REQUIRE(copied);
    CHECK(*copied > 0);
    at_least = 50;
    CHECK(store::back_up(folder.path(), to).error().kind == Kind::conflict);
  }
  World world(to);
  const auto found = world.search("Patient", {{"_count", "0"}});
  REQUIRE(found);
  CHECK(*found->total >= at_least);
  CHECK(world.reader->read("Patient", "49").has_value());
  REQUIRE(world.commit(world.put(person(1), "new")));
  CHECK(store::back_up(beside.path(), beside.path() + "/none").has_error());
  CHECK(!std::filesystem::exists(beside.path() + "/none"));
}

TEST_CASE("a damaged file is found when the last program did not end in order") {
  const Folder folder;
  const auto path = folder.path() + "/fingerpost.db";
  {
    World world(folder.path());
    for (int i = 0; i < 500; ++i) REQUIRE(world.commit(world.put(person(i), std::to_string(i))));
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = std::filesystem::file_size(path);
    REQUIRE(size > 100'000);
    for (std::size_t at = 40'960; at + 4096 < size; at += 16'384) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(2048, '\x7f');
    }
  }
  std::ofstream(path + "-wal", std::ios::binary) << std::string(64, 'x');
  const Opened at(folder.path());
  const auto& opened = at.store;
  REQUIRE(!opened);
  CHECK(opened.error().kind == Kind::fault);
}

TEST_CASE("everything is there again after a restart") {
  const Folder folder;
  search::HashKey key;
  {
    World world(folder.path());
    key = world.store->hash_key();
    REQUIRE(world.commit(world.put(person(1), "a"), world.put(person(2), "b")));
    store::Unit unit;
    unit.inbox = store::InboxRow{};
    unit.inbox->key = "k";
    unit.inbox->answer = "AA";
    unit.outbox.push_back({});
    unit.outbox.back().lane = "l";
    unit.outbox.back().idempotency_key = "i";
    REQUIRE(store::commit_now(*world.store, std::move(unit)));
  }
  World world(folder.path());
  CHECK(world.store->hash_key() == key);
  CHECK(world.reader->read("Patient", "a")->version == 1);
  CHECK(text_of(*world.search("Patient", {{"family", "f2"}})) == "Patient/b");
  CHECK(world.reader->inbox_row("", "k")->answer == "AA");
  CHECK(world.reader->outbox_due("l", 1, 10)->size() == 1);
  REQUIRE(world.commit(world.put(person(3), "c")));
  CHECK(text_of(*world.search("Patient", {{"birthdate", "ge1900"}})) ==
        "Patient/a Patient/b Patient/c");
}

TEST_CASE("the files are for their owner alone") {
  const Folder folder;
  const World world(folder.path());
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    struct stat status {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CAPTURE(entry.path().string());
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a second opener is refused while the store is open") {
  const Folder folder;
  {
    const World world(folder.path());
    const Opened second(folder.path());
    REQUIRE(!second.store);
    CHECK(second.store.error().kind == Kind::conflict);
  }
  CHECK(Opened(folder.path()).store);
}

TEST_CASE("a file that is not ours is refused") {
  const Folder folder;
  std::ofstream(folder.path() + "/fingerpost.db") << "this is no database, whatever it is called";
  CHECK(!Opened(folder.path()).store);
}

TEST_CASE("units of many threads are all answered and all there") {
  const Folder folder;
  World world(folder.path());
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  constexpr int each = 200;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int n = 0; n < each; ++n) {
        store::Unit unit;
        store::Write write;
        write.type = "Basic";
        write.id = std::to_string(t) + "-" + std::to_string(n);
        write.body = {R"({"versionId":")", R"("}})"};
        if (n % 10 == 9) write.if_version = 99;  // refused, and hurts no other
        unit.writes.push_back(std::move(write));
        world.store->commit(std::move(unit), [&](Result<store::UnitOutcome> outcome) {
          if (outcome) ++done;
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(store::commit_now(*world.store, {}));
  CHECK(done == 4 * each * 9 / 10);
  const auto page = world.search("Basic", {{"_summary", "count"}});
  REQUIRE(page);
  CHECK(*page->total == 4 * each * 9 / 10);
}

TEST_CASE("a refused unit leaves nothing, whatever its place in a commit") {
  const Folder folder;
  {
    World world(folder.path());
    constexpr int units = 200;
    std::atomic<int> done = 0, refused = 0;
    for (int n = 0; n < units; ++n) {
      store::Unit unit;
      const bool bad = n % 3 != 1;
      // Of a shape that no unit before had.
      unit.writes.push_back(world.put(
          R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"v"}],"active":true})",
          (bad ? "bad" : "good") + std::to_string(n)));
      unit.writes.push_back(world.put(person(n), "p" + std::to_string(n)));
      if (n % 3 == 0) unit.writes.back().if_version = 7;
      if (n % 3 == 2)
        unit.inspect = [](store::Reader&) -> Result<void> {
          return Error{Kind::invalid, "no", ""};
        };
      world.store->commit(std::move(unit), [&](Result<store::UnitOutcome> outcome) {
        if (!outcome) ++refused;
        ++done;
      });
    }
    while (done < units) std::this_thread::yield();
    CHECK(refused == units - 67);  // each third is good
    for (int n = 0; n < units; ++n) {
      CAPTURE(n);
      const auto text = std::to_string(n);
      CHECK(world.reader->read("Patient", "bad" + text).has_value() == false);
      CHECK(world.reader->read("Patient", "p" + text).has_value() == (n % 3 == 1));
    }
  }
  const auto checked = store::check_folder(folder.path(), &definitions());
  REQUIRE(checked);
  CHECK(checked->faults == std::vector<std::string>{});
}

TEST_CASE("a full disk acknowledges nothing, is read from, and serves again when there is room") {
  const Folder folder;
  const test::SmallDisk disk(folder.path());
  if (!disk.mounted()) {
    WARN("skipped: a small file system can be mounted by root only");
    return;
  }
  {
    World world(folder.path());
    const std::string filler = folder.path() + "/filler";
    REQUIRE(world.commit(world.put(person(1), "first")));
    std::ofstream(filler) << std::string(std::size_t{4} << 20, 'x');
    int acknowledged = 0;
    Result<store::UnitOutcome> outcome = store::UnitOutcome{};
    for (; outcome && acknowledged < 2000; ++acknowledged)
      outcome = world.commit(world.put(person(acknowledged), "n" + std::to_string(acknowledged)));
    REQUIRE(!outcome);
    CHECK(outcome.error().kind == Kind::busy);
    CHECK(world.store->health() == store::Health::full);
    CHECK(world.reader->read("Patient", "first"));
    std::filesystem::remove(filler);
    CHECK(world.commit(world.put(person(2), "after")));
    CHECK(world.store->health() == store::Health::good);
    for (int n = 0; n < acknowledged - 1; ++n)
      CHECK(world.reader->read("Patient", "n" + std::to_string(n)));
  }
}

TEST_CASE("kill -9 loses nothing that was acknowledged") {
  const Folder folder;
  const std::string ledger = folder.path() + "/ledger";
  const std::string data = folder.path() + "/data";
  std::mt19937 engine(11);
  for (int round = 0; round < 6; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) work_until_killed(data, ledger, std::to_string(round) + "-");
    // Every other round dies at work, however slow the start is; those between, wherever it may be.
    const auto before = size_of(ledger);
    for (int n = 0; round % 2 == 0 && size_of(ledger) == before && n < 6000; ++n)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + engine() % 300));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
  }
  World world(data);
  std::ifstream acknowledged(ledger);
  int lines = 0;
  int lost = 0;
  for (std::string id; std::getline(acknowledged, id); ++lines)
    if (!world.reader->read("Basic", id)) ++lost;
  CHECK(lines > 0);
  CHECK(lost == 0);
}
