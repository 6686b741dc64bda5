// The table of care/loop.h, as what is written over REST is held to it.

#include "care/referral.h"
#include "watching.h"

#include <optional>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// Who says it, as X-Provenance has it: a role of the organisation of this ODS code.
std::string word_of(const std::string& code, const std::string& more = "") {
  return R"({"resourceType":"Provenance","id":"p1","recorded":"2026-11-22T10:00:00Z","target":[)"
         R"({"reference":"Task/)" +
         task_id("R1") + R"("},{"reference":"ServiceRequest/)" + request_id("R1") +
         R"("}],"agent":[{"who":{"reference":"PractitionerRole/)" +
         uuid_v5({"test", "role", code}) + R"("}}])" + more + "}";
}
constexpr const char* asks_cancel =
    R"(,"businessStatus":{"coding":[{"system":)"
    R"("https://fingerpost.example/CodeSystem/referral-business-status",)"
    R"("code":"cancel-requested"}]},"statusReason":{"text":"moved away"})";

}  // namespace

TEST_CASE("a step is its party's: the other is told so with 403, and what has no party with none") {
  struct Row {
    const char* from;
    const char* to;
    const char* by;  // an ODS code
    std::optional<Kind> refused;
  };
  const Row rows[] = {{"requested", "accepted", "HOME", {}},
                      {"requested", "accepted", "PRAC1", Kind::forbidden},
                      {"requested", "rejected", "PRAC1", Kind::forbidden},
                      {"requested", "accepted", "LINK2", Kind::forbidden},
                      {"requested", "entered-in-error", "HOME", Kind::forbidden},
                      {"requested", "entered-in-error", "PRAC1", {}},
                      {"accepted", "cancelled", "PRAC1", Kind::unsupported},
                      {"accepted", "cancelled", "HOME", {}},
                      {"requested", "accepted", "nobody", {}}};
  for (const auto& row : rows) {
    CAPTURE(row.from, row.to, row.by);
    Referred world("HOME", row.from);
    const auto eyes = world.reader();
    auto applied = apply(world.parts, *eyes, translation_of(referral("R2", "requested", "LINK2")),
                         {"practice", "2"});
    REQUIRE(applied);
    REQUIRE(commit_now(*world.store, std::move(applied->unit)));
    const auto put = put_all(world, world.watch, {task(world, "R1", row.to), word_of(row.by)});
    REQUIRE(put.has_error() == row.refused.has_value());
    if (row.refused) CHECK(put.error().kind == *row.refused);
    CHECK(world.task_status("R1") == (row.refused ? row.from : row.to));
  }
}

TEST_CASE("whatever step is written is taken exactly where the table of steps has it") {
  const auto from = GENERATE("requested", "received", "accepted", "in-progress", "on-hold",
                             "rejected", "cancelled", "failed", "completed", "entered-in-error");
  for (int i = 0; i < care::status_count; ++i) {
    const auto to = static_cast<care::Status>(i);
    CAPTURE(from, care::code(to));
    Referred world("HOME", from == std::string("completed") ? "accepted" : from);
    if (from == std::string("completed"))
      REQUIRE(put_task(world, world.watch, task(world, "R1", "completed", outcome)));
    auto written = task(world, "R1", std::string(care::code(to)));
    if (written.find("statusReason") == std::string::npos)
      written.insert(written.size() - 1, R"(,"statusReason":{"text":"full"})");
    if (written.find("\"output\"") == std::string::npos)
      written.insert(written.size() - 1, outcome);
    const auto before = *care::read_status(from);
    const auto reason = R"(,"reason":[{"text":"the wrong person"}])";
    const auto put = put_all(world, world.watch, {written, word_of("nobody", reason)});
    CHECK(put.has_value() == care::check_transition(before, to).has_value());
    CHECK(world.task_status("R1") == (put ? std::string(care::code(to)) : from));
  }
}

TEST_CASE("what was accepted is marked as wrong by an audited correction alone") {
  Referred world("HOME", "accepted");
  const auto wrong = task(world, "R1", "entered-in-error");
  CHECK(put_all(world, world.watch, {wrong, word_of("PRAC1")}).has_error());
  const auto reason = R"(,"reason":[{"text":"the wrong person"}])";
  CHECK(put_all(world, world.watch, {wrong, word_of("PRAC1", reason)}));
}

