#include "exchange/overdue.h"

#include "exchange/apply.h"
#include "exchange/delivery.h"
#include "exchange/referral_step.h"
#include "exchange/waiting.h"
#include "model/json.h"
#include "watching.h"

#include <future>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

constexpr std::int64_t day_us = std::int64_t{24} * 3600 * 1'000'000;

struct Waiting : World {
  Watch watch{parts};

  // A referral to a partner, and what the practice is told over FHIR.
  explicit Waiting(const std::string& status = "requested", const std::string& owner = "LINK1",
                   const std::string& more = "") {
    partners.list[0].channel = Channel::fhir;
    auto bundle = referral("R1", status, owner);
    const auto at = bundle.find(R"("status":")" + status + R"(","intent")");
    REQUIRE(at != std::string::npos);
    bundle.insert(at, more);
    auto applied = apply(parts, *reader(), translation_of(bundle), {"practice", "1"});
    REQUIRE(applied);
    applied->unit.outbox.clear();
    REQUIRE(commit_now(*store, std::move(applied->unit)));
  }
  OverdueCounts sweep() {
    const auto counts = raise_overdue(parts, watch);
    REQUIRE(counts);
    return *counts;
  }
  void days(int count) { clock.advance(count * day_us); }
  std::string task() { return reader()->read("Task", task_id("R1"))->body; }
  // The Tasks for whoever asked.
  std::vector<std::string> raised() {
    std::vector<std::string> bodies;
    const std::vector<search::Pair> pairs = {{"code", "chase-response"}};
    search::Query query;
    query.type = "Task";
    query.pairs = &pairs;
    const auto plan = search::plan(parameters(), query, {});
    REQUIRE(plan);
    const auto page = reader()->search(*plan);
    REQUIRE(page);
    for (const auto& hit : page->hits) bodies.push_back(hit.resource.body);
    return bodies;
  }
};

bool says(const std::string& body, const std::string& text) {
  return body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("who was asked is reminded once, and a referral nobody answered ends once") {
  Waiting world;
  CHECK(world.sweep().open == 1);
  CHECK(world.outbox().empty());
  world.days(8);
  CHECK(world.sweep().reminded == 1);
  CHECK(world.sweep().reminded == 0);
  CHECK(world.task_status("R1") == "requested");
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "links");
  CHECK(says(world.outbox()[0].body, "\"reminded\""));
  CHECK(world.raised().empty());
  world.days(6);
  const auto late = world.sweep();
  CHECK(late.expired == 1);
  CHECK(late.raised == 1);
  CHECK(world.task_status("R1") == "cancelled");
  CHECK(says(world.task(), "no-response"));
  CHECK(says(world.reader()->read("ServiceRequest", request_id("R1"))->body, "active"));
  REQUIRE(world.raised().size() == 1);
  CHECK(says(world.raised()[0], "Task/" + task_id("R1")));
  CHECK(says(world.raised()[0], uuid_v5({"test", "role", "PRAC1"})));  // whoever asked
  // Both are told that it has ended, and a new Task is nobody else's.
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 3);
  for (const auto& row : {rows[1], rows[2]}) CHECK(says(row.body, "\"cancelled\""));
  CHECK(rows[1].lane != rows[2].lane);
  world.days(100);
  CHECK(world.sweep().open == 0);
  CHECK(world.outbox().size() == 3);
}

TEST_CASE("an answer is due when the referral says so") {
  Waiting world("requested", "LINK1", R"("restriction":{"period":{"end":"2026-11-25"}},)");
  world.days(2);
  CHECK(world.sweep().expired == 0);
  world.days(1);  // the day it names is within
  CHECK(world.sweep().expired == 0);
  world.days(1);
  CHECK(world.sweep().expired == 1);
}

TEST_CASE("what is first seen late is reminded of, told of, and ends two days after that") {
  Waiting world;
  world.days(33);
  const auto first = world.sweep();
  CHECK(first.reminded == 1);
  CHECK(first.raised == 1);
  CHECK(first.expired == 0);
  CHECK(world.task_status("R1") == "requested");
  world.days(1);
  const auto next = world.sweep();
  CHECK(next.reminded + next.raised + next.expired == 0);
  world.days(1);
  CHECK(world.sweep().expired == 1);
  CHECK(world.raised().size() == 1);
}

