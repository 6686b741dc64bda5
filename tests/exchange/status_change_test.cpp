// A change of health after a plan was agreed is somebody's Task (OM-14).

#include "exchange/status_change.h"

#include "exchange/made.h"
#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

struct Planned : World {
  Planned() { plan(); }

  void put(const std::string& json) {
    auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    const std::string id(child_text({&read->tree, read->tree.root()}, "id"));
    const std::string type(definitions().type_name(read->tree[read->tree.root()].type));
    const auto eyes = reader();
    const auto stored = eyes->read(type, id);
    Neighbourhood near(parts, *eyes);
    store::Unit unit;
    add_write(parts, near, std::move(read->tree), id, stored ? stored->version : 0, unit);
    REQUIRE(commit_now(*store, std::move(unit)));
  }
  void plan(const std::string& more = "") {
    put(R"({"resourceType":"CarePlan","id":"c","extension":[{"url":)"
        R"("https://fingerpost.example/StructureDefinition/agreed","extension":[{"url":"date",)"
        R"("valueDateTime":"2026-11-01"}]}],"status":"active","intent":"plan","category":)"
        R"([{"coding":[{"system":"http://snomed.info/sct","code":"2181441000000107"}]}],"subject":)"
        R"({"reference":"Patient/p"},"author":{"reference":"Practitioner/w"})" +
        more + "}");
  }
  void problem(const std::string& id, const std::string& status = "active") {
    put(R"({"resourceType":"Condition","id":")" + id +
        R"(","clinicalStatus":{"coding":[{"system":)"
        R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":")" +
        status + R"("}]},"code":{"text":"x"},"subject":{"reference":"Patient/p"}})");
  }
  std::size_t look() {
    clock.advance(1'000'000);
    const auto raised = raise_checks(parts, *reader());
    REQUIRE(raised);
    clock.advance(1'000'000);
    return *raised;
  }
  // The one open Task that was raised.
  std::string open() {
    const auto found = find_all(parts, *reader(), "Task",
                                {{"code", "check-status-change"}, {"status", "requested"}});
    REQUIRE(found);
    REQUIRE(found->ids.size() == 1);
    return reader()->read("Task", found->ids[0])->body;
  }
  void close() {
    auto body = open();
    const auto at = body.find("\"requested\"");
    put(body.replace(at, 11, "\"completed\""));
  }
};

}  // namespace

TEST_CASE("a problem that comes after the plan is looked at once, and the next one after that") {
  Planned world;
  CHECK(world.look() == 0);
  world.problem("old", "resolved");
  CHECK(world.look() == 0);
  world.problem("new");
  CHECK(world.look() == 1);
  const auto raised = world.open();
  for (const auto* part : {"Condition/new", "CarePlan/c", "Practitioner/w", "Patient/p"})
    CHECK(raised.find(part) != std::string::npos);
  world.problem("newer");  // one open check is enough
  CHECK(world.look() == 0);
  world.close();
  CHECK(world.look() == 0);
  world.problem("newest");
  CHECK(world.look() == 1);
}

TEST_CASE("what was known when the plan was reviewed, or a plan that has ended, raises nothing") {
  Planned world;
  world.problem("new");
  world.clock.advance(1'000'000);
  world.plan(R"(,"title":"reviewed")");
  CHECK(world.look() == 0);
  world.put(R"({"resourceType":"Encounter","id":"e","status":"in-progress","class":{"system":)"
            R"("http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"EMER"},"subject":)"
            R"({"reference":"Patient/p"}})");
  CHECK(world.look() == 1);
}
