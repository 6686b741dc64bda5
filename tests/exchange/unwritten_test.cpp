// A message that could not be written is written when it is retried, by what is stored then.

#include "exchange/unwritten.h"

#include "exchange/admin.h"
#include "watching.h"

#include <functional>
#include <optional>

namespace fingerpost::test {
namespace {

using store::OutboxStatus;

// The link worker is reached by messages, which nothing can be written of before `use` is said.
struct Silent : World {
  Watch watch{parts};
  bool can_write = false;

  Silent() {
    partners.list[0].channel = Channel::self;
    partners.list[1].channel = Channel::mllp;
    parts.write_message = [this](const Outward& outward) -> Result<std::string> {
      if (!can_write) return Error{Kind::unsupported, "no use case is agreed", "bars.use_case"};
      std::string json;
      model::write_json(definitions(), outward.bundle, outward.bundle.root(), json);
      return "MSH|" + outward.control_id + "|" + std::string(outward.type) + "^" +
             std::string(outward.event) + "|" + json;
    };
    const auto eyes = reader();
    auto applied =
        apply(parts, *eyes, translation_of(referral("R1", "requested", "LINK1")), {"", "1"});
    REQUIRE(applied);
    REQUIRE(commit_now(*store, std::move(applied->unit)));
  }
  Result<std::string> ask(const std::string& path, bool running = true) {
    Admin admin(*store, clock, &partners, running ? &parts : nullptr);
    std::optional<Result<std::string>> answer;
    admin.answer(AdminMethod::post, path, {}, [&](Result<std::string> made) { answer = made; });
    REQUIRE(answer);
    return *answer;
  }
  void change(const std::string& type, const std::string& id, const std::string& from,
              const std::string& to) {
    auto body = reader()->read(type, id)->body;
    const auto at = body.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(put_all(*this, watch, {body.replace(at, from.size(), to)}));
  }
  store::OutboxRow row(std::size_t index) { return outbox().at(index); }
};

const std::string patient = uuid_v5({"test", "R1", "patient"});

}  // namespace

TEST_CASE("what could not be written is written when it is retried, under its own key") {
  Silent world;
  const auto dead = world.row(0);
  CHECK(dead.status == OutboxStatus::dead);
  CHECK(dead.note == "not written: bars.use_case: no use case is agreed");
  CHECK(is_unwritten(dead));
  const auto early = world.ask("outbox/1/retry");
  REQUIRE_FALSE(early);
  CHECK(early.error().kind == Kind::conflict);
  CHECK(early.error().text.find("no use case is agreed") != std::string::npos);
  CHECK(world.row(0).status == OutboxStatus::dead);
  CHECK_FALSE(world.ask("outbox/1/retry", false));  // no maps: only a running gateway can

  world.change("Patient", patient, "\"Test\"", "\"Renamed\"");
  world.can_write = true;
  const auto done = world.ask("outbox/1/retry");
  REQUIRE(done);
  const auto row = world.row(0);
  CHECK(row.status == OutboxStatus::waiting);
  CHECK(row.idempotency_key == dead.idempotency_key);
  CHECK(row.body.starts_with("MSH|" + control_id(dead.idempotency_key) + "|REF^I12|"));
  CHECK(holds(row, "Renamed"));
  CHECK_FALSE(holds(row, "\"Test\""));
  CHECK(holds(row, R"("status":"requested")"));
}

TEST_CASE("what could not be written leaves in the order of its lane, each step as it was taken") {
  Silent world;
  world.change("ServiceRequest", request_id("R1"), "\"help\"", "\"more help\"");
  REQUIRE(world.outbox().size() == 2);
  CHECK(world.row(1).status == OutboxStatus::dead);
  world.can_write = true;
  const auto done = world.ask("outbox/retry");
  REQUIRE(done);
  CHECK(*done == R"({"retried":2,"overtaken":0,"notWritten":0})");
  const auto due = world.reader()->outbox_due("links", world.clock.now_us(), 10);
  REQUIRE(due);
  REQUIRE(due->size() == 1);
  CHECK(due->front().id == 1);
  CHECK(world.row(1).body.find("|REF^I13|") != std::string::npos);
}

TEST_CASE("what is asked for no more is not written, and is cancelled") {
  struct Row {
    const char* name;
    std::function<void(Silent&)> meanwhile;
    const char* why;
  };
  const auto row = GENERATE_COPY(
      Row{"ended",
          [](Silent& world) {
            REQUIRE(put_task(world, world.watch, task(world, "R1", "rejected")));
          },
          "has ended"},
      Row{"moved",
          [](Silent& world) {
            REQUIRE(
                put_task(world, world.watch, given_to(task(world, "R1", "requested"), "LINK2")));
          },
          "somebody else"},
      Row{"marked",
          [](Silent& world) {
            auto body = world.reader()->read("ServiceRequest", request_id("R1"))->body;
            body.insert(
                body.rfind('}'),
                R"(,"orderDetail":[{"coding":[{"code":"contacting-subject-prohibited"}]}])");
            store::Unit unit;
            auto& write = unit.writes.emplace_back();
            write.type = "ServiceRequest";
            write.id = request_id("R1");
            auto read = model::read_json(definitions(), body, Limits{});
            REQUIRE(read);
            write.body = store::prepare_body(definitions(), read->tree, write.id);
            REQUIRE(commit_now(*world.store, std::move(unit)));
          },
          "not written"},
      Row{"withdrawn",
          [](Silent& world) {
            auto body = world.reader()->read("ServiceRequest", request_id("R1"))->body;
            const std::string was = "\"active\"";
            body.replace(body.find(was), was.size(), "\"revoked\"");
            store::Unit unit;
            auto& write = unit.writes.emplace_back();
            write.type = "ServiceRequest";
            write.id = request_id("R1");
            auto read = model::read_json(definitions(), body, Limits{});
            REQUIRE(read);
            write.body = store::prepare_body(definitions(), read->tree, write.id);
            REQUIRE(commit_now(*world.store, std::move(unit)));
          },
          "has been withdrawn"},
      Row{"another way", [](Silent& world) { world.partners.list[1].channel = Channel::fhir; },
          "another way"},
      Row{"no partner", [](Silent& world) { world.partners.list[1].id = "renamed"; },
          "another way"});
  CAPTURE(row.name);
  Silent world;
  row.meanwhile(world);
  world.can_write = true;
  const auto done = world.ask("outbox/1/retry");
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == Kind::conflict);
  CAPTURE(done.error().text);
  CHECK(done.error().text.find(row.why) != std::string::npos);
  CHECK(world.row(0).status == OutboxStatus::dead);
  CHECK(world.ask("outbox/1/cancel"));
}

