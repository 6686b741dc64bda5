// 10,000 random queries over random resources: memory store, SQLite and the naive evaluation of
// oracle.h must give the same matches in the same order, the same totals, the same includes.

#include "store/fixture.h"
#include "store/oracle.h"
#include "store/random_queries.h"

#include <array>
#include <cstdlib>
#include <set>

using namespace fingerpost;
using namespace fingerpost::test;
using namespace fingerpost::test::drawn;

namespace {

constexpr unsigned seed = 20261122;
// Sanitizers take ten times as long: fewer queries there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int queries = 1'000;
#else
constexpr int queries = 10'000;
#endif
constexpr int rounds = 20;  // resources change between them

std::string print(const std::vector<std::string>& matches, const std::set<std::string>& included) {
  std::string text = std::to_string(matches.size()) + ":";
  for (const auto& one : matches) text += " " + one;
  for (const auto& one : included) text += " +" + one;
  return text;
}

// Matches of all pages, walked by cursor, and what was included on the way.
std::string answer(World& world, const std::string& type, std::vector<search::Pair> pairs,
                   int count) {
  pairs.emplace_back("_count", std::to_string(count));
  pairs.emplace_back("_total", "accurate");
  std::vector<std::string> matches;
  std::set<std::string> included;
  for (int page = 0; page < 100; ++page) {
    const auto found = world.search(type, pairs);
    if (!found) return "error: " + found.error().text + " " + found.error().where;
    int on_page = 0;
    for (const auto& hit : found->hits) {
      const std::string name = hit.resource.type + "/" + hit.resource.id;
      if (hit.included) {
        included.insert(name);
      } else {
        matches.push_back(name);
        ++on_page;
      }
    }
    if (on_page > count) return "a page of " + std::to_string(on_page);
    if (found->next.empty()) {
      if (found->total != matches.size()) return "total " + std::to_string(*found->total);
      // Over several pages a match of one may be included with another.
      return print(matches, included);
    }
    if (pairs.back().first == "_cursor") pairs.pop_back();
    pairs.emplace_back("_cursor", found->next);
  }
  return "without end";
}

}  // namespace

TEST_CASE("random searches on both stores answer as the rules of R4 do, applied one by one") {
  const Folder folder;
  World memory;
  World sqlite(folder.path());
  Oracle oracle;
  Dice dice(seed);
  INFO("seed " << seed);
  constexpr std::array searched = {"Patient",        "Observation",   "CarePlan", "Patient",
                                   "Observation",    "CarePlan",      "Location", "Location",
                                   "RiskAssessment", "PlanDefinition"};
  for (int round = 0; round < rounds; ++round) {
    for (int n = 0; n < (round == 0 ? 120 : 12); ++n) {
      const std::string type = dice.of(types), id = dice.id();
      const bool remove = dice.once_in(8);
      const std::string json = resource(dice, type, id);
      const auto a = memory.commit(remove ? World::remove(type, id) : memory.put(json, id));
      const auto b = sqlite.commit(remove ? World::remove(type, id) : sqlite.put(json, id));
      REQUIRE((a && b));
      if (remove) {
        oracle.remove(type, id);
      } else {
        oracle.put(json, id, a->writes.at(0).last_updated_us);
      }
    }
    for (int n = 0; n < queries / rounds; ++n) {
      const std::string type = dice.of(searched);
      const auto pairs = query(dice, type);
      bool includes = false;
      std::string text = type;
      for (const auto& [name, value] : pairs) {
        text += " " + name + "=" + value;
        includes = includes || name.find("include") != std::string::npos;
      }
      INFO(text);
      // What is included depends on the page, so that is compared on one page.
      const int count = includes ? 1000 : 1 + dice.below(7);
      const auto right = oracle.search(type, pairs);
      const std::string expected = print(right.matches, right.included);
      CHECK(answer(memory, type, pairs, count) == expected);
      CHECK(answer(sqlite, type, pairs, count) == expected);
    }
  }
}