TEST_CASE("a requester asks for a cancellation first, and ends it himself when no answer came") {
  Referred world("HOME", "accepted");
  const auto by = word_of("PRAC1");
  const auto refused = put_all(world, world.watch, {task(world, "R1", "cancelled"), by});
  REQUIRE(refused.has_error());
  CHECK(refused.error().text.find("ask-cancel") != std::string::npos);
  REQUIRE(put_all(world, world.watch, {task(world, "R1", "accepted", asks_cancel), by}));
  const auto early = put_all(world, world.watch, {task(world, "R1", "cancelled"), by});
  REQUIRE(early.has_error());
  CHECK(early.error().text.find("deadline") != std::string::npos);
  world.clock.advance(std::int64_t{15} * 24 * 3600 * 1'000'000);
  CHECK(put_all(world, world.watch, {task(world, "R1", "cancelled"), by}));
}

TEST_CASE("whoever has the referral is told that its cancellation is asked for") {
  Referred world("LINK1", GENERATE("requested", "received", "accepted", "in-progress"));
  world.partners.list[0].channel = Channel::self;
  REQUIRE(put_task(world, world.watch, task(world, "R1", world.task_status("R1"), asks_cancel)));
  REQUIRE(world.outbox().size() == 1);
  CHECK(world.outbox()[0].lane == "links");
  CHECK(holds(world.outbox()[0], "cancel-requested"));
}

TEST_CASE("an owner's step does not forget that a cancellation was asked for, and may outlast it") {
  Referred world("HOME", "accepted");
  const auto before = task(world, "R1", "in-progress");
  REQUIRE(put_task(world, world.watch, task(world, "R1", "accepted", asks_cancel)));
  const auto forgot = put_task(world, world.watch, before);
  REQUIRE(forgot.has_error());
  CHECK(forgot.error().kind == Kind::conflict);
  CHECK(forgot.error().where == "Task.businessStatus");
  CHECK(put_task(world, world.watch, task(world, "R1", "completed", outcome)));
}

TEST_CASE("what nobody owns is claimed with the version that nobody owned, and then worked on") {
  Referred world("");
  auto claimed = task(world, "R1", "accepted");
  const auto unowned = put_task(world, world.watch, claimed);
  REQUIRE(unowned.has_error());
  CHECK(unowned.error().where == "Task.owner");
  claimed.insert(claimed.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                         R"(","value":"LINK1"}})");
  const auto unnamed = put_task(world, world.watch, claimed);
  REQUIRE(unnamed.has_error());
  CHECK(unnamed.error().kind == Kind::conflict);
  CHECK(unnamed.error().where == "If-Match");
  const auto version = world.version("Task", task_id("R1"));
  CHECK(put_all(
      world, world.watch, {claimed}, [] {}, version));
}

TEST_CASE("a rejected Task does not revoke its request, and a request's status is no owner's") {
  Referred world;
  const auto revoked = request(world, R"("status":"active")", R"("status":"revoked")");
  const auto both = put_all(world, world.watch, {task(world, "R1", "rejected"), revoked});
  REQUIRE(both.has_error());
  CHECK(both.error().where == "ServiceRequest.status");
  const auto by_owner = put_all(world, world.watch, {revoked, word_of("HOME")});
  REQUIRE(by_owner.has_error());
  CHECK(by_owner.error().kind == Kind::forbidden);
  REQUIRE(put_task(world, world.watch, task(world, "R1", "rejected")));
  CHECK(world.reader()->read("ServiceRequest", request_id("R1"))->body.find("active") !=
        std::string::npos);
  CHECK(put_all(world, world.watch, {revoked}));
}

