#include "command/metrics_page.h"

#include "base/system.h"
#include "support/catch.h"

#include <string>

using namespace fingerpost;
using command::subject_of;
using exchange::Alarm;

namespace {

exchange::Partners partners() {
  exchange::Partners made;
  made.list.emplace_back().id = "north";
  made.list.emplace_back().id = "south";
  return made;
}

}  // namespace

TEST_CASE("an alarm is shown by names of the configuration and fixed words alone") {
  struct Row {
    Alarm::What what;
    const char* subject;
    const char* shown;
  };
  const auto row = GENERATE(Row{Alarm::What::inbox_old, "north", "north"},
                            Row{Alarm::What::inbox_old, "hl7v2:Smith|9990000018", "other"},
                            Row{Alarm::What::outbox_old, "north", "north"},
                            Row{Alarm::What::outbox_old, "subscription/Smith", "subscriptions"},
                            Row{Alarm::What::outbox_dead, "subscription/Smith", "subscriptions"},
                            Row{Alarm::What::store, "full", "full"});
  CAPTURE(row.subject);
  Alarm alarm;
  alarm.what = row.what;
  alarm.subject = row.subject;
  CHECK(subject_of(alarm, partners()) == row.shown);
}

TEST_CASE("the page has a lane for each partner, and one for all subscriptions") {
  SystemClock clock;
  SystemRandom random;
  const auto store = store::open_memory({}, clock, random);
  for (const auto* lane : {"north", "subscription/Smith", "subscription/Jones"}) {
    store::Unit unit;
    auto& row = unit.outbox.emplace_back();
    row.lane = lane;
    row.idempotency_key = lane;
    unit.lanes.push_back({lane, std::string_view(lane) == "subscription/Jones"});
    REQUIRE(commit_now(*store, std::move(unit)));
  }
  const auto known = partners();
  const store::StoreMeasures commits;
  const http::HttpMeasures answers;
  const exchange::IntakeCounts intake;
  const exchange::OutboxCounts outbox;
  const auto page = command::metrics_page(
      {"1.2", clock.now_us(), *store, clock, known, commits, answers, intake, outbox});
  const auto has = [&page](const std::string& line) {
    return page.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has(R"(fingerpost_build_info{version="1.2"} 1)"));
  CHECK(has(R"(fingerpost_outbox_rows{lane="north",state="open"} 1)"));
  CHECK(has(R"(fingerpost_outbox_rows{lane="south",state="open"} 0)"));
  CHECK(has(R"(fingerpost_outbox_rows{lane="subscriptions",state="open"} 2)"));
  CHECK(has(R"(fingerpost_outbox_lane_held{lane="subscriptions"} 1)"));
  CHECK(has(R"(fingerpost_outbox_lane_held{lane="north"} 0)"));
  CHECK(page.find("Smith") == std::string::npos);
}
