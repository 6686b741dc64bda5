// What the service file says against the page that says how to install it.
#include "support/catch.h"
#include "support/places.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace fingerpost;

namespace {

namespace fs = std::filesystem;

// "Service.User" and its values, in order.
using Unit = std::multimap<std::string, std::string>;

Unit read_unit() {
  Unit unit;
  std::istringstream lines(test::read_file(test::project_dir() + "/adapter/fingerpost.service"));
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section = line.substr(1, line.size() - 2);
      continue;
    }
    const auto equals = line.find('=');
    REQUIRE(equals != std::string::npos);
    unit.emplace(section + "." + line.substr(0, equals), line.substr(equals + 1));
  }
  return unit;
}

std::string value(const Unit& unit, const std::string& key) {
  CAPTURE(key);
  REQUIRE(unit.count(key) == 1);
  return unit.find(key)->second;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

std::string page() {
  return test::read_file(test::project_dir() + "/adapter/command/INSTALLING.md");
}

bool says(const std::string& text) {
  return page().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("every path of the service file is on the page that says how to install it") {
  const auto unit = read_unit();
  std::vector<std::string> paths;
  for (const auto& word : words(value(unit, "Service.ExecStart")))
    if (word.front() == '/') paths.push_back(word);
  REQUIRE(paths.size() == 2);
  const fs::path program = paths[0];
  // Where the program looks for what it needs: find_shared.
  const auto shared = (program.parent_path() / "../share/fingerpost").lexically_normal().string();
  paths.push_back(shared + "/fingerpost.definitions");
  paths.push_back(shared + "/mappings");
  paths.push_back("/var/lib/" + value(unit, "Service.StateDirectory"));
  paths.push_back("/etc/" + value(unit, "Service.ConfigurationDirectory"));
  for (auto path : words(value(unit, "Service.ReadWritePaths")))
    paths.push_back(path.substr(path.front() == '-' ? 1 : 0));
  const auto documentation = value(unit, "Unit.Documentation");
  REQUIRE(documentation.starts_with("file:"));
  paths.push_back(documentation.substr(5));
  for (const auto& path : paths) {
    CAPTURE(path);
    CHECK(says(path));
  }
  CHECK(says("install -D -m 0755 build/release/fingerpost " + program.string() + "\n"));
  CHECK(says("config check " + paths[1] + "\n"));
  CHECK(says("data = \"/var/lib/" + value(unit, "Service.StateDirectory") + "\""));
  CHECK(says("useradd --system --user-group"));
  CHECK(says("nologin " + value(unit, "Service.User") + "\n"));
  CHECK(value(unit, "Service.User") == value(unit, "Service.Group"));
}

TEST_CASE("the service file's modes and limits are those of the page, and systemd heeds them") {
  const auto unit = read_unit();
  CHECK(value(unit, "Service.StateDirectoryMode") == "0700");
  CHECK(says("-m " + value(unit, "Service.ConfigurationDirectoryMode") + " /etc/fingerpost\n"));
  // In [Service] it would be passed over.
  CHECK(value(unit, "Unit.StartLimitIntervalSec") == "0");
  CHECK(says("`StartLimitIntervalSec=0`"));
  CHECK(value(unit, "Service.RestartSec") == "1");
  CHECK(value(unit, "Service.Restart") == "on-failure");
  CHECK(value(unit, "Service.WatchdogSec") == "30");
  CHECK(says("for 30 seconds, is started again after a second"));
}

TEST_CASE("every file that the page installs is there, or is what the build makes") {
  std::istringstream lines(page());
  int found = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool installs = line.starts_with("    install -D ") || line.starts_with("    cp -rT ");
    if (!installs) continue;
    const auto all = words(line);
    const auto source = all[all.size() - 2];
    CAPTURE(source);
    ++found;
    if (source.starts_with("build/release/"))
      CHECK(fs::exists(test::build_dir() + source.substr(13)));
    else
      CHECK(fs::exists(test::project_dir() + "/" + source));
  }
  CHECK(found == 5);
}