TEST_CASE(
    "an answer is due so long after it was asked for here, whatever the referral's dates say") {
  const std::string ours =
      R"("meta":{"profile":["https://fingerpost.example/StructureDefinition/referral-task"]},)";
  struct Row {
    const char* name;
    std::string more;
  };
  const auto row = GENERATE_COPY(
      Row{"written last year", R"("authoredOn":"2025-11-22T09:00:00Z",)"},
      Row{"touched last year",
          R"("authoredOn":"2025-11-22","lastModified":"2025-11-23T09:00:00Z",)"},
      Row{"by a clock at its beginning", R"("lastModified":"1970-01-01T00:00:01Z",)"},
      Row{"by a clock years ahead", R"("authoredOn":"2031-01-01T00:00:00Z",)"},
      Row{"due last year", ours + R"("authoredOn":"2025-11-22T09:00:00Z",)"
                                  R"("restriction":{"period":{"end":"2025-12-06"}},)"},
      Row{"due by a clock a year ahead",
          ours + R"("authoredOn":"2027-11-22T10:13:20Z","lastModified":"2027-11-22T10:13:20Z",)"
                 R"("restriction":{"period":{"end":"2027-12-06T10:13:20Z"}},)"});
  CAPTURE(row.name);
  Waiting world("requested", "LINK1", row.more);
  const auto at_first = world.sweep();
  CHECK(at_first.open == 1);
  CHECK(at_first.reminded + at_first.raised + at_first.expired == 0);
  world.days(6);
  CHECK(world.sweep().reminded == 0);
  world.days(2);
  CHECK(world.sweep().reminded == 1);
  world.days(5);
  CHECK(world.sweep().expired == 0);
  world.days(2);
  const auto late = world.sweep();
  CHECK(late.expired == 1);
  CHECK(late.raised == 1);
}

TEST_CASE("a record of last year raises nothing when it comes in") {
  const auto* const status = GENERATE("received", "accepted", "in-progress", "on-hold");
  CAPTURE(status);
  Waiting world(status, "LINK1", R"("lastModified":"2025-01-10T09:00:00Z",)");
  const auto counts = world.sweep();
  CHECK(counts.open == 1);
  CHECK(counts.reminded + counts.raised + counts.expired == 0);
}

TEST_CASE("each owner has his own time to answer, and what was accepted its own to begin") {
  Waiting world;
  const auto put = [&](const std::string& body) { REQUIRE(put_task(world, world.watch, body)); };
  world.days(10);
  put(given_to(world.task(), "LINK2"));
  world.days(6);
  CHECK(world.sweep().expired == 0);
  world.days(2);
  CHECK(world.sweep().reminded == 1);
  put(task(world, "R1", "received"));  // is no answer yet
  world.days(5);
  CHECK(world.sweep().expired == 0);
  put(task(world, "R1", "accepted", R"(,"lastModified":"2025-01-10T09:00:00Z")"));
  world.days(20);
  put(task(world, "R1", "accepted", R"(,"description":"rang")"));  // has not begun
  world.days(7);
  CHECK(world.sweep().raised == 0);
  world.days(2);
  CHECK(world.sweep().raised == 1);
  put(task(world, "R1", "in-progress"));
  world.days(80);
  put(task(world, "R1", "in-progress", R"(,"statusReason":{"text":"came"})"));  // is news
  world.days(80);
  CHECK(world.sweep().raised == 0);
  world.days(11);
  CHECK(world.sweep().raised == 1);
}

TEST_CASE("what the service says of it in its own codes stays beside the reminder") {
  Waiting world("received", "LINK1",
                R"("businessStatus":{"coding":[{"system":"urn:theirs","code":"triage"}],)"
                R"("text":"Triage"},)");
  world.days(8);
  CHECK(world.sweep().reminded == 1);
  CHECK(says(world.task(), "\"triage\""));
  CHECK(says(world.task(), "\"reminded\""));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "links");
}

TEST_CASE("a service is asked once, however its owner is written") {
  Waiting world;
  const auto since = [&] {
    const auto eyes = world.reader();
    const auto read = model::read_json(definitions(), world.task(), Limits{});
    REQUIRE(read);
    const NodeRef task{&read->tree, read->tree.root()};
    const auto found = waiting_since({definitions(), world.parts.limits, *eyes}, task_id("R1"),
                                     task, standing_of(task).value(), {});
    REQUIRE(found);
    return *found;
  };
  const auto asked = world.task();
  const auto first = since();
  world.days(5);
  REQUIRE(put_task(world, world.watch, given_to(asked, "LINK1")));
  CHECK(since() == first);
  world.days(5);
  REQUIRE(put_task(world, world.watch, given_to(asked, "HOME")));
  CHECK(since() > first);
}

