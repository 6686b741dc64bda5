// A running gateway takes extracts from a folder.
#include "command/http_call.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace fingerpost;
using test::eventually;
namespace fs = std::filesystem;

namespace {

// A gateway that takes TPP extracts from `in`.
struct Watched {
  test::Folder folder;
  std::string at = to_text(command::Address{"127.0.0.1", test::free_port()});
  std::optional<test::Program> gateway;

  // With an extract that was being looked at when the gateway ended.
  explicit Watched(const std::string& left = "") {
    fs::create_directories(folder / "in/.taking");
    if (!left.empty()) {
      put(left, "20261121_0200", "20261122_0200", "N");
      fs::rename(folder / "in" / left, folder / "in/.taking" / left);
    }
    folder.write("gateway.toml",
                 "[[partner]]\nid = \"north\"\nidentifier = [{ system = \"\", value = \"N1\" }]\n"
                 "[[source]]\nkind = \"tpp\"\npartner = \"north\"\nsettle_seconds = 0\n"
                 "poll_seconds = 1\nfolder = \"" +
                     (folder / "in").string() + "\"\n");
    gateway.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "data").string(), "--http", at,
                                 "--config", (folder / "gateway.toml").string()},
        folder / "out", folder / "log");
  }

  // Goals 1 and 2, of one extract; moved in whole.
  void put(const std::string& name, const std::string& from, const std::string& to,
           const std::string& delta, const std::string& end = "\r\n") const {
    const auto made = folder / ("." + name);
    fs::create_directories(made);
    folder.write("." + name + "/SRManifest.csv",
                 "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\nSRGoal," + delta +
                     ",N," + from + "," + to + "\r\n");
    folder.write("." + name + "/SRGoal.csv", "RowIdentifier,GoalType,IDPatient\r\n1,Walk to " + to +
                                                 ",11\r\n2,Swim,\"12\"" + end);
    fs::rename(made, folder / "in" / name);
  }

  bool is_in(const std::string& place, const std::string& name) const {
    return fs::exists(folder / "in" / place / name);
  }

  std::string inbox() const {
    return test::run({"inbox", "list", "--data", (folder / "data").string()}).out;
  }
  bool says(const std::string& words) const { return inbox().find(words) != std::string::npos; }
};

}  // namespace

TEST_CASE("a gateway takes the extracts of a folder, each whole and in their order") {
  Watched world;
  world.put("20261122", "20261121_0200", "20261122_0200", "N");
  REQUIRE(eventually([&] { return world.is_in("applied", "20261122"); }));
  CHECK(test::read_file(world.folder / "log").find(R"("level":"error")") == std::string::npos);

  SECTION("the command line says where a gateway that runs takes them from") {
    const auto ran =
        test::run({"extract", "apply", "--from", "tpp", "--data", (world.folder / "data").string(),
                   "--config", (world.folder / "gateway.toml").string(), "--partner", "north",
                   (world.folder / "in/applied/20261122").string()});
    CHECK(ran.status == 2);
    CHECK(ran.error.find("of a [[source]]") != std::string::npos);
  }
  SECTION("the same again is told, and changes nothing") {
    world.put("20261122", "20261121_0200", "20261122_0200", "N");
    CHECK(eventually([&] { return world.is_in("applied", "20261122.2"); }));
    CHECK(test::read_file(world.folder / "log").find("extract applied before") !=
          std::string::npos);
  }
  SECTION("yesterday's is put aside with the reason") {
    world.put("20261121", "20261120_0200", "20261121_0200", "N");
    CHECK(eventually([&] { return world.is_in("refused", "20261121"); }));
    CHECK(world.says("a later extract was applied"));
  }
  SECTION("one that is cut short holds up what goes on from it, until it is whole") {
    world.put("20261123", "20261122_0200", "20261123_0200", "Y", "");
    world.put("20261124", "20261123_0200", "20261124_0200", "Y");
    REQUIRE(eventually([&] { return world.says("truncated"); }));
    CHECK_FALSE(world.is_in("applied", "20261124"));
    world.folder.write("in/20261123/SRGoal.csv",
                       "RowIdentifier,GoalType,IDPatient\r\n1,Run,11\r\n");
    CHECK(eventually([&] { return world.is_in("applied", "20261124"); }));
    CHECK(world.is_in("applied", "20261123"));
  }
  SECTION("one whose forerunner is missing waits for it") {
    world.put("20261124", "20261123_0200", "20261124_0200", "Y");
    REQUIRE(eventually([&] { return world.says("none between was applied"); }));
    CHECK_FALSE(world.is_in("applied", "20261124"));
    CHECK(world.is_in("", "20261124"));
  }
}

TEST_CASE("an extract that was begun before the gateway ended is taken after its start") {
  const Watched world("20261122");
  CHECK(eventually([&] { return world.is_in("applied", "20261122"); }));
  CHECK_FALSE(world.is_in(".taking", "20261122"));
}

TEST_CASE("a gateway does not start when the folder that extracts come from is not there") {
  const test::Folder folder;
  const auto config = folder.write("gateway.toml", "[[source]]\nkind = \"emis\"\nfolder = \"" +
                                                       (folder / "none").string() + "\"\n");
  const auto ran = test::run(
      {"serve", "--data", (folder / "data").string(), "--http", "127.0.0.1:0", "--config", config});
  CHECK(ran.status == 2);
  CHECK(ran.error.find("is no folder") != std::string::npos);
}
