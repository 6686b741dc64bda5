#include "remote/drop_folder.h"

#include "support/catch.h"
#include "support/folder.h"
#include "support/small_disk.h"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace fingerpost;
using namespace fingerpost::remote;
using namespace fingerpost::test;

namespace {

constexpr std::size_t most_bytes = 1'000;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}
FolderFile only_file(const std::string& folder) {
  const auto files = list_files(folder, 10, most_bytes).value().files;
  REQUIRE(files.size() == 1);
  return files[0];
}

}  // namespace

TEST_CASE("a file that is dropped is whole, alone, and nobody else's to read") {
  const Folder folder;
  const std::string bytes(200'000, 'x');
  CHECK(drop_file(folder.path(), "a.hl7", bytes).outcome == Outcome::delivered);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a.hl7"});
  CHECK(text_of(folder / "a.hl7") == bytes);
  CHECK((fs::status(folder / "a.hl7").permissions() & fs::perms::others_all) == fs::perms::none);
}

TEST_CASE("another go at a file finds it there; another content under its name is refused") {
  const Folder folder;
  CHECK(drop_file(folder.path(), "a.hl7", "one").outcome == Outcome::delivered);
  CHECK(drop_file(folder.path(), "a.hl7", "one").outcome == Outcome::delivered);
  CHECK(drop_file(folder.path(), "a.hl7", "two").outcome == Outcome::refused);
  CHECK(drop_file(folder.path(), "a.hl7", "one more").outcome == Outcome::refused);
  CHECK(text_of(folder / "a.hl7") == "one");
  CHECK(names_in(folder.path()).size() == 1);
}

TEST_CASE("what a stop left half written is written anew") {
  const Folder folder;
  folder.write(".a.hl7.part", "half of something longer");
  CHECK(drop_file(folder.path(), "a.hl7", "whole").outcome == Outcome::delivered);
  CHECK(text_of(folder / "a.hl7") == "whole");
  CHECK(names_in(folder.path()).size() == 1);
}

TEST_CASE("a symbolic link is not written through") {
  const Folder folder;
  const Folder other;
  other.write("target", "theirs");
  fs::create_symlink(other / "target", folder / ".a.hl7.part");
  CHECK(drop_file(folder.path(), "a.hl7", "ours").outcome == Outcome::delivered);
  CHECK(text_of(other / "target") == "theirs");
  CHECK(text_of(folder / "a.hl7") == "ours");
}

TEST_CASE("what a stop left as a second link of a file that is there does not change it") {
  const Folder folder;
  folder.write("a.hl7", "ours");
  fs::create_hard_link(folder / "a.hl7", folder / ".a.hl7.part");
  CHECK(drop_file(folder.path(), "a.hl7", "ours").outcome == Outcome::delivered);
  CHECK(drop_file(folder.path(), "a.hl7", "other").outcome == Outcome::refused);
  CHECK(text_of(folder / "a.hl7") == "ours");
}

TEST_CASE("a folder that is not there is waited for; a name that leads out of it is refused") {
  const Folder folder;
  CHECK(drop_file(folder.path() + "/none", "a.hl7", "x").outcome == Outcome::later);
  for (const auto* name : {"../a", "a/b", ".a", ""}) {
    CAPTURE(name);
    CHECK(drop_file(folder.path(), name, "x").outcome == Outcome::refused);
  }
}

TEST_CASE("F-9: a disk that is full leaves nothing half there, and takes the file when it can") {
  const Folder folder;
  const SmallDisk disk(folder.path(), 1);
  if (!disk.mounted()) {
    WARN("skipped: nothing can be mounted here");
    return;
  }
  folder.write("big", std::string(900'000, 'x'));
  CHECK(drop_file(folder.path(), "a.hl7", std::string(500'000, 'y')).outcome == Outcome::later);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"big"});
  fs::remove(folder / "big");
  CHECK(drop_file(folder.path(), "a.hl7", std::string(500'000, 'y')).outcome == Outcome::delivered);
}

TEST_CASE("files are listed by name, without folders, links, pipes and what begins with a dot") {
  const Folder folder;
  folder.write("b.hl7", "b");
  folder.write("a.hl7", "a");
  folder.write(".c.hl7", "c");
  fs::create_directory(folder / "taken");
  fs::create_symlink(folder / "a.hl7", folder / "link.hl7");
  REQUIRE(::mkfifo((folder / "pipe.hl7").c_str(), 0600) == 0);
  auto list = list_files(folder.path(), 10, 1).value();
  REQUIRE(list.files.size() == 2);
  CHECK(list.files[0].name == "a.hl7");
  CHECK(list.files[1].name == "b.hl7");
  CHECK(!list.too_large);
  CHECK(list_files(folder.path(), 1, 1).value().files.size() == 1);
  CHECK(list_files(folder.path() + "/none", 1, 1).error().kind == Kind::busy);
  // One that is too large takes nobody's place.
  folder.write("a.hl7", "aa");
  list = list_files(folder.path(), 1, 1).value();
  CHECK(list.too_large);
  REQUIRE(list.files.size() == 1);
  CHECK(list.files[0].name == "b.hl7");
}

TEST_CASE("a file is taken as it was seen, or not at all") {
  const Folder folder;
  folder.write("a.hl7", "message");
  const auto file = only_file(folder.path());
  CHECK(take_file(folder.path(), file, 7).value() == "message");
  CHECK(take_file(folder.path(), file, 6).error().kind == Kind::too_costly);
  folder.write("a.hl7", "message and more");
  CHECK(take_file(folder.path(), file, 100).error().kind == Kind::conflict);
}

TEST_CASE("what has been put in a file's place is not followed") {
  const Folder folder;
  folder.write("a.hl7", "message");
  folder.write("b.hl7", "message");
  const auto file = list_files(folder.path(), 10, most_bytes).value().files[0];
  fs::remove(folder / "a.hl7");
  const bool pipe = GENERATE(true, false);
  if (pipe)
    REQUIRE(::mkfifo((folder / "a.hl7").c_str(), 0600) == 0);
  else
    fs::create_symlink(folder / "b.hl7", folder / "a.hl7");
  CHECK(!take_file(folder.path(), file, 100));
}

TEST_CASE("what is put away replaces nothing") {
  const Folder folder;
  const auto taken = (folder / "taken").string();
  for (const auto* text : {"one", "two", "three"}) {
    folder.write("a.hl7", text);
    const auto list = list_files(folder.path(), 10, most_bytes).value();
    CHECK(put_away(folder.path(), list.files.at(0), taken));
  }
  CHECK(names_in(taken) == std::vector<std::string>{"a.hl7", "a.hl7.2", "a.hl7.3"});
  CHECK(text_of(folder / "taken" / "a.hl7") == "one");
}

TEST_CASE("a file that is another since it was seen is not put away") {
  const Folder folder;
  const auto taken = (folder / "taken").string();
  folder.write("a.hl7", "one");
  const auto seen = only_file(folder.path());
  const bool replaced = GENERATE(true, false);
  if (replaced) {
    folder.write("b.hl7", "two");
    fs::rename(folder / "b.hl7", folder / "a.hl7");
  } else {
    std::ofstream(folder / "a.hl7", std::ios::app) << " and more";
  }
  CHECK(put_away(folder.path(), seen, taken).error().kind == Kind::conflict);
  CHECK(text_of(folder / "a.hl7") == (replaced ? "two" : "one and more"));
  CHECK(names_in(taken).empty());
}

TEST_CASE("a file is moved as it is, and never over another") {
  const Folder folder;
  folder.write("a.hl7", "one");
  CHECK(move_file(folder.path(), "a.hl7", (folder / "b").string()));
  folder.write("a.hl7", "two");
  CHECK(move_file(folder.path(), "a.hl7", (folder / "b").string()).error().kind == Kind::conflict);
  CHECK(text_of(folder / "b" / "a.hl7") == "one");
  CHECK(text_of(folder / "a.hl7") == "two");
}
