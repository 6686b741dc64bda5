// Histories of a resource, a type and all: both stores give the same versions in the same pages.

#include "store/fixture.h"

#include <array>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

// "a/3 b/1- ": newest first, a deletion marked.
std::string walked(World& world, store::HistoryQuery query) {
  std::string text;
  for (int pages = 0; pages < 200; ++pages) {
    const auto page = world.reader->history(query);
    if (!page) return "error";
    for (const auto& one : page->versions)
      text += one.type.substr(0, 1) + one.id + "/" + std::to_string(one.version) +
              (one.change == store::Change::removed ? "- " : " ");
    if (!page->next) return text;
    query.after = page->next;
  }
  return text + "without end";
}

constexpr std::array types = {"Patient", "Organization"};

void live(World& world, unsigned seed) {
  std::mt19937 dice(seed);
  for (int i = 0; i < 60; ++i) {
    const std::string type = types[dice() % 2];
    const auto id = std::to_string(dice() % 5);
    const auto json =
        R"({"resourceType":")" + type + R"(","language":")" + std::to_string(i) + R"("})";
    const bool remove = dice() % 5 == 0;
    REQUIRE(world.commit(remove ? World::remove(type, id) : world.put(json, id)));
  }
}

}  // namespace

TEST_CASE("SQLite and memory agree on random histories, in pages of any size") {
  const Folder folder;
  World memory;
  World sqlite(folder.path());
  const auto seed = GENERATE(1u, 2u, 3u);
  live(memory, seed);
  live(sqlite, seed);
  std::mt19937 dice(seed);
  constexpr std::int64_t start = 1'577'836'800'000'000;
  for (int i = 0; i < 200; ++i) {
    store::HistoryQuery query;
    query.limit = 1 + static_cast<int>(dice() % 9);
    if (dice() % 3 != 0) query.type = types[dice() % 2];
    const auto id = std::to_string(dice() % 6);
    if (!query.type.empty() && dice() % 2 == 0) query.id = id;
    if (dice() % 3 == 0)
      query.since_us = start + static_cast<std::int64_t>(dice() % 60) * 1'000'000;
    if (dice() % 3 == 0) {
      query.at_low_us = start + static_cast<std::int64_t>(dice() % 60) * 1'000'000;
      query.at_high_us = query.at_low_us + static_cast<std::int64_t>(dice() % 10) * 1'000'000;
    }
    CAPTURE(query.type, query.id, query.limit, query.since_us, query.at_low_us);
    const auto expected = walked(memory, query);
    REQUIRE(walked(sqlite, query) == expected);
    query.limit = 1000;
    REQUIRE(walked(sqlite, query) == expected);
  }
}
