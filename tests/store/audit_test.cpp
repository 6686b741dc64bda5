#include "store/audit.h"

#include "store/backup.h"
#include "store/fixture.h"
#include "store/sqlite_db.h"

#include <filesystem>

namespace fingerpost::test {
namespace {

// Both stores, told the same.
struct Kinds {
  Folder folder;
  std::string path;
  explicit Kinds(bool on_disk) : path(on_disk ? folder.path() : "") {}
};

const std::string patient = R"({"resourceType":"Patient","name":[{"family":"Canary"}]})";
const std::string request =
    R"({"resourceType":"ServiceRequest","status":"active","intent":"order",)"
    R"("subject":{"reference":"Patient/p"}})";

std::vector<store::AuditRow> all_rows(World& world, store::AuditQuery query = {}) {
  const auto page = world.reader->audit(query);
  REQUIRE(page);
  return page->rows;
}

std::string verified(const Folder& folder) {
  const auto found = store::verify_audit(folder.path());
  REQUIRE(found);
  return found->fault;
}

void run_sql(const Folder& folder, const std::string& sql) {
  auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write);
  REQUIRE(db);
  REQUIRE(db->run(sql.c_str()));
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("L4: every unit that changes something has one row of the audit, in the same commit") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  REQUIRE(world.commit(world.put(patient, "p"), world.put(request, "r")));
  REQUIRE(world.commit(world.put(request, "r")));
  REQUIRE(world.commit(World::remove("ServiceRequest", "r")));
  REQUIRE(world.commit(World::remove("ServiceRequest", "never-there")));
  auto expunge = World::remove("Patient", "p");
  expunge.op = store::Write::Op::expunge;
  REQUIRE(world.commit(std::move(expunge)));

  const auto rows = all_rows(world);
  REQUIRE(rows.size() == 4);
  const auto whose =
      store::audit_mark(search::reference_hash(world.store->hash_key(), "Patient", "p"));
  const char* const wrote[] = {
      R"("wrote":["C Patient/p/_history/1","C ServiceRequest/r/_history/1"])",
      R"("wrote":["U ServiceRequest/r/_history/2"])",
      R"("wrote":["D ServiceRequest/r/_history/3"])", R"("wrote":["X Patient/p/_history/1"])"};
  store::AuditCheck check;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].text);
    CHECK(rows[i].number == static_cast<std::int64_t>(i) + 1);
    CHECK(rows[i].text.find(wrote[i]) != std::string::npos);
    CHECK(times(rows[i].text, "\"" + whose + (i == 3 ? "\"" : " Patient/p\"")) == 1);
    CHECK(rows[i].text.find("Canary") == std::string::npos);
    CHECK(check.take(rows[i]).empty());
  }
}

TEST_CASE("what is moved from one patient to another is told of as about both") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  REQUIRE(world.commit(world.put(request, "r")));
  const auto other = R"({"resourceType":"ServiceRequest","status":"active","intent":"order",)"
                     R"("subject":{"reference":"Patient/q"}})";
  REQUIRE(world.commit(world.put(other, "r")));
  const auto text = all_rows(world).back().text;
  for (const char* id : {"p", "q"})
    CHECK(times(text, store::audit_mark(
                          search::reference_hash(world.store->hash_key(), "Patient", id))) == 1);
}

TEST_CASE("a unit that is refused leaves no row, and the chain goes on without a gap") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  REQUIRE(world.commit(world.put(patient, "p")));
  auto wrong = world.put(patient, "p");
  wrong.if_version = 7;
  CHECK_FALSE(world.commit(world.put(request, "r"), std::move(wrong)));
  store::Unit looked_at;
  looked_at.writes.push_back(world.put(request, "r"));
  looked_at.inspect = [](store::Reader&) -> Result<void> {
    return Error{Kind::unsupported, "not so", ""};
  };
  CHECK_FALSE(store::commit_now(*world.store, std::move(looked_at)));
  REQUIRE(world.commit(world.put(request, "r")));
  const auto rows = all_rows(world);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].number == 2);
  CHECK(rows[1].previous == rows[0].hash);
}

