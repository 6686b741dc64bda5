// Scopes, organisations and labels against every interaction, as tests/security/authorisation.py
// has it: a reference of its own, which prints a world, questions and the right answers.

#include "search/belonging.h"
#include "support/closed_server.h"
#include "support/places.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

struct Close {
  void operator()(FILE* pipe) const { pclose(pipe); }
};

// What the script prints; nothing when there is no Python.
std::string printed_model() {
  const auto command = "python3 " + project_dir() + "/tests/security/authorisation.py" + " 600";
  const std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "r"));
  std::string text;
  std::array<char, 4096> piece;
  for (std::size_t got; pipe && (got = fread(piece.data(), 1, piece.size(), pipe.get())) > 0;)
    text.append(piece.data(), got);
  return text;
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, '\t');) parts.push_back(part);
  return parts;
}

// "CarePlan/1 Patient/2" of a Bundle's entries, in order of their text; "none".
std::string found(const std::string& body) {
  const std::string name = R"("fullUrl":")";
  std::vector<std::string> all;
  for (auto at = body.find(name); at != std::string::npos; at = body.find(name, at + 1)) {
    const auto start = at + name.size();
    const auto url = body.substr(start, body.find('"', start) - start);
    all.push_back(url.substr(url.rfind('/', url.rfind('/') - 1) + 1));
  }
  std::sort(all.begin(), all.end());
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : " ") + one;
  return all.empty() ? "none" : text;
}

const std::map<std::string, std::uint64_t> labels = {
    {"-", 0}, {"R", search::restricted}, {"NOPAT,R,V", search::every_label}};

std::vector<ClosedServer::Related> clients() {
  std::vector<ClosedServer::Related> all;
  for (const std::string organisation : {"A81001", "B81002", "NOBODY1"})
    for (const auto& [named, bits] : labels)
      all.push_back({organisation + "-" + std::to_string(bits), organisation, bits});
  return all;
}

}  // namespace

TEST_CASE(
    "Z1, Z5, Z7, Z8, Z11: every interaction is allowed and answered as the reference has it") {
  const auto text = printed_model();
  if (text.empty()) {
    WARN("SKIP: no python3 to make the reference with");
    return;
  }
  ClosedServer server("", clients());
  const auto all = server.as("system/*.cruds");
  std::map<std::string, std::string> tokens;
  std::istringstream lines(text);
  int asked = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const auto row = columns(line);
    if (row.at(0) == "put") {
      REQUIRE(server.ask("PUT", "/" + row.at(1), all, row.at(2)).status < 300);
      continue;
    }
    REQUIRE(row.size() == 9);
    const auto client = row[1] + "-" + std::to_string(labels.at(row[2]));
    auto& token = tokens[client + row[3]];
    if (token.empty()) token = server.as(row[3], client);
    const auto answer = server.ask(row[4], "/" + row[5], token, row[6] == "-" ? "" : row[6]);
    INFO(answer.body);
    CHECK(std::to_string(answer.status) == row[7]);
    if (row[8] != "-") CHECK(found(answer.body) == row[8]);
    ++asked;
  }
  CHECK(asked == 600);
}