TEST_CASE("a mark that protects the person goes along, or nothing does") {
  const std::string prohibited =
      R"("orderDetail":[{"coding":[{"code":"contacting-subject-prohibited"}]}],"intent":"order")";
  const std::string flagged = R"("supportingInfo":[{"reference":"Flag/f1"}],"intent":"order")";
  const std::string flag =
      R"({"resourceType":"Flag","id":"f1","status":"active","category":[{"coding":[{"code":"SG"}]}],)"
      R"("code":{"text":"see notes"},"subject":{"reference":"Patient/)" +
      uuid_v5({"test", "R1", "patient"}) + R"("}})";
  struct Row {
    std::string request;
    const char* mark;
    Channel channel;
    bool sent;
  };
  const auto refers = [](const std::string& to, const std::string& more = "") {
    return R"("supportingInfo":[{"reference":")" + to + R"("}],)" + more + R"("intent":"order")";
  };
  const std::string held =
      R"("contained":[{"resourceType":"Flag","id":"f1","status":"active","category":[{"coding":)"
      R"([{"code":"safety"}]}],"code":{"text":"x"},"subject":{"reference":"Patient/p"}}],)";
  const auto row =
      GENERATE_COPY(Row{prohibited, "contacting-subject", Channel::fhir, true},
                    Row{prohibited, "contacting-subject", Channel::mllp, false},
                    Row{flagged, R"("resourceType":"Flag")", Channel::fhir, true},
                    Row{flagged, R"("resourceType":"Flag")", Channel::mllp, false},
                    Row{refers("#f1", held), R"("resourceType":"Flag")", Channel::fhir, true},
                    Row{refers("#f1", held), "", Channel::mllp, false},
                    Row{refers("Flag/none"), "", Channel::mllp, false},
                    Row{refers("https://other.example/fhir/Flag/1"), "", Channel::mllp, false});
  CAPTURE(row.mark, row.sent);
  Referred world("", "draft");
  world.partners.list[1].channel = row.channel;
  REQUIRE(put_all(world, world.watch, {flag, request(world, R"("intent":"order")", row.request)}));
  auto asks = task(world, "R1", "requested");
  asks.insert(asks.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                   R"(","value":"LINK1"}})");
  const auto put = put_task(world, world.watch, asks);
  CHECK(put.has_value() == row.sent);
  if (!row.sent) {
    CHECK(put.error().kind == Kind::unsupported);
    CHECK(world.outbox().empty());
    CHECK(world.task_status("R1") == "draft");
    return;
  }
  REQUIRE(world.outbox().size() == 1);
  CHECK(holds(world.outbox()[0], row.mark));
}

TEST_CASE("that it ends is told to whoever has the referral, whatever it was marked with since") {
  const bool asks = GENERATE(false, true);
  Referred world("LINK1", "accepted");
  world.partners.list[1].channel = Channel::mllp;
  world.parts.write_message = [](const Outward&) -> Result<std::string> {
    return std::string("MSH|");
  };
  const auto flag = [](const std::string& category) {
    return R"({"resourceType":"Flag","id":"f1","status":"active","category":[{"coding":[{"code":")" +
           category + R"("}]}],"code":{"text":"x"},"subject":{"reference":"Patient/)" +
           uuid_v5({"test", "R1", "patient"}) + R"("}})";
  };
  REQUIRE(put_all(world, world.watch,
                  {flag("other"), request(world, R"("intent":"order")",
                                          R"("supportingInfo":[{"reference":"Flag/f1"}],)"
                                          R"("intent":"order")")}));
  REQUIRE(put_all(world, world.watch, {flag("SG")}));
  const auto before = world.outbox().size();
  CHECK(
      put_task(world, world.watch,
               asks ? task(world, "R1", "accepted", asks_cancel) : task(world, "R1", "cancelled")));
  int told = 0;
  const auto rows = world.outbox();
  for (std::size_t i = before; i < rows.size(); ++i) told += rows[i].lane == "links" ? 1 : 0;
  CHECK(told == 1);
}

TEST_CASE("a referral stays about its person, who is whom its request is about") {
  Referred world("LINK1");
  const std::string person = uuid_v5({"test", "R1", "patient"});
  const auto given_other = [&](std::string json) {
    const auto at = json.find("Patient/" + person);
    REQUIRE(at != std::string::npos);
    return json.replace(at + 8, person.size(), "other");
  };
  const std::string other = R"({"resourceType":"Patient","id":"other"})";
  REQUIRE(put_all(world, world.watch, {other}));
  const auto moved = put_task(world, world.watch, given_other(task(world, "R1", "requested")));
  REQUIRE(moved.has_error());
  CHECK(moved.error().where == "Task.for");
  const auto body = world.reader()->read("ServiceRequest", request_id("R1"))->body;
  const auto re_pointed = put_all(world, world.watch, {given_other(body)});
  REQUIRE(re_pointed.has_error());
  CHECK(re_pointed.error().where == "ServiceRequest.subject");
  auto another = given_other(task(world, "R1", "requested"));
  another.replace(another.find(task_id("R1")), task_id("R1").size(), "another");
  const auto mixed = put_task(world, world.watch, another);
  REQUIRE(mixed.has_error());
  CHECK(mixed.error().where == "Task.for");
  CHECK(world.outbox().empty());
  // Once it is over, the request may be put right.
  REQUIRE(put_task(world, world.watch, task(world, "R1", "cancelled")));
  CHECK(put_all(world, world.watch, {given_other(body)}));
}

