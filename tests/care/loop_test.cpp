#include "care/loop.h"

#include "care/deadlines.h"
#include "support/catch.h"

#include <array>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::care;
using enum care::Status;
using enum care::Event;

namespace {

constexpr Given everything{true, true, true, true, true};
constexpr Party parties[] = {Party::requester, Party::owner};
constexpr auto none = Withdrawal::none;
constexpr auto asked = Withdrawal::asked;
constexpr auto forced = Withdrawal::forced;

std::vector<Event> events() {
  std::vector<Event> all;
  for (int i = 0; i < event_count; ++i) all.push_back(static_cast<Event>(i));
  return all;
}
std::vector<Standing> standings() {
  std::vector<Standing> all;
  for (int i = 0; i < status_count; ++i)
    for (const auto withdrawal : {none, asked, forced})
      all.push_back({static_cast<Status>(i), withdrawal});
  return all;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each event is allowed where the table of letters says so, and to its party alone") {
  // A row an event, a column a status that it may come from: R requester, O owner.
  struct Row {
    Event event;
    const char* from;
  };
  const Row rows[] = {
      //                d r v a j y c i h f k e
      {request, "R..........."},        {discard, "R..........."},
      {acknowledge, ".O.........."},    {accept, ".OO........."},
      {reject, ".OO........."},         {start, "...O....O..."},
      {hold, "...O...O...."},           {note, "...O...OO..."},
      {complete, "...O...OO..."},       {fail, "...O...OO..."},
      {give_back, ".OOO...OO..."},      {ask_cancel, ".RRR...RR..."},
      {confirm_cancel, "............"},  // only once it was asked for
      {force_cancel, "............"},   {cancel_at_once, ".RRR...RR..."},
      {expire, ".RR........."},         {mark_wrong, "RRRR...RR..."},
  };
  REQUIRE(std::size(rows) == event_count);
  for (const auto& row : rows) {
    for (int i = 0; i < status_count; ++i) {
      const auto status = static_cast<Status>(i);
      CAPTURE(code(row.event), code(status));
      const char by = row.from[i];
      CHECK(after({status, none}, row.event, Party::requester, everything).has_value() ==
            (by == 'R'));
      CHECK(after({status, none}, row.event, Party::owner, everything).has_value() == (by == 'O'));
    }
  }
}

TEST_CASE("every event takes a step that the table of steps has, and every step has an event") {
  std::set<std::pair<Status, Status>> taken;
  for (const auto before : standings()) {
    for (const auto event : events()) {
      for (const auto by : parties) {
        const auto now = after(before, event, by, everything);
        if (!now) continue;
        CAPTURE(code(before.status), code(event));
        CHECK(check_transition(before.status, now->status, by));
        taken.emplace(before.status, now->status);
      }
    }
  }
  for (const auto& step : steps()) {
    CAPTURE(code(step.from), code(step.to));
    CHECK(taken.contains({step.from, step.to}));
  }
}

TEST_CASE("what is held or ends without an outcome says why") {
  Given no_reason = everything;
  no_reason.reason = false;
  for (const auto& rule : rules()) {
    CAPTURE(code(rule.event));
    const bool why = rule.to && has(in(rejected, cancelled, on_hold, failed), *rule.to);
    CHECK(((rule.needs & 1U) != 0) == (why || rule.event == ask_cancel));
    const Standing before{rule.from == in(draft)      ? draft
                          : has(rule.from, requested) ? requested
                                                      : accepted,
                          rule.once_asked ? asked : none};
    if (!why) continue;
    const auto refused = after(before, rule.event, rule.by, no_reason);
    REQUIRE(refused.has_error());
    CHECK(refused.error().where == "Task.statusReason");
  }
}

TEST_CASE("the owner is told of a referral that expired, and it ends as what the requester ends") {
  for (const auto waiting : {requested, received}) {
    const auto now = after({waiting, none}, expire, Party::requester, everything);
    REQUIRE(now);
    CHECK(*now == Standing{cancelled, forced});
    CHECK(check_transition(waiting, now->status, Party::requester));
    CHECK(route(waiting, now->status) == Party::owner);
  }
}

namespace {

struct Refused {
  Standing before;
  Event event;
  Party by;
  Given given;
  Kind kind;
  const char* says;
  const char* where;
};
const Refused refused_ones[] = {
    {{requested, none},
     complete,
     Party::owner,
     everything,
     Kind::unsupported,
     "allowed: acknowledge, accept, reject, give-back",
     "Task.status"},
    {{requested, none},
     accept,
     Party::requester,
     everything,
     Kind::forbidden,
     "belongs to the owner",
     "Task.status"},
    {{in_progress, none},
     complete,
     Party::owner,
     {},
     Kind::unsupported,
     "needs an outcome",
     "Task.output"},
    {{requested, none},
     reject,
     Party::owner,
     {},
     Kind::unsupported,
     "needs a reason",
     "Task.statusReason"},
    {{in_progress, none},
     confirm_cancel,
     Party::owner,
     everything,
     Kind::unsupported,
     "cannot happen",
     "Task.status"},
    {{in_progress, asked},
     force_cancel,
     Party::requester,
     {},
     Kind::unsupported,
     "before the deadline",
     "Task.restriction"},
    {{in_progress, asked},
     ask_cancel,
     Party::requester,
     everything,
     Kind::unsupported,
     "allowed: force-cancel",
     "Task.status"},
    {{in_progress, none},
     cancel_at_once,
     Party::requester,
     {},
     Kind::unsupported,
     "ask-cancel",
     "Task.status"},
    {{accepted, none},
     mark_wrong,
     Party::requester,
     {},
     Kind::unsupported,
     "audited",
     "Task.status"},
    {{completed, none},
     note,
     Party::owner,
     everything,
     Kind::unsupported,
     "allowed: none",
     "Task.status"},
};

}  // namespace

TEST_CASE("an event that is refused says what is allowed, whose it is, or what it lacks") {
  for (const auto& row : refused_ones) {
    CAPTURE(code(row.before.status), code(row.event));
    const auto refused = after(row.before, row.event, row.by, row.given);
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == row.kind);
    CHECK(holds(refused.error().text, row.says));
    CHECK(refused.error().where == row.where);
  }
}

