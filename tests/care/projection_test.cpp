// Every path of a referral through our machine and a partner's, in every standard and on both
// sides: what one does must be a move that the other knows.

#include "care/projection.h"

#include "care/deadlines.h"
#include "support/catch.h"

#include <map>
#include <set>
#include <tuple>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::care;
using enum care::Status;
using enum care::Event;

namespace {

constexpr Given here{true, true, true, false, true};
constexpr Given partners{true, true, true, true, true};

struct Both {
  Standing ours;
  PlaceId theirs = 0;

  friend bool operator<(const Both& a, const Both& b) {
    return std::tie(a.ours.status, a.ours.withdrawal, a.theirs) <
           std::tie(b.ours.status, b.ours.withdrawal, b.theirs);
  }
};

Party other(Party party) {
  return party == Party::owner ? Party::requester : Party::owner;
}

std::string text(const Projection& projection, const Both& at) {
  return std::string(name(projection.standard)) + ": " + std::string(code(at.ours.status)) + "/" +
         std::to_string(static_cast<int>(at.ours.withdrawal)) + ", " +
         std::string(projection.places[at.theirs].name);
}

bool from(const Move& move, PlaceId place) {
  return (move.from & (1U << place)) != 0;
}

// All that may follow. What is illegal on either side fails the test that asks.
using Taken = std::set<std::pair<const Move*, PlaceId>>;  // a move, and from where
std::vector<Both> next(const Projection& projection, const Both& at, Party us,
                       Taken* taken = nullptr) {
  std::vector<Both> found;
  for (int i = 0; i < event_count; ++i) {
    const auto now = after(at.ours, static_cast<Event>(i), us, here);
    if (!now) continue;
    INFO(code(static_cast<Event>(i)));
    const auto said = say(projection, at.theirs, *now, us);
    REQUIRE(said);
    found.push_back({*now, said->move ? said->move->to : at.theirs});
    if (taken && said->move) taken->emplace(said->move, at.theirs);
  }
  for (const auto& move : projection.moves) {
    if (move.by == us || !from(move, at.theirs)) continue;
    INFO(move.trigger << ", " << code(move.event));
    if (taken) taken->emplace(&move, at.theirs);
    const auto heard = hear(at.ours, move.event, other(us), partners);
    REQUIRE(heard);
    // News of one who knows of no end here: both then mean the same, also by how it ended.
    if (!terminal(at.ours.status)) {
      CHECK(projection.places[move.to].shown_as == shown(projection, *heard).place);
      if (move.event == complete) CHECK(heard->status == completed);
    }
    found.push_back({*heard, move.to});
  }
  return found;
}

std::map<Both, std::vector<Both>> walk(const Projection& projection, Party us,
                                       Taken* taken = nullptr) {
  std::map<Both, std::vector<Both>> seen;
  std::vector<Both> todo{{}};
  while (!todo.empty()) {
    const auto at = todo.back();
    todo.pop_back();
    if (seen.contains(at)) continue;
    CAPTURE(text(projection, at));
    const auto after = next(projection, at, us, taken);
    todo.insert(todo.end(), after.begin(), after.end());
    seen.emplace(at, after);
  }
  return seen;
}

// Both have ended, or the partner was never asked.
bool settled(const Projection& projection, const Both& at) {
  return terminal(at.ours.status) && (at.theirs == 0 || projection.places[at.theirs].ends);
}

template <class Check>
void on_every_path(Check&& check) {
  for (const auto standard : standards)
    for (const auto us : {Party::requester, Party::owner}) {
      const auto& table = projection(standard);
      const auto seen = walk(table, us);
      CHECK(seen.size() > 10);
      for (const auto& [at, after] : seen) {
        CAPTURE(text(table, at), us == Party::owner ? "we own it" : "we ask for it");
        check(table, seen, at, us);
      }
    }
}
using Seen = std::map<Both, std::vector<Both>>;

}  // namespace

TEST_CASE("no path of a referral makes an illegal step on either side, and both agree") {
  on_every_path([](const Projection& table, const Seen&, const Both& at, Party) {
    const auto& place = table.places[at.theirs];
    if (at.theirs == 0)
      CHECK((at.ours.status == draft || terminal(at.ours.status)));
    else if (!terminal(at.ours.status) || !place.ends)
      CHECK(place.shown_as == shown(table, at.ours).place);
    if (!terminal(at.ours.status)) CHECK_FALSE(place.ends);
  });
}

