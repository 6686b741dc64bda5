// How a referral of ours looks in another standard, as tables: the places that the standard knows,
// the moves between them and whose they are, and the place that each standing of ours is shown as.
//
// A partner keeps his own machine. A projection holds when no event of ours asks for a move that
// his machine does not have, and every move of his is an event that ours knows; the tests walk all
// of both (tests/care/projection_test.cpp).

#pragma once

#include "care/loop.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace fingerpost::care {

enum class Standard : std::uint8_t { gravity, bser, bars, hl7v2 };
constexpr Standard standards[] = {Standard::gravity, Standard::bser, Standard::bars,
                                  Standard::hl7v2};
std::string_view name(Standard standard);

using PlaceId = std::uint8_t;

struct Place {
  std::string_view name;  // as the standard says it
  PlaceId shown_as;       // the place it means no more than, to us: itself, or a wider one
  bool ends = false;
};

struct Move {
  std::uint32_t from;  // a bit for each place
  PlaceId to;
  Party by;                  // requester or owner
  std::string_view trigger;  // the standard's name or number of it
  Event event;               // what it is to us when a partner makes it
};

struct Shown {
  Steps statuses;
  std::uint8_t withdrawals;  // a bit for each Withdrawal
  PlaceId place;
  std::string_view loss;        // what of ours the place does not say
  std::string_view aside = {};  // what is written beside the place, and moves nothing
};

// Marks that protect the person: what a standard cannot say of them is not sent.
enum class Mark : std::uint8_t { contact_prohibited, safeguarding };
constexpr int mark_count = 2;
std::string_view code(Mark mark);

struct Projection {
  Standard standard;
  std::span<const Place> places;  // the first: nothing was sent
  std::span<const Move> moves;
  std::span<const Shown> shown;          // the first that fits
  std::string_view carries[mark_count];  // where a Mark is written; empty: nowhere
};

const Projection& projection(Standard standard);

// The row of a standing: every standing has one.
const Shown& shown(const Projection& projection, Standing standing);

// What is said of a standing: a move when the partner is not where it is shown, what is written
// aside, and what is lost. Nothing of the three: he knows it already.
struct Said {
  const Move* move = nullptr;
  std::string_view aside;
  std::string_view loss;
};

// What is to be said to a partner who is at `place` of a standing that was reached here.
// Kind::unsupported: his standard has no such move.
Result<Said> say(const Projection& projection, PlaceId place, Standing now, Party by);

// Kind::unsupported when the referral has a mark that the standard cannot carry: nothing may be
// sent then. `marks`: a bit for each Mark.
Result<void> check_marks(const Projection& projection, unsigned marks);

}  // namespace fingerpost::care
