#include "care/referral.h"

#include "support/catch.h"

#include <array>
#include <set>
#include <string_view>

using namespace fingerpost;
using namespace fingerpost::care;
using enum care::Status;

namespace {

constexpr auto all_of = [] {
  std::array<Status, status_count> all{};
  for (int i = 0; i < status_count; ++i) all[static_cast<std::size_t>(i)] = static_cast<Status>(i);
  return all;
}();

}  // namespace

TEST_CASE("every status is read back from its code, and nothing else is") {
  for (const auto status : all_of) CHECK(read_status(code(status)) == status);
  CHECK_FALSE(read_status(""));
  CHECK_FALSE(read_status("in_progress"));
  CHECK_FALSE(read_status("Accepted"));
}

TEST_CASE("each pair of statuses is allowed exactly when the table has the step") {
  // Rows from, columns to, in the order of the enumeration; r requester, o owner, e either.
  const char* const expected[status_count] = {
      // d r v a j y c i h f k e
      "=r....r....r",  // draft
      ".=ooo.e....r",  // requested
      "..=oo.e....r",  // received
      "...=..eoooor",  // accepted
      "....=.......",  // rejected
      "............",  // ready
      "......=.....",  // cancelled
      "......e=ooor",  // in-progress
      "......eo=oor",  // on-hold
      ".........=..",  // failed
      "..........=.",  // completed
      "...........=",  // entered-in-error
  };
  for (const auto from : all_of) {
    const std::string_view row = expected[static_cast<int>(from)];
    REQUIRE(row.size() == status_count);
    for (const auto to : all_of) {
      CAPTURE(code(from), code(to));
      const char cell = row[static_cast<std::size_t>(to)];
      CHECK(check_transition(from, to).has_value() == (cell != '.'));
      CHECK(check_transition(from, to, Party::owner).has_value() ==
            (cell == '=' || cell == 'o' || cell == 'e'));
      CHECK(check_transition(from, to, Party::requester).has_value() ==
            (cell == '=' || cell == 'r' || cell == 'e'));
    }
  }
}

TEST_CASE("a refused step names the allowed ones, a stranger's step is forbidden") {
  const auto refused = check_transition(requested, completed);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::unsupported);
  CHECK(refused.error().text.find("received, accepted, rejected, cancelled") != std::string::npos);
  const auto stranger = check_transition(requested, accepted, Party::requester);
  REQUIRE(stranger.has_error());
  CHECK(stranger.error().kind == Kind::forbidden);
}

TEST_CASE("a finished referral never starts again") {
  for (const auto from : all_of) {
    if (!terminal(from)) continue;
    CAPTURE(code(from));
    CHECK(allowed_after(from) == "none");
    for (const auto to : all_of) CHECK(check_transition(from, to).has_value() == (to == from));
  }
}

TEST_CASE("every referral can still end, from wherever it is") {
  for (const auto start : all_of) {
    if (start == ready) continue;
    std::set<Status> seen{start};
    for (bool grew = true; grew;) {
      grew = false;
      for (const auto& step : steps())
        if (seen.count(step.from) && seen.insert(step.to).second) grew = true;
    }
    bool ends = false;
    for (const auto status : seen) ends = ends || terminal(status);
    CAPTURE(code(start));
    CHECK(ends);
    if (!terminal(start)) CHECK(seen.count(completed) == 1);
  }
}

TEST_CASE("a step in the table never goes back, and every way back is known as one") {
  for (const auto& step : steps()) {
    CAPTURE(code(step.from), code(step.to));
    CHECK_FALSE(goes_back(step.from, step.to));
  }
  CHECK(goes_back(accepted, requested));
  CHECK(goes_back(completed, accepted));
  CHECK(goes_back(completed, cancelled));
  CHECK_FALSE(goes_back(requested, requested));
}

TEST_CASE("who is told of a step") {
  struct Row {
    std::optional<Status> before;
    Status after;
    std::optional<Party> told;
  };
  const Row rows[] = {
      {std::nullopt, requested, Party::owner},
      {std::nullopt, accepted, Party::owner},  // a feed that marks new referrals "A"
      {std::nullopt, draft, std::nullopt},
      {std::nullopt, entered_in_error, std::nullopt},
      {draft, requested, Party::owner},
      {draft, entered_in_error, std::nullopt},
      {requested, requested, Party::owner},
      {requested, received, Party::requester},
      {requested, accepted, Party::requester},
      {requested, rejected, Party::requester},
      {requested, cancelled, Party::owner},
      {accepted, in_progress, Party::requester},
      {in_progress, in_progress, Party::requester},
      {in_progress, on_hold, Party::requester},
      {in_progress, completed, Party::requester},
      {in_progress, failed, Party::requester},
      {accepted, entered_in_error, Party::owner},
  };
  for (const auto& row : rows) {
    CAPTURE(row.before ? code(*row.before) : "-", code(row.after));
    CHECK(route(row.before, row.after) == row.told);
  }
}
