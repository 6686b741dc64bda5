#include "support/folder.h"

#include "exchange/folder_intake.h"
#include "exchange/folder_transport.h"
#include "exchange/outbox_worker.h"
#include "support/peer.h"
#include "world.h"

#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;
using store::OutboxStatus;

namespace {

struct FolderWorld : World {
  FolderWorld() {
    for (auto& one : partners.list) {
      if (one.id != "practice" && one.id != "links") continue;
      one.channel = Channel::folder;
      one.folder = {(folder / (one.id + "-out")).string(), (folder / (one.id + "-in")).string(), 1};
      fs::create_directory(one.folder.out);
      fs::create_directory(one.folder.in);
    }
  }
  void put(const std::string& key) {
    store::OutboxRow row;
    row.lane = row.receiver = "links";
    row.idempotency_key = key;
    row.kind = "hl7v2";
    row.body = "MSH|" + key;
    store::Unit unit;
    unit.outbox = {row};
    REQUIRE(commit_now(*store, std::move(unit)));
  }
  std::unique_ptr<FolderIntake> intake() {
    FolderIntakeOptions options;
    options.poll_us = 1'000;
    options.file_bytes = 10'000;
    return std::make_unique<FolderIntake>(parts, options,
                                          [this](const std::string&, const Error& error) {
                                            const std::lock_guard lock(mutex);
                                            troubles.push_back(error);
                                          });
  }
  // Lets the clock go until it holds.
  bool soon(const std::function<bool()>& holds) {
    return eventually([&] {
      clock.advance(200'000);
      return holds();
    });
  }
  std::vector<std::string> names(const std::string& below) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder / below))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
  bool is_taken(const std::string& name) const {
    return fs::exists(folder / "practice-in" / "taken" / name);
  }

  Folder folder;
  std::mutex mutex;
  std::vector<Error> troubles;
};

OutboxOptions quick() {
  OutboxOptions options;
  options.poll_us = 1'000;
  options.retry.first_us = 1'000;
  return options;
}

}  // namespace

TEST_CASE("rows to a folder partner are files, in the order of the rows") {
  FolderWorld world;
  for (int i = 0; i < 12; ++i) world.put("key-" + std::to_string(i));
  FolderTransport folders;
  OutboxWorker worker(world.parts, folders, quick());
  REQUIRE(eventually([&] { return worker.counts().delivered == 12; }));
  const auto names = world.names("links-out");
  REQUIRE(names.size() == 12);
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(names[i].ends_with("-key-" + std::to_string(i) + ".hl7"));
}

TEST_CASE("F-9: a folder that is not there holds its rows, and loses none") {
  FolderWorld world;
  world.put("key-1");
  const auto out = world.folder / "links-out";
  fs::remove(out);
  FolderTransport folders;
  OutboxWorker worker(world.parts, folders, quick());
  REQUIRE(world.soon([&] { return worker.counts().retried >= 2; }));
  fs::create_directory(out);
  CHECK(world.soon([&] { return worker.counts().delivered == 1; }));
  CHECK(world.names("links-out").size() == 1);
}

TEST_CASE("a file that stays as it is becomes an inbox row of its partner, and is put away") {
  FolderWorld world;
  world.folder.write("practice-in/1.hl7", referral_message("M1", "r1"));
  const auto intake = world.intake();
  REQUIRE(world.soon([&] { return world.is_taken("1.hl7"); }));
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].source == "practice");
  CHECK(world.inbox()[0].status == InboxStatus::received);
}

TEST_CASE("what is put for a partner has the mode that is configured, whatever the umask") {
  FolderWorld world;
  const unsigned mode = GENERATE(0600u, 0640u, 0660u);
  for (auto& one : world.partners.list) one.folder.mode = mode;
  world.put("key-1");
  const auto before = ::umask(077);
  FolderTransport folders;
  OutboxWorker worker(world.parts, folders, quick());
  REQUIRE(eventually([&] { return worker.counts().delivered == 1; }));
  ::umask(before);
  const auto file = world.folder / "links-out" / world.names("links-out").at(0);
  CHECK(static_cast<unsigned>(fs::status(file).permissions()) == mode);
}