TEST_CASE("a cancellation is asked for, then confirmed, and an outcome that comes first wins") {
  const Standing working{in_progress, none};
  const auto wish = after(working, ask_cancel, Party::requester, everything).value();
  CHECK(wish == Standing{in_progress, asked});
  struct Row {
    Event event;
    Party by;
    Standing then;
  };
  const Row rows[] = {
      {confirm_cancel, Party::owner, {cancelled, asked}},
      {complete, Party::owner, {completed, asked}},
      {fail, Party::owner, {failed, asked}},
      {give_back, Party::owner, {cancelled, asked}},
      {hold, Party::owner, {on_hold, asked}},
      {note, Party::owner, {in_progress, asked}},
      {force_cancel, Party::requester, {cancelled, forced}},
  };
  for (const auto& row : rows) {
    CAPTURE(code(row.event));
    CHECK(after(wish, row.event, row.by, everything).value() == row.then);
  }
}

TEST_CASE("a partner's news of work is an acceptance too, and news after the end change nothing") {
  CHECK(hear({requested, none}, complete, Party::owner, everything).value() ==
        Standing{completed, none});
  CHECK(hear({requested, asked}, complete, Party::owner, everything).value() ==
        Standing{completed, asked});
  CHECK(hear({received, none}, start, Party::owner, everything).value() ==
        Standing{in_progress, none});
  CHECK(hear({cancelled, forced}, complete, Party::owner, everything).value() ==
        Standing{cancelled, forced});
  CHECK(hear({requested, none}, complete, Party::owner, {}).has_error());
  CHECK(hear({requested, none}, start, Party::requester, everything).has_error());
  CHECK(hear({draft, none}, complete, Party::owner, everything).has_error());
}

TEST_CASE(
    "a request is routed again when all who were asked refused, and never while one is asked") {
  struct Row {
    std::vector<Standing> tasks;
    bool routed;
  };
  const Row rows[] = {
      {{}, true},
      {{{rejected, none}}, true},
      {{{rejected, none}, {cancelled, forced}}, true},
      {{{rejected, none}, {requested, none}}, false},
      {{{cancelled, asked}, {failed, none}, {entered_in_error, forced}}, true},
      {{{in_progress, asked}}, false},
      {{{draft, none}}, false},
      {{{rejected, none}, {completed, none}}, false},
  };
  for (const auto& row : rows) CHECK(can_be_routed(row.tasks) == row.routed);
}