TEST_CASE("no more goes back to the practice than the person lets go when it is retried") {
  using care::Disclosure;
  const auto [then, now] =
      GENERATE(table<Disclosure, Disclosure>({{Disclosure::all, Disclosure::all},
                                              {Disclosure::all, Disclosure::summary},
                                              {Disclosure::all, Disclosure::none},
                                              {Disclosure::codes, Disclosure::codes},
                                              {Disclosure::summary, Disclosure::codes},
                                              {Disclosure::codes, Disclosure::all}}));
  CAPTURE(then, now);
  Silent world;
  world.partners.list[0].channel = Channel::mllp;
  world.parts.policy.disclosure = then;
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted")));
  const auto dead = world.outbox().back();
  REQUIRE(dead.lane == "practice");
  REQUIRE(is_unwritten(dead));
  world.parts.policy.disclosure = now;
  world.can_write = true;
  const auto done = world.ask("outbox/" + std::to_string(dead.id) + "/retry");
  CHECK(done.has_value() == (now >= then));
  if (done) {
    CHECK(holds(world.outbox().back(), R"("status":"accepted")"));
    return;
  }
  CHECK(done.error().kind == Kind::conflict);
  CHECK(done.error().text.find("lets less go back") != std::string::npos);
  CHECK(world.outbox().back().status == OutboxStatus::dead);
}

TEST_CASE("a row of which nothing was kept is not sent") {
  Silent world;
  store::Unit unit;
  unit.outbox.push_back(world.row(0));
  unit.outbox[0].id = 0;
  unit.outbox[0].idempotency_key = "empty";
  unit.outbox[0].body.clear();
  REQUIRE(commit_now(*world.store, std::move(unit)));
  world.can_write = true;
  CHECK_FALSE(world.ask("outbox/2/retry"));
  CHECK(world.row(1).status == OutboxStatus::dead);
}

}  // namespace fingerpost::test
