// Sorted searches that walk an index in its order.

#include "store/fixture.h"
#include "store/random_values.h"

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

namespace {

// Who has one code, several, a display alone, or a reference to what is contained or to nobody.
std::string drawn_patient(drawn::Dice& dice) {
  std::string json =
      R"({"resourceType":"Patient","name":[{"family":"F)" + std::to_string(dice.below(3)) + "\"}]";
  if (dice.once_in(2)) json += R"(,"gender":")" + dice.of(drawn::genders) + '"';
  const auto tag = [&] {
    return dice.once_in(4) ? std::string(R"({"display":"none"})")
                           : R"({"system":"urn:t","code":")" + dice.of(drawn::codes) + "\"}";
  };
  if (!dice.once_in(3)) {
    json += R"(,"meta":{"tag":[)" + tag();
    if (dice.once_in(3)) json += "," + tag();
    json += "]}";
  }
  const int who = dice.below(5);
  if (who == 0)
    json += R"(,"contained":[{"resourceType":"Practitioner","id":"p"}],"generalPractitioner":)"
            R"([{"reference":"#p"}])";
  if (who > 1) {
    json += R"(,"generalPractitioner":[{"reference":"Practitioner/)" + dice.id() + "\"}";
    if (who == 3) json += R"(,{"reference":"Organization/)" + dice.id() + "\"}";
    json += "]";
  }
  return json + "}";
}

}  // namespace

TEST_CASE(
    "a sort by few codes or references walks their index and comes in the order that it has") {
  constexpr int many = 2100, together = 300;
  constexpr unsigned seed = 4;
  Limits limits;
  limits.search_candidates = 2 * many;  // of one page
  const Folder folder;
  World sqlite(folder.path(), limits);
  World memory;
  drawn::Dice dice(seed);
  for (int n = 0; n < many; n += together) {
    store::Unit here, there;
    for (int i = n; i < n + together; ++i) {
      const auto json = drawn_patient(dice);
      here.writes.push_back(sqlite.put(json, std::to_string(i)));
      there.writes.push_back(memory.put(json, std::to_string(i)));
    }
    REQUIRE(store::commit_now(*sqlite.store, std::move(here)));
    REQUIRE(store::commit_now(*memory.store, std::move(there)));
  }
  for (const char* sort : {"gender", "-gender", "_tag", "-_tag", "general-practitioner",
                           "-general-practitioner", "gender,-family"}) {
    CAPTURE(sort);
    for (const char* not_of : {"nobody", "other"}) {
      CAPTURE(not_of);
      const std::vector<search::Pair> pairs{
          {"gender:not", not_of}, {"_sort", sort}, {"_count", "300"}};
      CHECK(all_pages(sqlite, pairs) == all_pages(memory, pairs));
    }
  }
}

TEST_CASE("the first page of a sort by few codes looks at little more than it shows") {
  Limits limits;
  limits.search_candidates = 50;
  const Folder folder;
  World world(folder.path(), limits);
  store::Unit unit;
  for (int n = 0; n < 2100; ++n)
    unit.writes.push_back(world.put(R"({"resourceType":"Patient","gender":")" +
                                        std::string(n % 30 == 29 ? "female" : "male") + "\"}",
                                    std::to_string(n)));
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  const auto found = [&](const char* sort) {
    return text_of(world.search("Patient", {{"_sort", sort}, {"_count", "3"}}).value());
  };
  CHECK(found("gender") == "Patient/29 Patient/59 Patient/89");
  CHECK(found("-gender") == "Patient/2098 Patient/2097 Patient/2096");
}

TEST_CASE("a sort by what each has its own of looks at all, and is refused beyond the limit") {
  constexpr int many = 2100;
  Limits limits;
  limits.search_candidates = many - 1;
  const Folder folder;
  World world(folder.path(), limits);
  store::Unit unit;
  for (int n = 0; n < many; ++n) {
    const auto id = std::to_string(n);
    unit.writes.push_back(world.put(
        R"({"resourceType":"Patient","identifier":[{"system":"urn:i","value":")" + id + "\"}]}",
        id));
  }
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  const auto refused = world.search("Patient", {{"_sort", "identifier"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::too_costly);
  CHECK(refused.error().text.find("search_candidates") != std::string::npos);
}

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
