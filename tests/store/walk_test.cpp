// Sorted searches that walk an index in its order.

#include "store/fixture.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

// All pages of a query, each id with a blank after it.
std::string all_pages(World& world, std::vector<search::Pair> pairs) {
  std::string found;
  const std::size_t own = pairs.size();
  for (;;) {
    const auto page = world.search("Patient", pairs);
    REQUIRE(page);
    for (const auto& hit : page->hits) found += hit.resource.id + ' ';
    if (page->next.empty()) return found;
    pairs.resize(own);
    pairs.emplace_back("_cursor", page->next);
  }
}

}  // namespace

TEST_CASE("what one commit wrote is on some page of a search by time and another key, once") {
  constexpr int many = 300;
  const Folder folder;
  World world(folder.path());
  store::Unit unit;
  for (int n = 0; n < many; ++n)
    unit.writes.push_back(world.put(
        R"({"resourceType":"Patient","name":[{"family":"F)" + std::to_string(n * 7 % 10) + "\"}]}",
        "p" + std::to_string(n)));
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  const std::string sort =
      GENERATE("_lastUpdated,family", "-_lastUpdated,-family", "birthdate,family");
  CAPTURE(sort);
  std::string expected;
  for (int family = 0; family < 10; ++family)
    for (int n = 0; n < many; ++n)
      if (n * 7 % 10 == family) expected += "p" + std::to_string(n) + ' ';
  auto found = all_pages(world, {{"_sort", sort}, {"_count", "20"}});
  std::istringstream words(found);
  std::vector<std::string> ids{std::istream_iterator<std::string>(words), {}};
  CHECK(ids.size() == many);
  if (sort[0] != '-') CHECK(found == expected);
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("a search by time in order of time looks at no more than it shows") {
  constexpr int many = 600;
  Limits limits;
  limits.search_candidates = 60;  // of each page
  const Folder folder;
  World world(folder.path(), limits);
  std::vector<std::pair<std::int64_t, std::string>> all;
  for (int n = 0; n < many; ++n) {
    const auto id = "p" + std::to_string(n);
    const auto wrote = world.commit(world.put(R"({"resourceType":"Patient"})", id));
    REQUIRE(wrote);
    all.emplace_back(wrote->writes[0].last_updated_us, id);
  }
  std::sort(all.begin(), all.end());
  const std::int64_t middle = all[many / 2].first;
  struct Row {
    std::string prefix;
    bool down;
  };
  const auto row = GENERATE(Row{"ge", false}, Row{"gt", false}, Row{"lt", true}, Row{"le", true});
  std::string expected;
  for (int n = 0; n < many; ++n) {
    const auto& [time, id] = all[static_cast<std::size_t>(row.down ? many - 1 - n : n)];
    const bool passes = row.prefix == "ge"   ? time >= middle
                        : row.prefix == "gt" ? time > middle
                        : row.prefix == "lt" ? time < middle
                                             : time <= middle;
    if (passes) expected += id + ' ';
  }
  CAPTURE(row.prefix);
  CHECK(all_pages(world, {{"_lastUpdated", row.prefix + store::instant(middle)},
                          {"_sort", row.down ? "-_lastUpdated" : "_lastUpdated"},
                          {"_count", "20"}}) == expected);
}
