// The rules of the care-planning cycle: slots, invitations, sessions, stages, facts.

#include "care/booking.h"
#include "care/facts.h"
#include "care/invitation.h"
#include "care/sessions.h"
#include "care/stages.h"
#include "care/threshold.h"
#include "support/catch.h"

#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::care;

namespace {

constexpr std::int64_t minute = 60'000'000;

BookedSlot slot(std::int64_t from, std::int64_t to, const char* was = "free",
                const char* is = "busy", const char* schedule = "s") {
  return {schedule, from * minute, to * minute, was, is};
}

}  // namespace

TEST_CASE(
    "slots are booked together that are free, of one schedule, and follow each other (OM-3)") {
  struct Row {
    const char* name;
    std::vector<BookedSlot> slots;
    const char* refused;  // "": booked
  };
  const auto row = GENERATE(
      Row{"two", {slot(0, 20), slot(20, 40)}, ""},
      Row{"in any order", {slot(20, 40), slot(0, 20)}, ""},
      Row{"three", {slot(0, 20), slot(20, 40), slot(40, 60)}, ""},
      Row{"one", {slot(0, 20)}, "two slots"}, Row{"none", {}, "two slots"},
      Row{"a gap", {slot(0, 20), slot(21, 41)}, "follow each other"},
      Row{"overlapping", {slot(0, 20), slot(10, 30)}, "follow each other"},
      Row{"the same twice", {slot(0, 20), slot(0, 20)}, "follow each other"},
      Row{"two schedules", {slot(0, 20), slot(20, 40, "free", "busy", "t")}, "one schedule"},
      Row{"one busy", {slot(0, 20), slot(20, 40, "busy")}, "not free"},
      Row{"one new and busy", {slot(0, 20), slot(20, 40, "")}, "not free"},
      Row{"one left free", {slot(0, 20), slot(20, 40, "free", "free")}, "become busy"});
  CAPTURE(row.name);
  const auto booked = check_booking(row.slots, 2);
  REQUIRE(booked.has_value() == (*row.refused == '\0'));
  if (!booked) CHECK(booked.error().text.find(row.refused) != std::string::npos);
}

TEST_CASE("a cancelled appointment lets go of the slots that are to come") {
  CHECK(check_release({slot(0, 20, "busy", "free"), slot(20, 40, "busy", "free")}, 0));
  CHECK_FALSE(check_release({slot(0, 20, "busy", "free"), slot(20, 40, "busy", "busy")}, 0));
  CHECK(check_release({slot(0, 20, "busy", "busy")}, 20 * minute));
}

TEST_CASE("a person is invited one attempt after another until there is an answer (OM-2)") {
  struct Row {
    std::vector<Invitation> before;
    int number;
    const char* refused;
  };
  const auto row = GENERATE(
      Row{{}, 1, ""}, Row{{}, 2, "next attempt is 1"}, Row{{{1, "no-answer"}}, 2, ""},
      Row{{{1, "no-answer"}}, 1, "was made"}, Row{{{1, ""}}, 3, "next attempt is 2"},
      Row{{{1, "message-left"}, {2, "call-back"}}, 3, ""},
      Row{{{2, "no-answer"}, {1, "no-answer"}, {3, "no-answer"}}, 4, "at most 3"},
      Row{{{1, "booked"}}, 2, "ended as booked"}, Row{{{1, "declined"}}, 2, "ended as declined"},
      Row{{{1, "moved-away"}}, 2, "ended as moved-away"}, Row{{{1, "number-questionable"}}, 2, ""});
  const auto allowed = check_invitation(row.before, {row.number, ""}, 3);
  CAPTURE(row.number, row.refused);
  REQUIRE(allowed.has_value() == (*row.refused == '\0'));
  if (!allowed) CHECK(allowed.error().text.find(row.refused) != std::string::npos);
}

TEST_CASE("an attempt gets its outcome later, and an answer is not taken back") {
  CHECK(check_same_invitation({1, ""}, {1, "declined"}));
  CHECK(check_same_invitation({1, "no-answer"}, {1, "call-back"}));
  CHECK_FALSE(check_same_invitation({1, ""}, {2, ""}));
  CHECK_FALSE(check_same_invitation({1, "declined"}, {1, "no-answer"}));
}

