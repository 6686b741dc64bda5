#include "exchange/directory.h"

#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/places.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace fingerpost;
using namespace fingerpost::exchange;
using test::definitions;

namespace {

const DirectoryFeed feed{"https://directory.example/services", "2026-11-22T02:00:00Z"};

const std::string service =
    R"({"id":"s1","name":"Gardening","status":"active","description":"Growing together",)"
    R"("email":"hello@garden.example","minimum_age":18,"eligibility_description":"Lives here",)"
    R"("assured_date":"2026-01-20","phones":[{"number":"01632 960010"}],)"
    R"("schedules":[{"byday":"TU,TH","opens_at":"10:00","closes_at":"12:30:00Z"}],)"
    R"("organization":{"id":"o1","name":"Garden Trust"},)"
    R"("attributes":[{"taxonomy_term":{"code":"t1","name":"Loneliness",)"
    R"("taxonomy_detail":{"uri":"https://taxonomy.example"}}}],)"
    R"("service_at_locations":[{"location":{"id":"l1","name":"The plot","latitude":51.5,)"
    R"("longitude":-0.1,"addresses":[{"address_1":"1 Lane","city":"Testford"}]}},)"
    R"({"location":{"id":"l2","latitude":100,"longitude":1}}]})";

Directory read(const std::string& json) {
  auto directory = read_directory(json, feed, {});
  REQUIRE(directory);
  return *std::move(directory);
}

bool is(const std::string& resource, const std::string& expression) {
  const auto tree = model::read_json(definitions(), resource, Limits{});
  REQUIRE(tree);
  CHECK(tree->issues.empty());
  const NodeRef root{&tree->tree, tree->tree.root()};
  const auto compiled = path::compile(expression, definitions());
  REQUIRE(compiled);
  path::Environment environment;
  const auto found = path::test(*compiled, path::Value(root), environment);
  return found && *found;
}

}  // namespace

TEST_CASE("a service of a directory is a HealthcareService with its organisation and places") {
  const auto directory = read(service);
  REQUIRE(directory.resources.size() == 4);
  CHECK(is(directory.resources[0], "name = 'Garden Trust' and active"));
  CHECK(is(directory.resources[1],
           "name = 'The plot' and position.latitude = 51.5 and "
           "address.line = '1 Lane' and address.city = 'Testford'"));
  CHECK(is(directory.resources[2], "position.empty()"));  // nowhere on earth
  CHECK(is(directory.resources[3],
           "active and name = 'Gardening' and identifier.value = 's1' and "
           "type.coding.system = 'https://taxonomy.example' and type.text = 'Loneliness' and "
           "eligibility.code.text = 'Age from 18 years' and location.count() = 2 and "
           "availableTime.daysOfWeek.count() = 2 and "
           "availableTime.availableStartTime = @T10:00:00 and "
           "availableTime.availableEndTime = @T12:30:00 and "
           "telecom.where(system = 'email').value = 'hello@garden.example' and "
           "extension.extension.where(url = 'assured').value = @2026-01-20 and "
           "extension.extension.where(url = 'retrieved').exists()"));
}

TEST_CASE("a place is where JSON has numbers that say so") {
  const auto latitude =
      GENERATE("\"51.\"", "\".5\"", "\"051.2\"", "\"+51\"", "\"0x1\"", "\"\"", "\"51.5\"", "51.5");
  CAPTURE(latitude);
  auto text = service;
  text.replace(text.find("51.5"), 4, latitude);
  const auto directory = read(text);
  REQUIRE(directory.resources.size() == 4);
  const bool said = std::string_view(latitude).find("51.5") != std::string_view::npos;
  CHECK(is(directory.resources[1], said ? "position.latitude = 51.5" : "position.empty()"));
}

TEST_CASE("a service that is listed twice is there once, and told") {
  auto again = service;
  again.replace(again.find("Growing together"), 16, "Something else..");
  const auto directory = read("[" + service + "," + again + "]");
  CHECK(directory.resources.size() == 4);
  CHECK(directory.issues.size() == 1);
  CHECK(is(directory.resources[3], "comment = 'Growing together'"));
}

TEST_CASE("the same service is the same resource again, and another feed's is another") {
  CHECK(read(service).resources == read("[" + service + "]").resources);
  CHECK(read(service).resources == read(R"({"contents":[)" + service + "]}").resources);
  // An organisation of two services is there once.
  auto second = service;
  second.replace(second.find("\"s1\""), 4, "\"s2\"");
  CHECK(read("[" + service + "," + second + "]").resources.size() == 5);
  const auto other = read_directory(service, {"https://other.example", feed.retrieved}, {});
  REQUIRE(other);
  CHECK(other->resources[0] != read(service).resources[0]);
}

TEST_CASE("a service that cannot be told from others is left out and told, one that ended stays") {
  const auto directory = read("[{\"name\":\"nameless\"}," + service + "]");
  CHECK(directory.resources.size() == 4);
  CHECK(directory.issues.size() == 1);
  auto ended = service;
  ended.replace(ended.find("\"active\""), 8, "\"defunct\"");
  CHECK(is(read(ended).resources[3], "active = false"));
  for (const auto* wrong : {"", "{", "7", "{}"}) {
    CAPTURE(wrong);
    CHECK(read_directory(wrong, feed, {}).has_error());
  }
}

TEST_CASE("the examples of the standard come whole") {
  const std::filesystem::path folder =
      test::project_dir() + "/../shared/data/ig-examples/openreferral-uk";
  if (!std::filesystem::exists(folder)) {
    WARN("SKIPPED: no openreferral-uk examples beside the project");
    return;
  }
  for (const auto* name : {"service_full.json", "service_list.json"}) {
    CAPTURE(name);
    std::ifstream in(folder / name, std::ios::binary);
    const auto directory = read({std::istreambuf_iterator<char>(in), {}});
    REQUIRE_FALSE(directory.resources.empty());
    CHECK(directory.issues.empty());
    for (const auto& resource : directory.resources) CHECK(is(resource, "id.exists()"));
  }
}