TEST_CASE("every open referral waits for something, and is overdue when it does not come") {
  const auto since = std::chrono::sys_seconds(std::chrono::hours(24 * 20'000));
  const auto never = since + std::chrono::hours(24 * 3'650);
  for (const auto standing : standings()) {
    if (standing.status == ready) continue;
    CAPTURE(code(standing.status), static_cast<int>(standing.withdrawal));
    CHECK((waits_for(standing) != Wait::nothing) == open(standing.status));
    const auto late = overdue(standing, since, never, {});
    CHECK(late.has_value() == open(standing.status));
    CHECK_FALSE(overdue(standing, since, since, {}));
    if (!late || !late->then) continue;
    const auto ended = after(standing, *late->then, Party::requester, everything);
    REQUIRE(ended);
    CHECK(terminal(ended->status));
  }
}

TEST_CASE("an answer is asked for again before it is overdue, at the day that was agreed") {
  const auto since = std::chrono::sys_seconds(std::chrono::hours(24 * 20'000));
  const auto day = [&](int days) { return since + std::chrono::hours(24 * days); };
  const Standing waiting{requested, none};
  CHECK_FALSE(nudge_due(waiting, since, day(7) - std::chrono::seconds(1), {}));
  CHECK(nudge_due(waiting, since, day(7), {}));
  CHECK(nudge_due(waiting, since, day(14) - std::chrono::seconds(1), {}));
  CHECK_FALSE(nudge_due(waiting, since, day(14), {}));
  CHECK_FALSE(nudge_due({accepted, none}, since, day(8), {}));
  const auto late = overdue(waiting, since, day(14), {});
  REQUIRE(late);
  CHECK(late->wait == Wait::response);
  CHECK(late->then == expire);
  CHECK(overdue({in_progress, asked}, since, day(14), {})->then == force_cancel);
  CHECK_FALSE(overdue({on_hold, none}, since, day(90), {})->then);
}

TEST_CASE("a written Task stands for the event that leads there, of whoever may, or says who may") {
  struct Row {
    Standing before, now;
    Party by;
    Given given;
    const char* said;  // the event, or a part of the error
  };
  constexpr auto either = Party::either, owner = Party::owner, requester = Party::requester;
  const Given why{.reason = true}, late{.reason = true, .overdue = true};
  const Row rows[] = {
      {{requested}, {accepted}, either, {}, "accept"},
      {{requested}, {accepted}, requester, {}, "belongs to the owner"},
      {{requested}, {rejected}, owner, {}, "needs a reason"},
      {{requested}, {rejected}, owner, why, "reject"},
      {{requested}, {in_progress}, owner, {}, "allowed: received, accepted, rejected"},
      {{accepted}, {completed}, owner, {}, "needs an outcome"},
      {{accepted}, {cancelled}, either, why, "give-back"},
      {{accepted}, {cancelled}, either, {}, "give-back needs a reason"},
      {{accepted}, {cancelled}, requester, why, "ask-cancel"},
      {{accepted}, {accepted, asked}, requester, why, "ask-cancel"},
      {{accepted}, {accepted, asked}, owner, why, "belongs to the requester"},
      {{accepted, asked}, {accepted}, owner, why, "businessStatus says so"},
      {{accepted, asked}, {in_progress, asked}, owner, {}, "start"},
      {{accepted, asked}, {cancelled}, requester, why, "before the deadline"},
      {{accepted, asked}, {cancelled}, requester, late, "force-cancel"},
      {{requested}, {cancelled}, requester, late, "expire"},
      {{accepted, asked}, {completed}, owner, {.output = true}, "complete"},
      {{accepted}, {in_progress, asked}, requester, why, "asked for by itself"},
      {{accepted}, {entered_in_error}, requester, {}, "audited correction"},
      {{accepted}, {entered_in_error}, requester, {.audit = true}, "mark-wrong"},
      {{completed}, {completed, asked}, owner, {}, "note"},
      {{completed}, {accepted}, owner, {}, "allowed: none"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.said, code(row.before.status), code(row.now.status));
    const auto event = event_between(row.before, row.now, row.by, row.given);
    CHECK(holds(event ? std::string(code(*event)) : event.error().text, row.said));
  }
}

TEST_CASE("whatever an event leads to is told to be an event that leads there") {
  for (const auto before : standings())
    for (const auto event : events())
      for (const auto by : parties) {
        const auto now = after(before, event, by, everything);
        if (!now) continue;
        CAPTURE(code(event), code(before.status));
        const auto told = event_between(before, *now, by, everything);
        REQUIRE(told);
        const auto again = after(before, *told, by, everything);
        REQUIRE(again);
        CHECK(again->status == now->status);
      }
}