TEST_CASE("from every point of every path a referral can end on both sides") {
  on_every_path([](const Projection& table, const Seen& seen, const Both& at, Party) {
    std::set<Both> reached{at};
    std::vector<Both> todo{at};
    bool ends = false;
    while (!todo.empty() && !ends) {
      const auto here_now = todo.back();
      todo.pop_back();
      ends = settled(table, here_now);
      for (const auto& then : seen.at(here_now))
        if (reached.insert(then).second) todo.push_back(then);
    }
    CHECK(ends);
  });
}

TEST_CASE("at every point of every path a referral has ended, is a draft, or will be overdue") {
  const auto since = std::chrono::sys_seconds(std::chrono::hours(24 * 20'000));
  on_every_path([&](const Projection&, const Seen&, const Both& at, Party) {
    const bool late = overdue(at.ours, since, since + std::chrono::hours(100'000), {}).has_value();
    CHECK((late || terminal(at.ours.status) || at.ours.status == draft));
  });
}

TEST_CASE(
    "what the owner does while a request to cancel is under way is taken, and the outcome wins") {
  int crossed = 0;
  on_every_path([&](const Projection& table, const Seen&, const Both& at, Party us) {
    if (us != Party::requester || at.theirs == 0) return;
    const auto wish = after(at.ours, ask_cancel, us, here);
    if (!wish) return;
    for (const auto& move : table.moves) {
      if (move.by == us || !from(move, at.theirs)) continue;
      CAPTURE(move.trigger);
      const auto heard = hear(*wish, move.event, Party::owner, partners);
      REQUIRE(heard);
      if (move.event == complete) CHECK(heard->status == completed);
      CHECK(terminal(heard->status) == table.places[move.to].ends);
      if (!table.places[move.to].ends) CHECK(say(table, move.to, *heard, us));
      ++crossed;
    }
  });
  CHECK(crossed > 40);
}

TEST_CASE(
    "every place and every move of a standard is on some path, and every standing has a place") {
  for (const auto standard : standards) {
    const auto& table = projection(standard);
    std::set<PlaceId> places;
    Taken taken;
    for (const auto us : {Party::requester, Party::owner})
      for (const auto& [at, after] : walk(table, us, &taken)) places.insert(at.theirs);
    CAPTURE(name(standard));
    CHECK(places.size() == table.places.size());
    for (const auto& move : table.moves) {
      CAPTURE(move.trigger);
      CHECK(move.to < table.places.size());
      CHECK((move.from >> table.places.size()) == 0);
      for (PlaceId place = 0; place < table.places.size(); ++place)
        CHECK(taken.contains({&move, place}) == from(move, place));
    }
    for (int i = 0; i < status_count; ++i)
      for (const auto withdrawal : {Withdrawal::none, Withdrawal::asked, Withdrawal::forced})
        CHECK(shown(table, {static_cast<Status>(i), withdrawal}).place < table.places.size());
  }
}

TEST_CASE("what changes a referral that was sent is said by a move, aside, or its loss is named") {
  int aside = 0;
  on_every_path([&](const Projection& table, const Seen&, const Both& at, Party us) {
    if (at.theirs == 0) return;
    for (int i = 0; i < event_count; ++i) {
      const auto now = after(at.ours, static_cast<Event>(i), us, here);
      if (!now || *now == at.ours) continue;
      CAPTURE(code(static_cast<Event>(i)));
      const auto said = say(table, at.theirs, *now, us);
      REQUIRE(said);
      // What the last standing could not say need not be taken back.
      CHECK((said->move || !said->aside.empty() || !said->loss.empty() ||
             !shown(table, at.ours).loss.empty()));
      if (static_cast<Event>(i) == ask_cancel)
        CHECK((said->move || said->aside == "Task.businessStatus cancel-requested"));
      aside += !said->aside.empty();
    }
  });
  CHECK(aside > 4);
}

TEST_CASE("what a standard calls where a referral stands") {
  struct Row {
    Standing standing;
    const char* gravity;
    const char* bser;
    const char* bars;
    const char* hl7v2;
  };
  const auto none = Withdrawal::none, asked = Withdrawal::asked, forced = Withdrawal::forced;
  const Row rows[] = {
      {{draft, none}, "nothing", "nothing", "nothing", "nothing"},
      {{requested, none}, "requested", "received, 2.0", "active, sent", "REF^I12"},
      {{received, none}, "requested", "received, 2.0", "active, sent", "RRI, RF1-1 P"},
      {{accepted, none},
       "accepted",
       "accepted, 3.0",
       "active, accepted by a response",
       "RRI, RF1-1 A"},
      {{rejected, none}, "rejected", "rejected, 4.0", "declined by a response", "RRI, RF1-1 R"},
      {{on_hold, none},
       "on-hold",
       "in-progress, 5.1",
       "active, accepted by a response",
       "RRI, RF1-1 A"},
      {{in_progress, asked}, "in-progress", "in-progress, 5.2", "revoked, not answered", "REF^I14"},
      {{cancelled, asked}, "cancelled", "cancelled, 6.0", "revoked", "RRI^I14"},
      {{cancelled, none}, "cancelled", "rejected, 4.0", "declined by a response", "RRI, RF1-1 R"},
      {{cancelled, forced}, "cancelled", "in-progress, 5.2", "revoked, not answered", "REF^I14"},
      {{completed, none},
       "completed",
       "completed, 7.0",
       "closed by a final response",
       "RRI, RF1-1 A, completed in words"},
      {{completed, asked},
       "completed",
       "completed, 7.0",
       "closed by a final response",
       "RRI, RF1-1 A, completed in words"},
      {{failed, none},
       "failed",
       "rejected, 4.0",
       "declined by a response",
       "RRI, RF1-1 A, failed in words"},
      {{entered_in_error, forced},
       "entered-in-error",
       "in-progress, 5.2",
       "entered-in-error",
       "REF^I14"},
  };
  for (const auto& row : rows) {
    CAPTURE(code(row.standing.status), static_cast<int>(row.standing.withdrawal));
    const char* const expected[] = {row.gravity, row.bser, row.bars, row.hl7v2};
    for (const auto standard : standards) {
      const auto& table = projection(standard);
      CHECK(table.places[shown(table, row.standing).place].name ==
            expected[static_cast<int>(standard)]);
    }
  }
}

TEST_CASE("what each trigger of a partner means here, and where it leaves him") {
  struct Row {
    Standard standard;
    const char* trigger;
    Event event;
    const char* place;
  };
  const Row rows[] = {
      {Standard::bser, "02", accept, "accepted, 3.0"},
      {Standard::bser, "03", reject, "rejected, 4.0"},
      {Standard::bser, "05", give_back, "rejected, 4.0"},
      {Standard::bser, "06", start, "in-progress, 5.1.1"},
      {Standard::bser, "08", start, "in-progress, 5.1.4"},
      {Standard::bser, "10, 17, 25, 33", give_back, "rejected, 4.0"},
      {Standard::bser, "12", note, "in-progress, 5.1.2"},
      {Standard::bser, "13", note, "in-progress, 5.1.3"},
      {Standard::bser, "15, 29", note, "in-progress, 5.1.4"},
      {Standard::bser, "23", confirm_cancel, "cancelled, 6.0"},
      {Standard::bser, "24", complete, "completed, 7.0"},
      {Standard::bars, "booking-request", start, "active, booked"},
      {Standard::bars, "booking-response noshow", note, "active, booked"},
      {Standard::bars, "200", confirm_cancel, "revoked"},
      {Standard::hl7v2, "RRI, RF1-1 P", acknowledge, "RRI, RF1-1 P"},
      {Standard::hl7v2, "RRI, RF1-1 E", give_back, "RRI, RF1-1 E"},
      {Standard::hl7v2, "RRI, words of failure", fail, "RRI, RF1-1 A, failed in words"},
      {Standard::hl7v2, "RRI^I14", confirm_cancel, "RRI^I14"},
  };
  for (const auto& row : rows) {
    CAPTURE(name(row.standard), row.trigger);
    int found = 0;
    for (const auto& move : projection(row.standard).moves) {
      if (move.trigger != row.trigger) continue;
      ++found;
      CHECK(move.by == Party::owner);
      CHECK(move.event == row.event);
      CHECK(projection(row.standard).places[move.to].name == row.place);
    }
    CHECK(found == 1);
  }
}

TEST_CASE("a move that a standard does not have is refused, and named") {
  const auto& table = projection(Standard::gravity);
  // A rejected Task of SDOH-CC never comes back: place 3 is rejected.
  const auto refused = say(table, 3, {accepted, Withdrawal::none}, Party::owner);
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::unsupported);
  CHECK(refused.error().text.find("\"rejected\" to \"accepted\"") != std::string::npos);
}

TEST_CASE("a mark that protects the person is carried, or nothing is sent") {
  // A row a standard: whether it carries contact-prohibited, safeguarding.
  const std::pair<bool, bool> carried[] = {
      {true, false}, {false, false}, {false, true}, {false, false}};
  for (const auto standard : standards) {
    const auto& table = projection(standard);
    const auto [contact, safeguarding] = carried[static_cast<int>(standard)];
    CAPTURE(name(standard));
    CHECK(check_marks(table, 0).has_value());
    CHECK(check_marks(table, 1).has_value() == contact);
    CHECK(check_marks(table, 2).has_value() == safeguarding);
    const auto both = check_marks(table, 3);
    REQUIRE(both.has_error());
    CHECK(both.error().text.find("nothing was sent") != std::string::npos);
  }
}