TEST_CASE("sessions are counted upwards, n of m, and enough of them complete a course (OM-5)") {
  struct Row {
    std::optional<Sessions> before;
    Sessions now;
    bool audited, allowed;
  };
  const auto row =
      GENERATE(Row{{}, {8, 0, {}}, false, true}, Row{{}, {8, 9, {}}, false, false},
               Row{{}, {8, 0, 9}, false, false}, Row{{{8, 2, 6}}, {8, 3, 6}, false, true},
               Row{{{8, 2, 6}}, {8, 1, 6}, false, false}, Row{{{8, 2, 6}}, {8, 1, 6}, true, true},
               Row{{{8, 2, 6}}, {2, 2, {}}, false, true});
  CHECK(check_sessions(row.before, row.now, row.audited).has_value() == row.allowed);
  CHECK(check_completed({8, 6, 6}, false));
  CHECK_FALSE(check_completed({8, 5, 6}, false));
  CHECK(check_completed({8, 5, 6}, true));
  CHECK(check_completed({8, 0, {}}, false));
}

TEST_CASE("each stage of a plan begins when those before it have ended (OM-17)") {
  using enum StageState;
  const auto count = stages().size();
  REQUIRE(count == 6);
  // Every state of the stages before, for every stage.
  for (std::size_t index = 0; index < count; ++index)
    for (unsigned mask = 0; mask < (1U << index); ++mask) {
      std::vector<StageState> all(count, waits);
      for (std::size_t i = 0; i < index; ++i) all[i] = ((mask >> i) & 1U) != 0 ? ended : waits;
      const bool free = mask + 1 == (1U << index);
      CAPTURE(index, mask);
      CHECK(check_stage(all, index, begun).has_value() == free);
      CHECK(check_stage(all, index, ended).has_value() == free);
      CHECK(check_stage(all, index, waits));
      all[index] = ended;
      CHECK_FALSE(check_stage(all, index, begun));
      CHECK(check_stage(all, index, ended));
    }
  CHECK(stage_of("review") == 5u);
  CHECK_FALSE(stage_of("invite"));
}

TEST_CASE("support is a fact of the record when it begins, and that it was declined is another") {
  using enum Status;
  struct Row {
    std::optional<Status> before;
    Status after;
    const char* reason;
    const char* code;  // "": no fact
  };
  const auto row = GENERATE(
      Row{{}, requested, "", ""}, Row{{}, completed, "", ""}, Row{requested, accepted, "", ""},
      Row{accepted, in_progress, "", "871731000000106"},
      Row{accepted, completed, "", "871731000000106"}, Row{in_progress, in_progress, "", ""},
      Row{accepted, on_hold, "waiting-list", ""}, Row{requested, rejected, "at-capacity", ""},
      Row{requested, rejected, "patient-declined", "871711000000103"},
      Row{in_progress, cancelled, "patient-declined", "871711000000103"});
  const auto fact = fact_of(row.before, row.after, row.reason);
  CHECK((fact ? fact->code : "") == row.code);
}

TEST_CASE("a reading is told of that is not what the goal asks for (OM-20)") {
  struct Row {
    Threshold asked;
    double reading;
    bool broken;
  };
  const auto row = GENERATE(Row{{120, 140, ""}, 130, false}, Row{{120, 140, ""}, 140, false},
                            Row{{120, 140, ""}, 141, true}, Row{{120, 140, ""}, 119, true},
                            Row{{{}, 140, ""}, 10, false}, Row{{{}, 7, "<"}, 7, true},
                            Row{{{}, 7, "<"}, 6.9, false}, Row{{{}, 7, "<="}, 7, false},
                            Row{{7, {}, ">"}, 7, true}, Row{{7, {}, ">="}, 7, false},
                            Row{{7, {}, ">="}, 6, true}, Row{{{}, {}, ""}, 6, false});
  CAPTURE(row.reading);
  CHECK(breaks(row.asked, row.reading) == row.broken);
}
