#include "exchange/replay.h"

#include "exchange/admin.h"
#include "exchange/differences.h"
#include "exchange/work.h"
#include "world.h"

#include <algorithm>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;

namespace {

// A practice's message that was applied by yesterday's maps, as Intake does it in one commit.
std::int64_t apply_message(World& world, const std::string& control_id, const std::string& key,
                           const std::string& text = "help", std::int64_t then_us = 60'000'000) {
  auto row = inbox_row("practice", "hl7v2", "GP|SURGERY|REF^I12|" + control_id,
                       referral_message(control_id, key, "", "", "LINK1", text));
  auto worked = work(world.parts, *world.reader(), row);
  REQUIRE(worked);
  auto unit = std::move(worked->applied.unit);
  row.status = InboxStatus::applied;
  unit.inbox = row;
  const auto done = commit_now(*world.store, std::move(unit));
  REQUIRE(done);
  world.clock.advance(then_us);
  return done->inbox_id;
}

// Maps that write the note in other words.
void change_maps(World& world) {
  world.parts.translate = [](Format format, std::string bytes, const TranslateOptions& how) {
    for (auto at = bytes.find("help"); at != std::string::npos; at = bytes.find("help", at))
      bytes.replace(at, 4, "support");
    return small_translate(format, bytes, how);
  };
}

Result<std::string> ask(World& world, AdminMethod method, const std::string& path,
                        const Admin::Query& query = {}) {
  Admin admin(*world.store, world.clock, &world.partners, &world.parts);
  Result<std::string> answer = Error{Kind::fault, "nothing came", ""};
  admin.answer(method, path, query, [&](Result<std::string> done) { answer = std::move(done); });
  return answer;
}

std::string replay_path(std::int64_t id) {
  return "inbox/" + std::to_string(id) + "/replay";
}

std::string note_of(World& world, const std::string& key) {
  const auto stored = world.reader()->read("ServiceRequest", request_id(key));
  return stored->body.find("support") != std::string::npos ? "support" : "help";
}

bool has(const Result<std::string>& answer, const std::string& text) {
  return answer && answer->find(text) != std::string::npos;
}

// Writes the request again, as somebody else would.
void write_since(World& world, const std::string& key) {
  const auto stored = world.reader()->read("ServiceRequest", request_id(key));
  auto read = model::read_json(definitions(), stored->body, Limits{});
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.type = "ServiceRequest";
  write.id = request_id(key);
  write.body = store::prepare_body(definitions(), read->tree, write.id);
  REQUIRE(commit_now(*world.store, std::move(unit)));
}

}  // namespace

TEST_CASE("a replay by the same maps finds nothing to do") {
  World world;
  const auto id = apply_message(world, "1", "one");
  const auto versions = world.version("ServiceRequest", request_id("one"));
  const auto sent = world.outbox().size();
  for (const auto method : {AdminMethod::get, AdminMethod::post})
    CHECK(ask(world, method, replay_path(id)).value() ==
          R"({"id":)" + std::to_string(id) + R"(,"resources":[],"deliveries":0})");
  CHECK(world.version("ServiceRequest", request_id("one")) == versions);
  CHECK(world.outbox().size() == sent);
}

TEST_CASE(
    "a dry run shows what other maps would make, values only when asked, and changes nothing") {
  World world;
  const auto id = apply_message(world, "1", "one");
  change_maps(world);
  const auto dry = ask(world, AdminMethod::get, replay_path(id));
  CHECK(has(dry, R"("resource":"ServiceRequest/)" + request_id("one") + R"(","change":"updated")"));
  CHECK(has(dry, R"({"path":"ServiceRequest.note[0].text","is":"changed"})"));
  CHECK_FALSE(has(dry, "support"));
  const auto shown = ask(world, AdminMethod::get, replay_path(id), {{"values", "true"}});
  CHECK(has(shown, R"("is":"changed","was":"help","will":"support")"));
  CHECK(note_of(world, "one") == "help");
  CHECK(world.version("ServiceRequest", request_id("one")) == 1);
}

TEST_CASE("a replay stores what other maps make, tells the receiver, and says so") {
  World world;
  const auto id = apply_message(world, "1", "one");
  const auto sent = world.outbox().size();
  change_maps(world);
  REQUIRE(ask(world, AdminMethod::post, replay_path(id)));
  CHECK(note_of(world, "one") == "support");
  CHECK(world.version("ServiceRequest", request_id("one")) == 2);
  REQUIRE(world.outbox().size() == sent + 1);
  CHECK(world.outbox().back().body.find("support") != std::string::npos);
  store::HistoryQuery all;
  all.type = "Provenance";
  const auto reader = world.reader();
  const auto told = reader->history(all);
  REQUIRE(told);
  const auto says_so = [](const store::Stored& version) {
    return version.body.find("translated again by other maps") != std::string::npos;
  };
  CHECK(std::count_if(told->versions.begin(), told->versions.end(), says_so) == 1);
  CHECK(world.reader()->inbox_row(id)->note.starts_with("applied again by other maps at "));
  CHECK(world.reader()->inbox_row(id)->status == InboxStatus::applied);
  // It is as the maps make it now.
  CHECK(has(ask(world, AdminMethod::post, replay_path(id)), R"("resources":[])"));
}

