#include "exchange/admin.h"

#include "wire/json_view.h"
#include "world.h"

#include <algorithm>
#include <future>
#include <optional>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using store::InboxStatus;
using store::OutboxStatus;

namespace {

Result<std::string> ask(World& world, AdminMethod method, const std::string& path,
                        const Admin::Query& query = {}) {
  Admin admin(*world.store, world.clock);
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  admin.answer(method, path, query,
               [promise](Result<std::string> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}
void put(World& world, OutboxStatus status, const std::string& key) {
  store::Unit unit;
  store::OutboxRow row;
  row.lane = "links";
  row.receiver = "links";
  row.idempotency_key = key;
  row.kind = "fhir-transaction";
  row.body = "secret";
  row.status = status;
  unit.outbox.push_back(row);
  REQUIRE(commit_now(*world.store, std::move(unit)));
}
void receive(World& world, InboxStatus status, const std::string& key,
             const std::string& kind = "hl7v2") {
  store::Unit unit;
  store::InboxRow row;
  row.source = "practice";
  row.kind = kind;
  row.note = "why";
  row.key = key;
  row.digest = "d";
  row.raw = "secret\xff";
  row.status = status;
  unit.inbox = row;
  REQUIRE(commit_now(*world.store, std::move(unit)));
}

}  // namespace

TEST_CASE("lists name rows by status, page by page, without their messages") {
  World world;
  for (int i = 0; i < 3; ++i) put(world, OutboxStatus::dead, std::to_string(i));
  put(world, OutboxStatus::waiting, "w");
  receive(world, InboxStatus::refused, "1");
  const auto first = ask(world, AdminMethod::get, "outbox", {{"status", "dead"}, {"limit", "2"}});
  REQUIRE(first);
  CHECK(first->find("secret") == std::string::npos);
  CHECK(first->find(R"("next":2)") != std::string::npos);
  const auto second = ask(world, AdminMethod::get, "outbox", {{"status", "dead"}, {"after", "2"}});
  CHECK(second->find(R"("id":3)") != std::string::npos);
  CHECK(second->find(R"("next")") == std::string::npos);
  const auto inbox = ask(world, AdminMethod::get, "inbox", {{"source", "practice"}});
  CHECK(inbox->find(R"("status":"refused")") != std::string::npos);
  CHECK(inbox->find("secret") == std::string::npos);
  const auto lanes = ask(world, AdminMethod::get, "lanes");
  CHECK(lanes->find(R"("lane":"links","held":false,"open":1,"dead":3)") != std::string::npos);
}

TEST_CASE("the newest rows of the inbox come first, however many there are") {
  World world;
  const int count = GENERATE(0, 1, 2, 3, 7, 20);
  for (int i = 1; i <= count; ++i)
    receive(world, i % 2 == 0 ? InboxStatus::refused : InboxStatus::applied, std::to_string(i));
  for (const int limit : {1, 2, 3, 7})
    for (const int step : {1, 2}) {
      CAPTURE(count, limit, step);
      Admin::Query query{{"order", "newest"}, {"limit", std::to_string(limit)}};
      if (step == 2) query.emplace_back("status", "refused");
      const auto listed = ask(world, AdminMethod::get, "inbox", query);
      REQUIRE(listed);
      const int last = step == 2 ? count - count % 2 : count;
      int rows = 0;
      for (std::size_t at = listed->find("{\"id\":"); at != std::string::npos;
           at = listed->find("{\"id\":", at + 1), ++rows)
        CHECK(listed->compare(at + 6, std::to_string(last - rows * step).size(),
                              std::to_string(last - rows * step)) == 0);
      CHECK(rows == std::min(limit, count / step));
      CHECK((listed->find("\"next\":") != std::string::npos) == (rows == limit));
    }
}

TEST_CASE("every row of a box is reached page by page, from either end") {
  World world;
  constexpr int count = 1'205;
  store::Unit unit;
  for (int i = 1; i <= count; ++i) {
    store::OutboxRow row;
    row.lane = "links";
    row.idempotency_key = std::to_string(i);
    unit.outbox.push_back(std::move(row));
    receive(world, InboxStatus::applied, std::to_string(i));
  }
  REQUIRE(commit_now(*world.store, std::move(unit)));
  const std::string box = GENERATE("inbox", "outbox");
  const std::string order = GENERATE("newest", "oldest", "");
  CAPTURE(box, order);
  std::vector<std::string> ids;
  std::string after;
  for (int pages = 0; pages < 5; ++pages) {
    Admin::Query query{{"limit", "1000"}, {"after", after}};
    if (!order.empty()) query.emplace_back("order", order);
    const auto listed = ask(world, AdminMethod::get, box, query);
    REQUIRE(listed);
    const auto document = wire::parse_json(*listed, Limits{});
    REQUIRE(document);
    wire::JsonView(*document)["rows"].each(
        [&](wire::JsonView row) { ids.emplace_back(row["id"].text()); });
    after = wire::JsonView(*document)["next"].text();
    if (after.empty()) break;
  }
  REQUIRE(ids.size() == count);
  for (int i = 0; i < count; ++i)
    REQUIRE(ids[static_cast<std::size_t>(i)] ==
            std::to_string(order == "newest" ? count - i : i + 1));
  CHECK(ask(world, AdminMethod::get, box, {{"order", "best"}}).error().kind == Kind::invalid);
}

TEST_CASE("every partner has a lane, and so has what is held or had rows, be it idle") {
  World world;
  put(world, OutboxStatus::delivered, "1");
  store::Unit held;
  held.lanes.push_back({"gone", true});
  REQUIRE(commit_now(*world.store, std::move(held)));
  Admin admin(*world.store, world.clock, &world.partners);
  std::string lanes;
  admin.answer(AdminMethod::get, "lanes", {},
               [&](const Result<std::string>& answer) { lanes = answer.value(); });
  for (const auto* lane :
       {R"("lane":"gone","held":true,"open":0,"dead":0)", R"("lane":"links","held":false,"open":0)",
        R"("lane":"practice","held":false,"open":0)", R"("lane":"other","held":false)",
        R"("lane":"home","held":false)"}) {
    CAPTURE(lane);
    CHECK(lanes.find(lane) != std::string::npos);
  }
}

TEST_CASE("one row is shown whole, as text whatever its bytes") {
  World world;
  put(world, OutboxStatus::dead, "1");
  receive(world, InboxStatus::refused, "1");
  CHECK(ask(world, AdminMethod::get, "outbox/1")->find(R"("message":"secret")") !=
        std::string::npos);
  CHECK(ask(world, AdminMethod::get, "inbox/1")->find("secret\xc3\xbf") != std::string::npos);
}

TEST_CASE("each action is allowed from its statuses only") {
  struct Row {
    OutboxStatus from;
    const char* action;
    std::optional<OutboxStatus> to;
  };
  const auto row = GENERATE(
      Row{OutboxStatus::dead, "retry", OutboxStatus::waiting},
      Row{OutboxStatus::waiting, "retry", OutboxStatus::waiting},
      Row{OutboxStatus::held, "retry", OutboxStatus::waiting},
      Row{OutboxStatus::cancelled, "retry", {}}, Row{OutboxStatus::delivered, "retry", {}},
      Row{OutboxStatus::sending, "retry", {}},
      Row{OutboxStatus::waiting, "hold", OutboxStatus::held},
      Row{OutboxStatus::sending, "hold", {}}, Row{OutboxStatus::dead, "hold", {}},
      Row{OutboxStatus::held, "release", OutboxStatus::waiting},
      Row{OutboxStatus::waiting, "release", {}},
      Row{OutboxStatus::dead, "cancel", OutboxStatus::cancelled},
      Row{OutboxStatus::waiting, "cancel", OutboxStatus::cancelled},
      Row{OutboxStatus::sending, "cancel", {}}, Row{OutboxStatus::delivered, "cancel", {}});
  CAPTURE(store::name(row.from), row.action);
  World world;
  put(world, row.from, "1");
  const auto done = ask(world, AdminMethod::post, std::string("outbox/1/") + row.action);
  CHECK(done.has_value() == row.to.has_value());
  if (!done) CHECK(done.error().kind == Kind::conflict);
  CHECK(world.outbox().at(0).status == row.to.value_or(row.from));
}

TEST_CASE("a refused or quarantined message can be applied again, others not") {
  World world;
  receive(world, InboxStatus::refused, "1");
  receive(world, InboxStatus::quarantined, "2");
  receive(world, InboxStatus::applied, "3");
  CHECK(ask(world, AdminMethod::post, "inbox/1/retry"));
  CHECK(ask(world, AdminMethod::post, "inbox/2/retry"));
  CHECK(ask(world, AdminMethod::post, "inbox/3/retry").error().kind == Kind::conflict);
  CHECK(world.reader()->inbox_due(world.clock.now_us(), 10)->size() >= 1);
}

TEST_CASE("what no worker reads is not tried again, and keeps why it was refused") {
  struct Row {
    const char* kind;
    InboxStatus status;
    const char* text;  // "": it is tried again
  };
  const auto row = GENERATE(
      Row{"fhir-create", InboxStatus::refused, "sent again"},
      Row{"fhir-transaction", InboxStatus::refused, "sent again"},
      Row{"unreadable", InboxStatus::refused, "no message"},
      Row{"tpp", InboxStatus::refused, "apply it again"}, Row{"tpp", InboxStatus::quarantined, ""},
      Row{"gpconnect", InboxStatus::refused, ""}, Row{"hl7v2", InboxStatus::refused, ""});
  CAPTURE(row.kind, row.text);
  World world;
  receive(world, row.status, "1", row.kind);
  const auto done = ask(world, AdminMethod::post, "inbox/1/retry");
  const bool again = row.text[0] == '\0';
  CHECK(done.has_value() == again);
  if (!done) CHECK(done.error().text.find(row.text) != std::string::npos);
  CHECK(world.inbox().at(0).status == (again ? InboxStatus::received : row.status));
  if (!again) CHECK(world.inbox().at(0).note == "why");
}

TEST_CASE("a lane is held and released") {
  World world;
  put(world, OutboxStatus::waiting, "1");
  CHECK(ask(world, AdminMethod::post, "lanes/links/hold"));
  CHECK(world.reader()->lanes()->at(0).held);
  CHECK(ask(world, AdminMethod::post, "lanes/links/release"));
  CHECK_FALSE(world.reader()->lanes()->at(0).held);
}

TEST_CASE("a lane is a partner's, or one that something was put in") {
  World world;
  put(world, OutboxStatus::waiting, "1");
  const auto hold = [&](const exchange::Partners* partners, const std::string& lane) {
    Result<std::string> done = Error{Kind::fault, "nothing came", ""};
    exchange::Admin(*world.store, world.clock, partners)
        .answer(AdminMethod::post, "lanes/" + lane + "/hold", {},
                [&](Result<std::string> answer) { done = std::move(answer); });
    return done;
  };
  CHECK(hold(nullptr, "links"));
  CHECK(hold(&world.partners, "other"));
  for (const auto* partners : {static_cast<const exchange::Partners*>(nullptr),
                               static_cast<const exchange::Partners*>(&world.partners)}) {
    const auto refused = hold(partners, "nobody");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::not_found);
    CHECK(refused.error().where == "nobody");
  }
}

TEST_CASE("all dead rows of a lane, or of all lanes, are tried again at once") {
  const auto lane = GENERATE(std::string("links"), std::string("other"), std::string());
  CAPTURE(lane);
  World world;
  constexpr int count = 1'003;  // more than one page
  for (int i = 0; i < count; ++i) put(world, OutboxStatus::dead, std::to_string(i));
  put(world, OutboxStatus::cancelled, "c");
  put(world, OutboxStatus::delivered, "d");
  const int tried = lane == "other" ? 0 : count;
  CHECK(ask(world, AdminMethod::post, "outbox/retry", {{"lane", lane}}).value() ==
        R"({"retried":)" + std::to_string(tried) + R"(,"overtaken":0,"notWritten":0})");
  CHECK(world.reader()->lanes()->at(0).open == tried);
  CHECK(world.reader()->lanes()->at(0).dead == count - tried);
}

TEST_CASE("a dead row does not follow what was said later of the same person") {
  struct Row {
    OutboxStatus later;
    const char* lane;
    const char* order_key;
    bool overtaken;
  };
  const auto row = GENERATE(Row{OutboxStatus::delivered, "links", "Patient/1", true},
                            Row{OutboxStatus::sending, "links", "Patient/1", true},
                            Row{OutboxStatus::waiting, "links", "Patient/1", false},
                            Row{OutboxStatus::dead, "links", "Patient/1", false},
                            Row{OutboxStatus::cancelled, "links", "Patient/1", false},
                            Row{OutboxStatus::delivered, "links", "Patient/2", false},
                            Row{OutboxStatus::delivered, "other", "Patient/1", false});
  const auto lane = GENERATE(std::string("links"), std::string());
  CAPTURE(store::name(row.later), row.lane, row.order_key);
  World world;
  store::Unit unit;
  for (const bool first : {true, false}) {
    auto& made = unit.outbox.emplace_back();
    made.lane = first ? "links" : row.lane;
    made.order_key = first ? "Patient/1" : row.order_key;
    made.idempotency_key = first ? "1" : "2";
    made.body = "{}";
    made.status = first ? OutboxStatus::dead : row.later;
  }
  REQUIRE(commit_now(*world.store, std::move(unit)));
  const auto done = ask(world, AdminMethod::post, "outbox/1/retry");
  CHECK(done.has_value() == !row.overtaken);
  if (!done) CHECK(done.error().kind == Kind::conflict);
  CHECK(ask(world, AdminMethod::post, "outbox/1/force"));
  CHECK(world.outbox().at(0).status == OutboxStatus::waiting);
  store::Unit again;
  again.outbox_updates.push_back({1, OutboxStatus::dead, {}, {}, {}});
  REQUIRE(commit_now(*world.store, std::move(again)));
  const auto all = ask(world, AdminMethod::post, "outbox/retry", {{"lane", lane}});
  REQUIRE(all);
  CHECK(world.outbox().at(0).status ==
        (row.overtaken ? OutboxStatus::dead : OutboxStatus::waiting));
  CHECK((all->find(R"("overtaken":1)") != std::string::npos) == row.overtaken);
}

TEST_CASE("the audit has what an operator did, and which row he was shown") {
  struct Row {
    AdminMethod method;
    const char* path;
    const char* did;  // "": nothing that is told
  };
  const auto row =
      GENERATE(Row{AdminMethod::get, "outbox", ""}, Row{AdminMethod::get, "lanes", ""},
               Row{AdminMethod::get, "outbox/1", "show"}, Row{AdminMethod::get, "inbox/1", "show"},
               Row{AdminMethod::post, "outbox/1/retry", "retry"},
               Row{AdminMethod::post, "outbox/1/cancel", "cancel"},
               Row{AdminMethod::post, "outbox/retry", "retry"},
               Row{AdminMethod::post, "inbox/1/retry", "retry"},
               Row{AdminMethod::post, "lanes/links/hold", "hold"});
  CAPTURE(row.path);
  World world;
  put(world, OutboxStatus::dead, "1");
  receive(world, InboxStatus::refused, "1");
  REQUIRE(ask(world, row.method, row.path));
  const auto reader = world.reader();
  const auto audit = reader->audit({});
  REQUIRE(audit);
  std::string text;
  for (const auto& one : audit->rows) text += one.text;
  const bool told = row.did[0] != '\0';
  CHECK((text.find("\"operator\"") != std::string::npos) == told);
  if (told) CHECK(text.find("\"did\":\"" + std::string(row.did) + "\"") != std::string::npos);
  CHECK(text.find("secret") == std::string::npos);
}

TEST_CASE("what is not there, or makes no sense, is said so") {
  World world;
  put(world, OutboxStatus::waiting, "1");
  for (const auto* path : {"", "nothing", "inbox/x", "outbox/99", "inbox/99", "lanes/links"})
    CHECK(ask(world, AdminMethod::get, path).error().kind == Kind::not_found);
  for (const auto* path :
       {"outbox", "outbox/1", "outbox/1/eat", "outbox/x/retry", "inbox/1/hold", "lanes/links/eat"})
    CHECK(ask(world, AdminMethod::post, path).error().kind == Kind::not_found);
  CHECK(ask(world, AdminMethod::get, "outbox/retry").error().kind == Kind::not_found);
  CHECK(ask(world, AdminMethod::post, "inbox/1/replay").error().kind == Kind::unsupported);
  CHECK(ask(world, AdminMethod::get, "outbox", {{"status", "odd"}}).error().where == "status");
  CHECK(ask(world, AdminMethod::get, "outbox", {{"limit", "many"}}).error().where == "limit");
}
