#include "interaction/attributing_store.h"

#include "interaction/noting.h"
#include "support/catch.h"
#include "support/fhir.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using interaction::Asking;
using interaction::AttributingStore;

namespace {

store::Unit holding() {
  store::Unit unit;
  unit.lanes.push_back({"north", true});
  return unit;
}

std::string last(store::Store& store) {
  const auto reader = store.reader();
  REQUIRE(reader);
  const auto page = (*reader)->audit({});
  REQUIRE(page);
  return page->rows.empty() ? "" : page->rows.back().text;
}

}  // namespace

TEST_CASE("a unit that says nothing of itself is told of with the request that is served") {
  test::Fhir fhir;
  AttributingStore store(*fhir.store);
  const auto asking = std::make_shared<Asking>();
  asking->note.did = "operator";
  asking->note.asked = "POST /lanes/north/hold";
  asking->note.things = R"("Patient/p")";
  {
    const interaction::Noting scope(asking);
    REQUIRE(store::commit_now(store, holding()));
  }
  CHECK(last(store) ==
        R"([{"did":"operator","asked":"POST /lanes/north/hold","rows":["lane north held"]}])");
  CHECK(asking->told);
  REQUIRE(store::commit_now(store, holding()));
  CHECK(last(store) == R"([{"did":"hold","rows":["lane north held"]}])");
}

TEST_CASE(
    "a unit that changes nothing by itself is told of all the same when a request asks for it") {
  test::Fhir fhir;
  AttributingStore store(*fhir.store);
  store::Unit add;
  add.outbox.push_back({});
  add.outbox[0].lane = "north";
  add.outbox[0].idempotency_key = "k";
  add.outbox[0].status = store::OutboxStatus::dead;
  const auto added = store::commit_now(store, std::move(add));
  REQUIRE(added);
  store::Unit retry;
  retry.outbox_updates.push_back({added->outbox_ids[0], store::OutboxStatus::waiting, {}, 0, 0});
  const auto asking = std::make_shared<Asking>();
  asking->note.did = "operator";
  asking->note.asked = "POST /outbox/1/retry";
  const interaction::Noting scope(asking);
  REQUIRE(store::commit_now(store, std::move(retry)));
  CHECK(last(store) ==
        R"([{"did":"operator","asked":"POST /outbox/1/retry","rows":["outbox 1 waiting"]}])");
}

TEST_CASE("a unit that is refused is not told of, and its request may still be") {
  test::Fhir fhir;
  AttributingStore store(*fhir.store);
  store::Unit wrong;
  wrong.outbox_updates.push_back({7, store::OutboxStatus::waiting, {}, {}, {}});
  const auto asking = std::make_shared<Asking>();
  const interaction::Noting scope(asking);
  CHECK_FALSE(store::commit_now(store, std::move(wrong)));
  CHECK_FALSE(asking->told);
  CHECK(last(store).empty());
}

TEST_CASE("a unit that says what it is keeps its words, and its request is told of with them") {
  test::Fhir fhir;
  AttributingStore store(*fhir.store);
  auto unit = holding();
  unit.audit.emplace_back();
  unit.audit[0].did = "hold";
  unit.audit[0].from = "operator";
  const auto asking = std::make_shared<Asking>();
  asking->note.did = "operator";
  const interaction::Noting scope(asking);
  REQUIRE(store::commit_now(store, std::move(unit)));
  CHECK(last(store) == R"([{"did":"hold","from":"operator","rows":["lane north held"]}])");
  CHECK(asking->told);
}