TEST_CASE("a referral takes nothing along of anybody but its person") {
  Referred world("", "draft");
  world.partners.list[1].channel = Channel::fhir;
  const std::string person = uuid_v5({"test", "R1", "patient"});
  const auto numbered = [](const std::string& value) {
    return R"("identifier":[{"system":"https://a.example","value":")" + value + "\"}]";
  };
  const auto by_number = [](const std::string& value) {
    return R"("subject":{"identifier":{"system":"https://a.example","value":")" + value + "\"}}";
  };
  struct Row {
    std::string id, subject;
    bool taken;
  };
  const std::vector<Row> rows = {
      {"mine", R"("subject":{"reference":"Patient/)" + person + "\"}", true},
      {"again", R"("subject":{"reference":"Patient/again"})", false},  // any client can say so
      {"retired", R"("subject":{"reference":"Patient/retired/_history/1"})", true},
      {"older", R"("subject":{"reference":"Patient/older"})", true},
      {"places", R"("subject":{"reference":"Location/l"})", true},
      {"groups", R"("subject":{"reference":"Group/g"})", false},
      {"numbered", by_number("1"), true},
      {"within",
       R"("contained":[{"resourceType":"Patient","id":"p",)" + numbered("1") +
           R"(}],"subject":{"reference":"#p"})",
       true},
      {"others", R"("subject":{"reference":"Patient/other"})", false},
      {"misnumbered", by_number("2"), false},
      {"strangers",
       R"("contained":[{"resourceType":"Patient","id":"p",)" + numbered("2") +
           R"(}],"subject":{"reference":"#p"})",
       false},
      {"nobodys", R"("code":{"text":"x"})", false}};
  const auto known = world.reader()->read("Patient", person)->body;
  const auto merged = [](const std::string& into) {
    return R"("link":[{"other":{"reference":"Patient/)" + into + R"("},"type":"replaced-by"}])";
  };
  std::vector<std::string> stored = {
      // That the person was merged into another is his record's word, not the other's.
      known.substr(0, known.size() - 1) + "," + numbered("1") + "," + merged("other") + "}",
      R"({"resourceType":"Patient","id":"again",)" + numbered("1") + "}",
      R"({"resourceType":"Patient","id":"retired",)" + merged(person) + "}",
      R"({"resourceType":"Patient","id":"older",)" + merged("retired/_history/1") + "}",
      R"({"resourceType":"Patient","id":"other"})"};
  std::string refers = R"("supportingInfo":[{"reference":"Patient/other"})";
  for (const auto& row : rows) {
    stored.push_back(R"({"resourceType":"Observation","id":")" + row.id + R"(","status":"final",)" +
                     row.subject + "}");
    refers += R"(,{"reference":"Observation/)" + row.id + "\"}";
  }
  stored.push_back(request(world, R"("intent":"order")", refers + R"(],"intent":"order")"));
  REQUIRE(put_all(world, world.watch, stored));
  auto asks = task(world, "R1", "requested");
  asks.insert(asks.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                   R"(","value":"LINK1"}})");
  REQUIRE(put_task(world, world.watch, asks));
  REQUIRE(world.outbox().size() == 1);
  const auto sent = [&](const std::string& place) {
    return holds(world.outbox()[0], R"("url":")" + place + '"');
  };
  CHECK(sent("Patient/" + person));
  CHECK_FALSE(sent("Patient/other"));
  for (const auto& row : rows) {
    CAPTURE(row.id);
    CHECK(sent("Observation/" + row.id) == row.taken);
  }
}

TEST_CASE("a referral whose Flag is somebody else's is refused, not sent without the mark") {
  struct Row {
    const char* flag;
    bool sent;
  };
  const auto row = GENERATE(
      values<Row>({{R"("status":"active","subject":{"reference":"Patient/other"})", false},
                   {R"("status":"entered-in-error","subject":{"reference":"Patient/other"})", true},
                   {R"("status":"active","subject":{"reference":"Location/l"})", true}}));
  CAPTURE(row.flag);
  Referred world("", "draft");
  world.partners.list[1].channel = Channel::fhir;
  REQUIRE(put_all(
      world, world.watch,
      {R"({"resourceType":"Flag","id":"f1","code":{"text":"x"},)" + std::string(row.flag) + "}",
       request(world, R"("intent":"order")",
               R"("supportingInfo":[{"reference":"Flag/f1"}],"intent":"order")")}));
  auto asks = task(world, "R1", "requested");
  asks.insert(asks.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                   R"(","value":"LINK1"}})");
  const auto put = put_task(world, world.watch, asks);
  CHECK(world.outbox().size() == (row.sent ? 1 : 0));
  REQUIRE(put.has_value() == row.sent);
  if (!row.sent) CHECK(put.error().where == "ServiceRequest.supportingInfo");
}

