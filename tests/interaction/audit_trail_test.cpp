#include "interaction/audit_trail.h"

#include "base/system.h"
#include "support/catch.h"
#include "support/fhir.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace fingerpost;
using interaction::AuditTrail;
using interaction::AuditTrailOptions;

namespace {

// A store whose disk is full for as long as a test says.
class FullNow final : public store::Store {
 public:
  explicit FullNow(store::Store& behind) : behind_(behind) {}
  void commit(store::Unit unit, store::Completion completion) override {
    if (full) return completion(Error{Kind::busy, "the disk is full", ""});
    behind_.commit(std::move(unit), std::move(completion));
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override {
    return full && !passing ? store::Health::full : behind_.health();
  }

  std::atomic<bool> full{false};
  std::atomic<bool> passing{false};  // it is the line of writes that is full, not the disk

 private:
  store::Store& behind_;
};

store::AuditNote note(const char* did, int status = 0, const char* asked = "") {
  store::AuditNote made;
  made.did = did;
  made.status = status;
  made.asked = asked;
  return made;
}

bool told(AuditTrail& trail, store::AuditNote what) {
  std::promise<bool> promise;
  auto kept = promise.get_future();
  trail.add(std::move(what), [&](bool done) { promise.set_value(done); });
  return kept.get();
}

std::vector<store::AuditRow> rows(store::Store& store) {
  const auto reader = store.reader();
  REQUIRE(reader);
  auto page = (*reader)->audit({});
  REQUIRE(page);
  return std::move(page->rows);
}

std::string texts(store::Store& store) {
  std::string all;
  for (const auto& row : rows(store)) all += row.text;
  return all;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

AuditTrailOptions holding() {
  AuditTrailOptions options;
  options.hold = true;
  return options;
}

}  // namespace

TEST_CASE("L4: with hold, what is answered is in the audit, and nothing is answered that is not") {
  test::Fhir fhir;
  FullNow disk(*fhir.store);
  AuditTrail trail(disk, holding());
  CHECK(told(trail, note("read")));
  CHECK(texts(disk) == R"([{"did":"read"}])");
  disk.full = true;
  CHECK_FALSE(told(trail, note("vread")));
  disk.full = false;
  CHECK(told(trail, note("history")));
  CHECK(texts(disk) == R"([{"did":"read"}][{"did":"history"}])");
}

TEST_CASE("L4: while the audit cannot be kept nothing is handed out, and what was is kept later") {
  test::Fhir fhir;
  FullNow disk(*fhir.store);
  AuditTrailOptions options;
  options.gather_ms = 1;
  options.retry_ms = 1;
  {
    AuditTrail trail(disk, options);
    disk.full = true;
    bool kept = true;
    // The first of these are handed out before anybody knows.
    while (kept) trail.add(note("read"), [&](bool done) { kept = done; });
    disk.full = false;
    while (!kept) trail.add(note("vread"), [&](bool done) { kept = done; });
  }
  const auto all = texts(disk);
  CHECK(count(all, R"("did":"read")") >= 2);
  CHECK(count(all, R"("did":"vread")") >= 1);
}

TEST_CASE("a line of writes that is full keeps nobody from reading") {
  test::Fhir fhir;
  FullNow disk(*fhir.store);
  disk.full = disk.passing = true;
  AuditTrailOptions options;
  options.gather_ms = options.retry_ms = 1;
  {
    AuditTrail trail(disk, options);
    for (int i = 0; i < 100; ++i) {
      CHECK(told(trail, note("read")));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    disk.full = false;
  }
  CHECK(count(texts(disk), R"("did":"read")") == 100);
}

TEST_CASE("events that come together are one row, and what waits at the end is kept") {
  test::Fhir fhir;
  AuditTrailOptions options;
  options.gather_ms = 600'000;
  {
    AuditTrail trail(*fhir.store, options);
    for (int i = 0; i < 100; ++i) CHECK(told(trail, note("read")));
    CHECK(texts(*fhir.store).empty());
  }
  CHECK(rows(*fhir.store).size() == 1);
  CHECK(count(texts(*fhir.store), R"("did":"read")") == 100);
}

TEST_CASE("H15: more events than may wait are refused with their answers") {
  test::Fhir fhir;
  AuditTrailOptions options;
  options.gather_ms = 600'000;
  options.most_waiting = 3;
  AuditTrail trail(*fhir.store, options);
  for (int i = 0; i < 3; ++i) CHECK(told(trail, note("read")));
  CHECK_FALSE(told(trail, note("read")));
}

TEST_CASE("refusals that differ in nothing are told once, with how many they were") {
  test::Fhir fhir;
  AuditTrailOptions options;
  options.gather_ms = 600'000;
  {
    AuditTrail trail(*fhir.store, options);
    for (const char* asked : {"p", "p", "q", "p"}) CHECK(told(trail, note("read", 401, asked)));
    CHECK(told(trail, note("read", 0, "p")));
    CHECK(told(trail, note("read", 0, "p")));
  }
  const auto all = texts(*fhir.store);
  CAPTURE(all);
  CHECK(count(all, R"({"did")") == 4);
  CHECK(count(all, R"("status":401,"times":3,"asked":"p")") == 1);
  CHECK(count(all, R"("status":401,"asked":"q")") == 1);
}

TEST_CASE("L5: however often nobody is refused, it is one event, and there is room for others") {
  test::Fhir fhir;
  AuditTrailOptions options;
  options.gather_ms = options.unnamed_ms = 600'000;
  options.most_waiting = 2;
  {
    AuditTrail trail(*fhir.store, options);
    for (int i = 0; i < 10'000; ++i) CHECK(told(trail, note("request", 401)));
    CHECK(told(trail, note("read")));
  }
  const auto all = texts(*fhir.store);
  CAPTURE(all);
  CHECK(count(all, R"("times":10000)") == 1);
  CHECK(rows(*fhir.store).size() == 1);
}
