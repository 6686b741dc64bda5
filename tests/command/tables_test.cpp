// The tables of threats and of hazards name tests: each of them is there, and no row is forgotten.

#include "support/catch.h"
#include "support/files.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;
namespace fs = std::filesystem;

namespace {

// The next C++ string from `at` on, which stands behind it then: a text that is written in several
// pieces is one.
std::string string_at(std::string_view source, std::size_t& at) {
  std::string text;
  while (at < source.size() && source[at] == '"') {
    for (++at; at < source.size() && source[at] != '"'; ++at) {
      if (source[at] == '\\') ++at;
      text += source[at];
    }
    at = source.find_first_not_of(" \t\r\n", at + 1);
  }
  return text;
}

std::set<std::string> test_names() {
  constexpr std::string_view begin = "TEST_CASE(";
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(test::project() / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    const auto source = test::read_file(entry.path());
    for (auto at = source.find(begin); at != std::string::npos; at = source.find(begin, at)) {
      at = source.find_first_not_of(" \t\r\n", at + begin.size());
      names.insert(string_at(source, at));
    }
  }
  return names;
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream in(line);
  std::string cell;
  std::getline(in, cell, '|');
  while (std::getline(in, cell, '|')) {
    const auto first = cell.find_first_not_of(' ');
    const auto last = cell.find_last_not_of(' ');
    found.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return found;
}

// What stands between `marks`.
std::vector<std::string> marked(const std::string& cell) {
  std::vector<std::string> names;
  for (auto at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const auto end = cell.find('`', at + 1);
    if (end == std::string::npos) break;
    names.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

// A test's name, or a file below tests/.
bool is_there(const std::string& name, const std::set<std::string>& names) {
  return names.count(name) == 1 ||
         (name.starts_with("tests/") && fs::is_regular_file(test::project() / name));
}

std::vector<std::string> threats() {
  struct Area {
    char letter;
    int count;
  };
  constexpr Area areas[] = {{'H', 20}, {'T', 8}, {'A', 22}, {'Z', 21}, {'J', 7}, {'X', 5}, {'V', 7},
                            {'C', 4},  {'D', 7}, {'O', 6},  {'F', 8},  {'L', 8}, {'U', 6}};
  std::vector<std::string> all;
  for (const auto& [letter, count] : areas)
    for (int i = 1; i <= count; ++i) all.push_back(letter + std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE(
    "each threat is a row of the table, with tests that are there, a reason, or what is missing") {
  const auto names = test_names();
  REQUIRE(names.size() > 1000);
  std::istringstream in(test::read_file(test::project() / "tests/security/README.md"));
  std::vector<std::string> found;
  for (std::string line; std::getline(in, line);) {
    const auto row = cells(line);
    if (row.size() < 4 || row[0].empty() || row[0].starts_with("-")) continue;
    CAPTURE(line);
    found.push_back(row[0]);
    CHECK_FALSE(row[1].empty());
    const auto shown = marked(row[2]);
    for (const auto& name : shown) {
      CAPTURE(name);
      CHECK(is_there(name, names));
    }
    const bool reason = row[2].starts_with("does not apply: ");
    CHECK((!shown.empty() || reason || !row[3].empty()));
  }
  CHECK(found == threats());
}

TEST_CASE("each hazard names its cause, its controls, and tests that are there") {
  const auto names = test_names();
  std::istringstream in(test::read_file(test::project() / "conformance/hazard-log.md"));
  std::size_t hazards = 0, rows = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## HZ-")) {
      ++hazards;
      CHECK(std::stoul(line.substr(6, 2)) == hazards);
      continue;
    }
    const auto row = cells(line);
    if (hazards == 0 || row.size() < 2 || row[0].empty() || row[0].starts_with("-")) continue;
    CAPTURE(line);
    ++rows;
    CHECK_FALSE(row[1].empty());
    if (row[0] != "Shown by") continue;
    const auto shown = marked(row[1]);
    CHECK_FALSE(shown.empty());
    for (const auto& name : shown) {
      CAPTURE(name);
      CHECK(is_there(name, names));
    }
  }
  CHECK(hazards > 20);
  CHECK(rows == hazards * 7);
}
