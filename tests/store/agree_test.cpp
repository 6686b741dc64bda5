// Random histories and random queries: SQLite must answer as the memory store does, which looks at
// everything.

#include "store/fixture.h"

#include <array>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  template <std::size_t N>
  std::string of(const std::array<const char*, N>& values) {
    return values[static_cast<std::size_t>(below(static_cast<int>(N)))];
  }

 private:
  std::mt19937 engine_;
};

constexpr std::array families = {"Jones", "jonés", "Johnson", "Ó Neill", "Patel", "Zhang"};
constexpr std::array dates = {"1950", "1950-06", "1950-06-15", "1999-12-31", "2001", "2001-01-01"};
constexpr std::array codes = {"a", "b", "c"};
constexpr std::array systems = {"urn:s1", "urn:s2"};
constexpr std::array statuses = {"active", "draft", "completed"};
constexpr std::array prefixes = {"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};

std::string random_resource(Dice& dice, const std::string& type) {
  if (type == "Patient") {
    std::string json = R"({"resourceType":"Patient")";
    if (dice.below(4) != 0) json += R"(,"name":[{"family":")" + dice.of(families) + R"("}])";
    if (dice.below(3) != 0) json += R"(,"birthDate":")" + dice.of(dates) + '"';
    if (dice.below(2) != 0)
      json += R"(,"identifier":[{"system":")" + dice.of(systems) + R"(","value":")" +
              dice.of(codes) + R"("}])";
    return json + "}";
  }
  std::string json =
      R"({"resourceType":"CarePlan","intent":"plan","status":")" + dice.of(statuses) + '"';
  // A subject that is no patient is found by subject alone; one that is missing, by neither.
  if (const int whose = dice.below(8); whose != 0)
    json += std::string(R"(,"subject":{"reference":")") + (whose == 1 ? "Group/" : "Patient/") +
            std::to_string(dice.below(12)) + R"("})";
  if (dice.below(2) != 0)
    json += R"(,"category":[{"coding":[{"system":")" + dice.of(systems) + R"(","code":")" +
            dice.of(codes) + R"("}]}])";
  if (dice.below(3) != 0) {
    json += R"(,"period":{)";
    const bool start = dice.below(3) != 0;
    if (start) json += R"("start":")" + dice.of(dates) + '"';
    if (!start || dice.below(2) != 0) json += std::string(start ? "," : "") + R"("end":"2002-02")";
    json += "}";
  }
  return json + "}";
}

search::Pair random_criterion(Dice& dice, const std::string& type) {
  const std::string date = dice.of(prefixes) + dice.of(dates);
  const std::string truth = dice.below(2) != 0 ? "true" : "false";
  if (dice.below(10) == 0) return {"_lastUpdated", dice.of(prefixes) + "2020-01-01T00:00:40Z"};
  if (type == "Patient") {
    switch (dice.below(10)) {
      case 0:
        return {"family", dice.of(families)};
      case 1:
        return {"name:contains", dice.of(std::array{"on", "e", "zzz"})};
      case 2:
        return {"family:exact", dice.of(families)};
      case 3:
        return {"birthdate", date};
      case 4:
        return {"identifier", dice.of(codes) + "," + dice.of(systems) + "|" + dice.of(codes)};
      case 5:
        return {"identifier", dice.of(systems) + "|"};
      case 6:
        return {"birthdate:missing", truth};
      case 7:
        return {"_has:CarePlan:patient:status", dice.of(statuses)};
      case 8:
        return {"_has:CarePlan:patient:category", dice.of(systems) + "|" + dice.of(codes)};
      default:
        return {"_has:CarePlan:subject:status", dice.of(statuses)};
    }
  }
  switch (dice.below(13)) {
    case 0:
      return {"status", dice.of(statuses)};
    case 1:
      return {"status:not", dice.of(statuses)};
    case 2:
      return {"patient", std::to_string(dice.below(12))};
    case 3:
      return {"subject", "Patient/" + std::to_string(dice.below(12)) + ",Patient/1"};
    case 4:
      return {"date", date};
    case 5:
      return {"category", dice.of(codes)};
    case 6:
      return {"patient.family", dice.of(families)};
    case 7:
      return {"category", dice.of(systems) + "|" + dice.of(codes)};
    case 8:
      return {"category", dice.of(systems) + "|," + "|" + dice.of(codes)};
    case 9:
      return {"category:not", dice.of(systems) + "|" + dice.of(codes)};
    case 10:
      return {"patient:missing", truth};
    case 11:
      return {"subject:missing", truth};
    default:
      return {"_id", std::to_string(dice.below(12)) + "," + std::to_string(dice.below(12))};
  }
}

std::vector<search::Pair> random_query(Dice& dice, const std::string& type) {
  std::vector<search::Pair> pairs;
  for (int n = dice.below(4); n > 0; --n) pairs.push_back(random_criterion(dice, type));
  if (dice.below(2) != 0) {
    std::string key = type == "Patient"
                          ? dice.of(std::array{"family", "birthdate", "_id", "_lastUpdated"})
                          : dice.of(std::array{"date", "_lastUpdated", "_id"});
    if (dice.below(2) != 0) key.insert(0, "-");
    pairs.emplace_back("_sort", key);
  }
  if (type == "CarePlan" && dice.below(4) == 0) pairs.emplace_back("_include", "CarePlan:subject");
  if (type == "Patient" && dice.below(4) == 0)
    pairs.emplace_back("_revinclude", dice.of(std::array{"CarePlan:patient", "CarePlan:subject"}));
  if (type == "CarePlan" && dice.below(6) == 0) pairs.emplace_back("_include", "CarePlan:patient");
  pairs.emplace_back("_total", "accurate");
  pairs.emplace_back("_count", std::to_string(1 + dice.below(7)));
  return pairs;
}

// All pages of a query, walked by cursor.
std::string all_pages(World& world, const std::string& type, std::vector<search::Pair> pairs) {
  std::string text;
  for (int page = 0; page < 100; ++page) {
    const auto found = world.search(type, pairs);
    if (!found) return "error: " + found.error().text;
    text += std::to_string(*found->total) + "[" + text_of(*found) + "] ";
    if (found->next.empty()) return text;
    if (pairs.back().first == "_cursor") pairs.pop_back();
    pairs.emplace_back("_cursor", found->next);
  }
  return text + "without end";
}

}  // namespace

TEST_CASE("SQLite and memory agree on random histories and queries") {
  const Folder folder;
  World memory;
  World sqlite(folder.path());
  Dice dice(GENERATE(1u, 2u));
  constexpr std::array types = {"Patient", "CarePlan"};
  for (int round = 0; round < 8; ++round) {
    for (int n = 0; n < 15; ++n) {
      const std::string type = dice.of(types);
      const std::string id = std::to_string(dice.below(12));
      const bool remove = dice.below(6) == 0;
      const std::string json = random_resource(dice, type);
      const auto a = memory.commit(remove ? World::remove(type, id) : memory.put(json, id));
      const auto b = sqlite.commit(remove ? World::remove(type, id) : sqlite.put(json, id));
      REQUIRE((a && b));
      REQUIRE(a->writes.at(0).version == b->writes.at(0).version);
    }
    for (int n = 0; n < 120; ++n) {
      const std::string type = dice.of(types);
      const auto pairs = random_query(dice, type);
      std::string text = type;
      for (const auto& [name, value] : pairs) text += " " + name + "=" + value;
      INFO(text);
      const std::string expected = all_pages(memory, type, pairs);
      REQUIRE(all_pages(sqlite, type, pairs) == expected);
    }
  }
}