TEST_CASE("the time in which the work is sought is not when an answer is due") {
  Waiting world("requested", "LINK1",
                R"("authoredOn":"2026-11-22T09:00:00Z",)"
                R"("restriction":{"period":{"end":"2026-11-22T11:00:00Z"}},)");
  world.days(1);
  CHECK(world.sweep().expired == 0);
  CHECK(world.task_status("R1") == "requested");
}

TEST_CASE("what was accepted and is not heard of stays as it is, and raises a Task once") {
  struct Row {
    const char* status;
    int days;
    const char* said;
  };
  const auto row =
      GENERATE(Row{"accepted", 29, "has not begun"}, Row{"in-progress", 91, "Nothing was heard"},
               Row{"on-hold", 91, "Nothing was heard"});
  CAPTURE(row.status);
  Waiting world(row.status);
  world.days(row.days - 2);
  CHECK(world.sweep().raised == 0);
  world.days(2);
  CHECK(world.sweep().raised == 1);
  CHECK(world.sweep().raised == 0);
  CHECK(world.task_status("R1") == row.status);
  REQUIRE(world.raised().size() == 1);
  CHECK(says(world.raised()[0], row.said));
  CHECK(world.outbox().empty());
}

TEST_CASE("a cancellation that is not answered raises a Task that says it may be forced") {
  Waiting world("accepted", "LINK1",
                R"("businessStatus":{"coding":[{"system":)"
                R"("https://fingerpost.example/CodeSystem/referral-business-status",)"
                R"("code":"cancel-requested"}]},)");
  world.days(15);
  CHECK(world.sweep().raised == 1);
  CHECK(says(world.raised().at(0), "forced"));
}

TEST_CASE("what is done stands in the store: whoever sweeps next knows it") {
  Waiting world;
  world.days(20);
  world.sweep();
  world.days(2);
  CHECK(world.sweep().expired == 1);
  Watch another(world.parts);
  const auto counts = raise_overdue(world.parts, another);
  REQUIRE(counts);
  CHECK(counts->open == 0);
  CHECK(world.raised().size() == 1);
}

TEST_CASE("a referral of a record, which nobody here asked for, stays as the record has it") {
  Waiting world;
  auto bundle = referral("R2", "requested", "LINK2");
  const auto at = bundle.find(R"("requester":)");
  REQUIRE(at != std::string::npos);
  bundle.erase(at, bundle.find("},", at) + 2 - at);
  auto applied = apply(world.parts, *world.reader(), translation_of(bundle), {"practice", "2"});
  REQUIRE(applied);
  REQUIRE(commit_now(*world.store, std::move(applied->unit)));
  world.days(20);
  CHECK(world.sweep().open == 1);
  world.days(2);
  CHECK(world.sweep().open == 1);
  CHECK(world.task_status("R1") == "cancelled");
  CHECK(world.task_status("R2") == "requested");
}

TEST_CASE("a referral that something is wrong with keeps no other from being looked at") {
  Waiting world;
  auto applied = apply(world.parts, *world.reader(),
                       translation_of(referral("R2", "requested", "LINK2")), {"practice", "2"});
  REQUIRE(applied);
  REQUIRE(commit_now(*world.store, std::move(applied->unit)));
  world.partners.list.erase(world.partners.list.begin() + 1);  // LINK1 is a partner no more
  world.days(20);
  const auto first = world.sweep();
  CHECK(first.open == 2);
  CHECK(first.stuck == 1);
  CHECK(first.raised == 2);
  world.days(2);
  CHECK(world.sweep().expired == 1);
  CHECK(world.task_status("R2") == "cancelled");
}

TEST_CASE("the worker sweeps when it starts, and stops when it is let go") {
  Waiting world;
  world.days(20);
  std::promise<std::size_t> first;
  bool told = false;
  OverdueWorker worker(world.parts, world.watch, [&](const Result<OverdueCounts>& counts) {
    if (told) return;
    told = true;
    first.set_value(counts ? counts->raised : 0);
  });
  CHECK(first.get_future().get() == 1);
  CHECK(world.raised().size() == 1);
}

TEST_CASE("a referral between those who are no partners is nobody's here, unless it says it is") {
  const bool says_so = GENERATE(false, true);
  Waiting world("requested", "LINK1",
                says_so ? R"("meta":{"profile":[)"
                          R"("https://fingerpost.example/StructureDefinition/referral-task"]},)"
                        : "");
  world.partners.list.clear();
  world.days(20);
  CHECK(world.sweep().open == (says_so ? 1u : 0u));
  CHECK(world.raised().empty() != says_so);
}