TEST_CASE("what a unit says of itself stands in its row; a unit may be notes alone") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  store::Unit unit;
  unit.writes.push_back(world.put(patient, "p"));
  store::AuditNote note;
  note.did = "create";
  note.client = "hub \"1\"";
  note.purpose = "direct-care";
  unit.audit.push_back(note);
  REQUIRE(store::commit_now(*world.store, std::move(unit)));

  const auto read = world.reader->read("Patient", "p");
  REQUIRE(read);
  store::AuditNote reading;
  reading.did = "read";
  reading.hand_out(*read);
  reading.at_us = 5;
  store::Unit notes;
  notes.audit = {reading, reading};
  notes.audit[1].status = 403;
  REQUIRE(store::commit_now(*world.store, std::move(notes)));

  const auto rows = all_rows(world);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text.starts_with(
      R"([{"did":"create","client":"hub \"1\"","purpose":"direct-care","wrote":["C Patient/p)"));
  const auto whose = store::audit_mark(read->compartment);
  const std::string tail =
      R"("read":["Patient/p/_history/1"],"about":[")" + whose + R"( Patient/p"]})";
  CHECK(rows[1].text ==
        R"([{"did":"read","at":5,)" + tail + R"(,{"did":"read","at":5,"status":403,)" + tail + "]");
}

TEST_CASE(
    "rows of inbox, outbox and lanes are told, and a go at a delivery that is not over is not") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  store::Unit unit;
  unit.inbox = store::InboxRow{};
  unit.inbox->source = "mllp";
  unit.inbox->key = "1";
  unit.inbox->raw = "MSH|Canary";
  unit.inbox->status = store::InboxStatus::applied;
  unit.outbox.push_back({});
  unit.outbox[0].lane = "link";
  unit.outbox[0].idempotency_key = "k";
  const auto done = store::commit_now(*world.store, std::move(unit));
  REQUIRE(done);
  for (const auto status : {store::OutboxStatus::sending, store::OutboxStatus::waiting,
                            store::OutboxStatus::delivered}) {
    store::Unit update;
    update.outbox_updates.push_back({done->outbox_ids[0], status, {}, {}, {}});
    REQUIRE(store::commit_now(*world.store, std::move(update)));
  }
  store::Unit held;
  held.lanes.push_back({"link", true});
  REQUIRE(store::commit_now(*world.store, std::move(held)));
  const auto rows = all_rows(world);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].text ==
        R"([{"did":"take","from":"mllp","rows":["inbox 1 applied","outbox 1 waiting"]}])");
  CHECK(rows[1].text == R"([{"did":"deliver","rows":["outbox 1 delivered"]}])");
  CHECK(rows[2].text == R"([{"did":"hold","rows":["lane link held"]}])");
}

TEST_CASE("the audit is read in pages, from either end, by time and by what stands in it") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const Kinds kind(on_disk);
  World world(kind.path);
  for (int i = 0; i < 7; ++i)
    REQUIRE(world.commit(world.put(patient, "p" + std::to_string(i % 2))));
  const auto walked = [&](store::AuditQuery query) {
    std::string numbers;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = world.reader->audit(query);
      REQUIRE(page);
      for (const auto& row : page->rows) numbers += std::to_string(row.number) + " ";
      if (page->next == 0) return numbers;
      (query.newest_first ? query.below : query.above) = page->next;
    }
    return numbers + "…";
  };
  store::AuditQuery query;
  query.limit = 2;
  CHECK(walked(query) == "1 2 3 4 5 6 7 ");
  query.newest_first = true;
  CHECK(walked(query) == "7 6 5 4 3 2 1 ");
  query.has = {" Patient/p1/"};
  CHECK(walked(query) == "6 4 2 ");
  query.looked = 1;
  CHECK(walked(query) == "6 4 2 ");
  const auto third = all_rows(world)[2].at_us;
  query.has.clear();
  query.from_us = query.to_us = third;
  CHECK(walked(query) == "3 ");
}

TEST_CASE("L3: whatever is done to the rows of the audit is found, and named") {
  struct Row {
    const char* sql;
    const char* says;
  };
  const auto row = GENERATE(
      Row{"UPDATE audit SET text = replace(text, 'Patient', 'patient') WHERE number = 3",
          "row 3 was altered"},
      Row{"UPDATE audit SET at = at + 1 WHERE number = 1", "row 1 was altered"},
      Row{"UPDATE audit SET hash = zeroblob(32) WHERE number = 5", "row 5 was altered"},
      Row{"UPDATE audit SET hash = x'00' WHERE number = 2", "row 2 was altered"},
      Row{"DELETE FROM audit WHERE number = 2", "row 2 is missing"},
      Row{"DELETE FROM audit WHERE number IN (2, 3)", "row 2 to 3 are missing"},
      Row{"DELETE FROM audit WHERE number = 1", "row 1 is missing"},
      Row{"DELETE FROM audit WHERE number = 5", "row 5 is missing"},
      Row{"DELETE FROM audit WHERE number > 3", "row 4 to 5 are missing"},
      Row{"DELETE FROM audit", "row 1 to 5 are missing"},
      Row{"INSERT INTO audit SELECT 6, at, hash, hash, text FROM audit WHERE number = 5",
          "row 6 was altered"},
      Row{"INSERT INTO audit SELECT 0, at, previous, hash, text FROM audit WHERE number = 1",
          "row 0 is extra"},
      Row{"UPDATE audit SET number = -number WHERE number IN (2, 3);"
          "UPDATE audit SET number = 5 + number WHERE number < 0",
          "row 2 was altered"});
  CAPTURE(row.sql);
  const Folder folder;
  {
    World world(folder.path());
    for (int i = 0; i < 5; ++i) REQUIRE(world.commit(world.put(patient, std::to_string(i))));
  }
  REQUIRE(verified(folder).empty());
  run_sql(folder, row.sql);
  CHECK(verified(folder).starts_with(row.says));
  // What is done afterwards does not hide it.
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(patient, "later")));
  }
  CHECK(verified(folder).starts_with(row.says));
}

