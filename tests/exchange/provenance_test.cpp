#include "exchange/provenance.h"

#include "base/base64.h"
#include "exchange/intake.h"
#include "wire/json_view.h"
#include "world.h"

#include <catch2/catch.hpp>

using namespace fingerpost;
using test::World;

namespace {

// What the record's text says, with a place that was lost.
Result<Translation> lossy(Format, const std::string& bytes, const TranslateOptions&) {
  auto made = test::translation_of(test::referral("R1", "requested", "LINK1", bytes));
  made.lost.push_back({"Bundle.entry[3]", "", 2});
  return made;
}

void take(World& world, const std::string& bytes) {
  exchange::Intake intake(world.parts);
  bool taken = false;
  intake.take_record(Format::gpconnect, bytes, "practice",
                     [&](const Result<exchange::TakenRecord>& result) { taken = bool(result); });
  REQUIRE(taken);
}

std::vector<store::Stored> provenances(World& world) {
  store::HistoryQuery query;
  query.type = "Provenance";
  return world.reader()->history(query)->versions;
}

}  // namespace

TEST_CASE("what a message made is told by a Provenance of the same commit") {
  World world;
  world.parts.translate = lossy;
  take(world, "help");
  const auto found = provenances(world);
  REQUIRE(found.size() == 1);
  const auto document = wire::parse_json(found[0].body, {});
  REQUIRE(document);
  const wire::JsonView provenance(*document);
  std::vector<std::string> targets;
  provenance["target"].each(
      [&](wire::JsonView target) { targets.emplace_back(target["reference"].text()); });
  CHECK(targets.size() == 7);
  CHECK(targets.back() == "Task/" + test::task_id("R1"));
  CHECK(provenance["agent"].first()["who"]["display"].text() == "practice");
  const auto message = provenance["entity"].first()["what"]["identifier"];
  CHECK(message["system"].text() == exchange::message_system);
  CHECK(message["value"].text() == "sha256:" + world.inbox().at(0).digest);
  const auto report = from_base64(provenance["contained"].first()["data"].text(), Base64::plain);
  REQUIRE(report);
  CHECK(*report == R"({"lost":[{"place":"Bundle.entry[3]","count":2}],"issues":[]})");
}

TEST_CASE("a message that changes nothing makes no Provenance, and one that does names no more") {
  World world;
  world.parts.translate = lossy;
  take(world, "help");
  world.parts.translate = [](Format format, const std::string&, const TranslateOptions& options) {
    return lossy(format, "help", options);
  };
  take(world, "help, said otherwise");
  CHECK(provenances(world).size() == 1);
  world.parts.translate = lossy;
  take(world, "more help");
  const auto found = provenances(world);
  REQUIRE(found.size() == 2);
  CHECK(found[0].body.find("\"target\":[{\"reference\":\"ServiceRequest/" + test::request_id("R1") +
                           "\"}]") != std::string::npos);
}

TEST_CASE("the Provenance is found by what it tells of") {
  World world;
  world.parts.translate = lossy;
  take(world, "help");
  const std::string task = "Task/" + test::task_id("R1");
  const std::vector<search::Pair> target = {{"target", task}};
  search::Query query;
  query.type = "Provenance";
  query.pairs = &target;
  const auto plan = search::plan(test::parameters(), query, {});
  REQUIRE(plan);
  const auto page = world.reader()->search(*plan);
  REQUIRE(page);
  CHECK(page->hits.size() == 1);
}

TEST_CASE("the stored report says what made each element where that was asked for") {
  World world;
  bool traced = false;
  world.parts.translate = [&](Format format, const std::string& bytes,
                              const TranslateOptions& options) {
    traced = options.trace;
    return lossy(format, bytes, options);
  };
  world.parts.trace = GENERATE(false, true);
  take(world, "help");
  CHECK(traced == world.parts.trace);
}