TEST_CASE("a replay may be followed by another, of yet other maps") {
  World world;
  const auto id = apply_message(world, "1", "one");
  change_maps(world);
  REQUIRE(ask(world, AdminMethod::post, replay_path(id)));
  world.clock.advance(60'000'000);
  world.parts.translate = small_translate;
  CHECK(has(ask(world, AdminMethod::post, replay_path(id)), R"("change":"updated")"));
  CHECK(note_of(world, "one") == "help");
  world.clock.advance(1'000);
  change_maps(world);
  CHECK(has(ask(world, AdminMethod::post, replay_path(id)), R"("change":"updated")"));
  CHECK(note_of(world, "one") == "support");
}

TEST_CASE("what was written since stays as it is, whatever the maps make of the message") {
  World world;
  const auto id = apply_message(world, "1", "one", "help", GENERATE(1'000, 60'000'000));
  write_since(world, "one");
  const auto sent = world.outbox().size();
  change_maps(world);
  const auto done = ask(world, AdminMethod::post, replay_path(id));
  CHECK(has(done, R"("change":"kept","reason":"written by something else since")"));
  CHECK(has(done, R"("deliveries":0)"));
  CHECK(note_of(world, "one") == "help");
  CHECK(world.version("ServiceRequest", request_id("one")) == 2);
  CHECK(world.outbox().size() == sent);
}

TEST_CASE("all messages of a partner are replayed in pages, and one that fails holds up none") {
  World world;
  apply_message(world, "1", "one");
  apply_message(world, "2", "two", "help of a kind");
  apply_message(world, "3", "three");
  world.parts.translate = [](Format format, std::string bytes,
                             const TranslateOptions& how) -> Result<Translation> {
    if (bytes.find("of a kind") != std::string::npos)
      return Error{Kind::invalid, "not by these maps", ""};
    bytes.replace(bytes.find("help"), 4, "support");
    return small_translate(format, bytes, how);
  };
  const auto first =
      ask(world, AdminMethod::post, "inbox/replay", {{"source", "practice"}, {"limit", "2"}});
  CHECK(has(first, R"("refused":"not by these maps")"));
  REQUIRE(has(first, R"("next":2)"));
  const auto second =
      ask(world, AdminMethod::post, "inbox/replay", {{"source", "practice"}, {"after", "2"}});
  CHECK_FALSE(has(second, R"("next")"));
  CHECK(note_of(world, "one") == "support");
  CHECK(note_of(world, "two") == "help");
  CHECK(note_of(world, "three") == "support");
  CHECK(ask(world, AdminMethod::post, "inbox/replay").error().where == "source");
}

TEST_CASE("only an applied message of its own is replayed") {
  struct Row {
    const char* kind;
    InboxStatus status;
    const char* key;
    const char* text;
  };
  const auto row =
      GENERATE(Row{"hl7v2", InboxStatus::refused, "1", "only what was applied"},
               Row{"hl7v2", InboxStatus::quarantined, "1", "only what was applied"},
               Row{"hl7v2", InboxStatus::received, "1", "only what was applied"},
               Row{"hl7v2", InboxStatus::applied, "reply to 1", "no message of its own"},
               Row{"tpp", InboxStatus::applied, "1", "apply it again"},
               Row{"fhir-transaction", InboxStatus::applied, "1", "no message of its own"});
  CAPTURE(row.kind, row.key, store::name(row.status));
  World world;
  auto received = inbox_row("practice", row.kind, row.key, referral_message("1", "one"));
  received.status = row.status;
  store::Unit unit;
  unit.inbox = received;
  const auto id = commit_now(*world.store, std::move(unit))->inbox_id;
  const auto done = ask(world, AdminMethod::post, replay_path(id));
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == Kind::conflict);
  CHECK(done.error().text.find(row.text) != std::string::npos);
}

TEST_CASE("differences name each element once, with what a store sets left out") {
  const auto parse = [](const std::string& members) {
    auto read = model::read_json(
        definitions(), R"({"resourceType":"Patient","id":"1",)" + members + "}", Limits{});
    REQUIRE(read);
    return std::move(read->tree);
  };
  struct Row {
    const char* before;
    const char* after;
    const char* text;
  };
  const auto row = GENERATE(
      Row{R"("active":true)", R"("active":true)", ""},
      Row{R"("active":true)", R"("active":false)", "Patient.active true>false;"},
      Row{R"("active":true)", R"("gender":"male")", "Patient.active true>-;Patient.gender ->male;"},
      Row{R"("meta":{"versionId":"1","lastUpdated":"2026-11-22T00:00:00Z"},"active":true)",
          R"("meta":{"versionId":"2"},"active":true)", ""},
      Row{R"("name":[{"family":"A"},{"family":"B"}])", R"("name":[{"family":"A"}])",
          "Patient.name[1].family B>-;"});
  const auto before = parse(row.before), after = parse(row.after);
  std::string text;
  for (const auto& one :
       differences(definitions(), {&before, before.root()}, {&after, after.root()}))
    text += one.path + " " + one.was.value_or("-") + ">" + one.will.value_or("-") + ";";
  CHECK(text == row.text);
}