TEST_CASE("L3: an audit that was emptied is found, with the note of where it ended too") {
  const auto* const sql = GENERATE(
      "DELETE FROM audit; DELETE FROM meta WHERE name = 'audit head'",
      "DELETE FROM audit; UPDATE meta SET value = zeroblob(40) WHERE name = 'audit head'",
      // The last rows alone: the note is made to fit.
      "DELETE FROM audit WHERE number > 2; UPDATE meta SET value = CAST(x'0200000000000000' "
      "|| (SELECT hash FROM audit WHERE number = 2) AS BLOB) WHERE name = 'audit head'");
  CAPTURE(sql);
  const Folder folder;
  {
    World world(folder.path());
    for (int i = 0; i < 5; ++i) REQUIRE(world.commit(world.put(patient, std::to_string(i))));
  }
  REQUIRE(verified(folder).empty());
  run_sql(folder, sql);
  CHECK_FALSE(verified(folder).empty());
  // What is done afterwards does not hide it.
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(patient, "later")));
  }
  CHECK(verified(folder).starts_with("rows are missing: none tells of "));
}

TEST_CASE("an audit without a row is sound where nothing was stored") {
  const Folder folder;
  { const World world(folder.path()); }
  CHECK(verified(folder).empty());
}

TEST_CASE("what was expunged is not missed by the audit") {
  const Folder folder;
  {
    World world(folder.path());
    for (int i = 0; i < 3; ++i) REQUIRE(world.commit(world.put(patient, "p")));
    auto expunge = World::remove("Patient", "p");
    expunge.op = store::Write::Op::expunge;
    REQUIRE(world.commit(world.put(request, "r")));
    REQUIRE(world.commit(std::move(expunge)));
  }
  CHECK(verified(folder).empty());
}

TEST_CASE("a row that follows on the chain but that no commit has made is extra") {
  const Folder folder;
  store::AuditRow last;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(patient, "1")));
    last = all_rows(world).back();
  }
  store::AuditHead head{last.number, last.hash};
  const auto more = store::chained(head, last.at_us, "[]");
  run_sql(folder, "INSERT INTO audit VALUES(2, " + std::to_string(more.at_us) + ", x'" +
                      hex(more.previous) + "', x'" + hex(more.hash) + "', '[]')");
  CHECK(verified(folder) == "row 2 is extra: the chain ended before it");
}

TEST_CASE("the chain goes on after a restart and into a backup, and its head is told") {
  const Folder folder, elsewhere;
  for (int i = 0; i < 3; ++i) {
    World world(folder.path());
    REQUIRE(world.commit(world.put(patient, std::to_string(i))));
  }
  const auto found = store::verify_audit(folder.path());
  REQUIRE(found);
  CHECK(found->rows == 3);
  CHECK(found->head.number == 3);
  CHECK(found->fault.empty());
  const auto copy = elsewhere.path() + "/copy";
  REQUIRE(store::back_up(folder.path(), copy));
  const auto copied = store::verify_audit(copy);
  REQUIRE(copied);
  CHECK(copied->head.hash == found->head.hash);
  CHECK(copied->fault.empty());
}

TEST_CASE(
    "a folder that was made before there was an audit gets one that begins with what is done "
    "next") {
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(patient, "1")));
  }
  run_sql(folder, before_8);
  run_sql(folder,
          "DROP TABLE audit; DELETE FROM meta WHERE name = 'audit head'; PRAGMA user_version = 5");
  {
    const auto before = store::verify_audit(folder.path());
    REQUIRE_FALSE(before);
    CHECK(before.error().kind == Kind::unsupported);
  }
  World world(folder.path());
  REQUIRE(world.commit(world.put(patient, "2")));
  const auto rows = all_rows(world);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].number == 1);
  CHECK(verified(folder).empty());
}

}  // namespace fingerpost::test