TEST_CASE("a message from a folder that says another is its sender is nobody's word") {
  struct Row {
    const char *application, *facility;   // of the partner whose folder it is
    const char *other, *others_facility;  // of another
    bool kept;
  };
  // It says GP and SURGERY.
  const auto row = GENERATE(
      Row{"", "", "", "", true}, Row{"GP", "", "", "", true}, Row{"GP", "SURGERY", "", "", true},
      Row{"", "SURGERY", "GP", "", true}, Row{"", "", "LW", "LW", true},
      Row{"LW", "", "", "", false}, Row{"GP", "HOSPITAL", "", "", false},
      Row{"", "", "GP", "SURGERY", false}, Row{"LW", "LW", "GP", "SURGERY", false});
  CAPTURE(row.application, row.facility, row.other, row.others_facility);
  FolderWorld world;
  for (auto& one : world.partners.list) {
    const bool is = one.id == "practice";
    one.application = is ? row.application : one.id == "links" ? row.other : "";
    one.facility = is ? row.facility : one.id == "links" ? row.others_facility : "";
  }
  world.folder.write("practice-in/1.hl7", referral_message("M1", "r1"));
  const auto intake = world.intake();
  REQUIRE(world.soon([&] { return world.is_taken("1.hl7"); }));
  REQUIRE(world.inbox().size() == 1);
  const auto kept = world.inbox()[0];
  CHECK(kept.source == "practice");
  CHECK((kept.status == InboxStatus::received) == row.kept);
  if (row.kept) return;
  CHECK(kept.status == InboxStatus::quarantined);
  CHECK(kept.note == "MSH-3 and MSH-4 name another sender than whom it came from");
}

TEST_CASE("a file that grows is left until it has settled") {
  FolderWorld world;
  const auto whole = referral_message("M1", "r1");
  world.folder.write("practice-in/1.hl7", whole.substr(0, 40));
  const auto intake = world.intake();
  // Half a second of the clock at a time, and it has grown each time.
  for (std::size_t size = 41; size < 60; ++size) {
    world.clock.advance(500'000);
    ::usleep(5'000);
    world.folder.write("practice-in/1.hl7", whole.substr(0, size));
    CHECK(world.inbox().empty());
  }
  world.folder.write("practice-in/1.hl7", whole);
  REQUIRE(world.soon([&] { return world.is_taken("1.hl7"); }));
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.reader()->inbox_row(world.inbox()[0].id)->raw == whole);
}

TEST_CASE("F-2: a file that comes again after a stop is one message") {
  FolderWorld world;
  world.folder.write("practice-in/1.hl7", referral_message("M1", "r1"));
  // Kept, and not put away: something that is no folder is in the way.
  fs::create_symlink("nowhere", world.folder / "practice-in" / "taken");
  {
    const auto killed = world.intake();
    REQUIRE(world.soon([&] { return world.inbox().size() == 1; }));
  }
  CHECK(fs::exists(world.folder / "practice-in" / ".taking" / "1.hl7"));
  fs::remove(world.folder / "practice-in" / "taken");
  const auto intake = world.intake();
  REQUIRE(world.soon([&] { return world.is_taken("1.hl7"); }));
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("a partner who writes every message under one name loses none") {
  FolderWorld world;
  const auto intake = world.intake();
  const auto here = world.folder / "practice-in" / "referral.hl7";
  for (int i = 1; i <= 5; ++i) {
    const auto number = std::to_string(i);
    world.folder.write("next", referral_message("M" + number, "r" + number));
    // As soon as the last has left its place, be it kept yet or not.
    REQUIRE(world.soon([&] { return !fs::exists(here); }));
    fs::rename(world.folder / "next", here);
  }
  CHECK(world.soon([&] { return world.inbox().size() == 5; }));
}

TEST_CASE("F-2: a message that replaces another while that is being kept is not lost") {
  FolderWorld world;
  // The first was moved to be read, and the process ended.
  fs::create_directory(world.folder / "practice-in" / ".taking");
  world.folder.write("practice-in/.taking/referral.hl7", referral_message("M1", "r1"));
  world.folder.write("practice-in/referral.hl7", referral_message("M2", "r2"));
  const auto intake = world.intake();
  REQUIRE(world.soon([&] { return world.is_taken("referral.hl7.2"); }));
  CHECK(world.inbox().size() == 2);
}

TEST_CASE("a file that is too large stays, holds up no other, and its name is not told") {
  FolderWorld world;
  world.folder.write("practice-in/1 Mrs Smith.hl7", std::string(10'001, 'x'));
  world.folder.write("practice-in/2.hl7", referral_message("M2", "r2"));
  const auto intake = world.intake();
  REQUIRE(world.soon([&] { return world.is_taken("2.hl7"); }));
  CHECK(fs::exists(world.folder / "practice-in" / "1 Mrs Smith.hl7"));
  const std::lock_guard lock(world.mutex);
  REQUIRE(world.troubles.size() == 1);
  CHECK(world.troubles[0].text == "a file is too large");
  CHECK(world.troubles[0].where.empty());
}