TEST_CASE(
    "a Flag that a BaRS message would leave out, for it names its person otherwise, stops it") {
  Referred world("", "draft");
  world.partners.list[1].channel = Channel::bars;
  const std::string person = uuid_v5({"test", "R1", "patient"});
  const auto of = GENERATE(as<std::string>(), "retired", "");
  REQUIRE(put_all(
      world, world.watch,
      {R"({"resourceType":"Patient","id":"retired","link":[{"other":{"reference":"Patient/)" +
           person + R"("},"type":"replaced-by"}]})",
       R"({"resourceType":"Flag","id":"f1","status":"active","category":[{"coding":[{"code":"SG"}]}],)"
       R"("code":{"text":"x"},"subject":{"reference":"Patient/)" +
           (of.empty() ? person : of) + R"("}})",
       request(world, R"("intent":"order")",
               R"("supportingInfo":[{"reference":"Flag/f1"}],"intent":"order")")}));
  auto asks = task(world, "R1", "requested");
  asks.insert(asks.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                   R"(","value":"LINK1"}})");
  CHECK(put_task(world, world.watch, asks).has_value() == of.empty());
}

TEST_CASE("an outcome that does not say whose it is goes back; one of somebody else does not") {
  Referred world("LINK1", "in-progress");
  world.partners.list[0].channel = Channel::fhir;
  const auto result = [](const std::string& id, const std::string& subject) {
    return R"({"resourceType":"DocumentReference","id":")" + id + R"(","status":"current")" +
           subject + "}";
  };
  REQUIRE(put_all(
      world, world.watch,
      {R"({"resourceType":"Patient","id":"other"})", result("unsaid", ""),
       result("others", R"(,"subject":{"reference":"Patient/other"})"),
       task(
           world, "R1", "completed",
           R"(,"output":[{"type":{"text":"a"},"valueReference":{"reference":"DocumentReference/unsaid"}},)"
           R"({"type":{"text":"b"},"valueReference":{"reference":"DocumentReference/others"}},)"
           R"({"type":{"text":"c"},"valueReference":{"reference":"Patient/other"}}])")}));
  const auto told = world.outbox().back();
  CHECK(holds(told, R"("url":"DocumentReference/unsaid")"));
  CHECK_FALSE(holds(told, R"("url":"DocumentReference/others")"));
  CHECK_FALSE(holds(told, R"("url":"Patient/other")"));
}

TEST_CASE("a long line of requests, each based on the next, is taken along a few steps") {
  Referred world("", "draft");
  world.partners.list[1].channel = Channel::fhir;
  std::vector<std::string> chain;
  const auto line = [](int from) { return "line" + std::to_string(from); };
  constexpr int length = 3'000;
  const std::string person = uuid_v5({"test", "R1", "patient"});
  for (int i = 0; i < length; ++i)
    chain.push_back(R"({"resourceType":"ServiceRequest","id":")" + line(i) +
                    R"(","status":"active","intent":"order","subject":{"reference":"Patient/)" +
                    person + R"("},"basedOn":[{"reference":"ServiceRequest/)" + line(i + 1) +
                    R"("}]})");
  REQUIRE(put_all(world, world.watch, chain));
  REQUIRE(
      put_all(world, world.watch,
              {request(world, R"("intent":"order")",
                       R"("basedOn":[{"reference":"ServiceRequest/line0"}],"intent":"order")")}));
  auto asks = task(world, "R1", "requested");
  asks.insert(asks.size() - 1, R"(,"owner":{"identifier":{"system":")" + std::string(ods) +
                                   R"(","value":"LINK1"}})");
  REQUIRE(put_task(world, world.watch, asks));
  CHECK(holds(world.outbox()[0], R"("url":"ServiceRequest/line9")"));
  CHECK_FALSE(holds(world.outbox()[0], R"("url":"ServiceRequest/line99")"));
}
