#include "exchange/transport.h"

#include "exchange/delivery.h"
#include "support/peer.h"
#include "world.h"

#include <map>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using remote::Answer;
using remote::Outcome;

namespace {

const std::string request =
    R"({"resourceType":"ServiceRequest","id":"r","status":"active","intent":"order",)"
    R"("subject":{"reference":"Patient/p"},"note":[{"text":"help"},{"text":"soon"}]})";
const std::string task = R"({"resourceType":"Task","id":"t","status":"requested","intent":"order",)"
                         R"("focus":{"reference":"ServiceRequest/r"}})";

std::string transaction() {
  return R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + request +
         R"(,"request":{"method":"PUT","url":"ServiceRequest/r"}},{"resource":)" + task +
         R"(,"request":{"method":"PUT","url":"Task/t"}}]})";
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

// What the receiver shows at each place; nothing there: 404.
using Shown = std::map<std::string, std::string>;

Answer looked_up(const Shown& shown, int otherwise = 404) {
  Peer peer(cut_http, [&](const std::string& asked) {
    const auto from = asked.find("/fhir/") + 6;
    const auto found = shown.find(asked.substr(from, asked.find(' ', from) - from));
    return Reply{found == shown.end() ? http(otherwise) : http(200, "", found->second), false};
  });
  World world;
  world.partners.list[1].fhir_base = peer.base();
  std::atomic<bool> done{false};
  Answer answer;
  {
    Wires wires(world.parts, {}, {});
    store::OutboxRow row;
    row.kind = fhir_kind;
    row.body = transaction();
    wires.look_up(row, world.partners.list[1], [&](Answer found) {
      answer = std::move(found);
      done = true;
    });
    REQUIRE(eventually([&] { return done.load(); }));
  }
  CHECK(answer.reason.find("help") == std::string::npos);
  return answer;
}

}  // namespace

TEST_CASE("a receiver that has all of it as it was sent has it, whatever it added itself") {
  const auto meta = changed(request, R"("id":"r",)",
                            R"("id":"r","meta":{"versionId":"7"},"text":{"status":"generated",)"
                            R"("div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">r</div>"},)");
  const auto moved = changed(changed(task, R"(,"intent":"order")", ""), R"("status")",
                             R"("intent":"order","status")");
  const auto one = GENERATE_COPY(Shown{{"ServiceRequest/r", request}, {"Task/t", task}},
                                 Shown{{"ServiceRequest/r", meta}, {"Task/t", moved}});
  const auto answer = looked_up(one);
  CAPTURE(answer.reason);
  CHECK(answer.outcome == Outcome::delivered);
}

TEST_CASE("a receiver that shows anything else than what was sent does not have it") {
  const auto one = GENERATE_COPY(
      Shown{{"ServiceRequest/r", request}}, Shown{{"Task/t", task}},
      Shown{{"ServiceRequest/r", request}, {"Task/t", changed(task, "requested", "accepted")}},
      // The Task is the same: what it asks for is not.
      Shown{{"ServiceRequest/r", changed(request, "help", "other help")}, {"Task/t", task}},
      Shown{{"ServiceRequest/r", changed(request, R"(,{"text":"soon"})", "")}, {"Task/t", task}},
      Shown{{"ServiceRequest/r", changed(request, R"({"text":"help"},{"text":"soon"})",
                                         R"({"text":"soon"},{"text":"help"})")},
            {"Task/t", task}},
      Shown{{"ServiceRequest/r", changed(request, R"("status")", R"("priority":"stat","status")")},
            {"Task/t", task}},
      Shown{{"ServiceRequest/r", request},
            {"Task/t", changed(task, "ServiceRequest/r", "ServiceRequest/s")}});
  const auto answer = looked_up(one);
  CAPTURE(answer.reason);
  CHECK(answer.outcome == Outcome::later);
}

TEST_CASE("a receiver that cannot be understood is neither: the outcome stays unknown") {
  CHECK(looked_up({{"ServiceRequest/r", "{\"resourceType\":\"Serv"}}).outcome == Outcome::unknown);
  CHECK(looked_up({}, 500).outcome == Outcome::later);
  CHECK(looked_up({}, 409).outcome == Outcome::unknown);
}

TEST_CASE("a reference is the same below the receiver's base as without it") {
  Peer* asked = nullptr;
  Peer peer(cut_http, [&](const std::string& bytes) {
    const auto absolute = changed(task, "ServiceRequest/r", asked->base() + "/ServiceRequest/r");
    return Reply{http(200, "", bytes.find("Task/t") == std::string::npos ? request : absolute),
                 false};
  });
  asked = &peer;
  World world;
  world.partners.list[1].fhir_base = peer.base();
  std::atomic<int> delivered{0};
  {
    Wires wires(world.parts, {}, {});
    store::OutboxRow row;
    row.kind = fhir_kind;
    row.body = transaction();
    wires.look_up(row, world.partners.list[1], [&](const Answer& found) {
      delivered = found.outcome == Outcome::delivered ? 1 : 2;
    });
    CHECK(eventually([&] { return delivered != 0; }));
  }
  CHECK(delivered == 1);
}
