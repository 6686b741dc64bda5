#include "care/projection.h"

#include "care/projection_tables.h"

#include <string>

namespace fingerpost::care {
namespace {

constexpr std::string_view standard_names[] = {"SDOH Clinical Care", "BSeR", "BaRS", "HL7 v2"};
constexpr std::string_view mark_codes[] = {"contact-prohibited", "safeguarding"};

constexpr std::uint32_t bit(unsigned of) {
  return 1U << of;
}

}  // namespace

std::string_view name(Standard standard) {
  return standard_names[static_cast<std::size_t>(standard)];
}
std::string_view code(Mark mark) {
  return mark_codes[static_cast<std::size_t>(mark)];
}

const Projection& projection(Standard standard) {
  static constexpr const Projection* all[] = {&gravity, &bser, &bars, &hl7v2};
  return *all[static_cast<std::size_t>(standard)];
}

const Shown& shown(const Projection& projection, Standing standing) {
  const auto withdrawal = bit(static_cast<unsigned>(standing.withdrawal));
  for (const auto& row : projection.shown)
    if (has(row.statuses, standing.status) && (row.withdrawals & withdrawal) != 0) return row;
  return projection.shown.back();
}

Result<Said> say(const Projection& projection, PlaceId place, Standing now, Party by) {
  const bool unsent = place == 0 && now.status != Status::requested;
  if (unsent) return Said{};
  const auto& row = shown(projection, now);
  const auto target = row.place;
  if (projection.places[place].shown_as == target) return Said{nullptr, row.aside, row.loss};
  for (const auto& move : projection.moves)
    if (move.to == target && move.by == by && (move.from & bit(place)) != 0)
      return Said{&move, row.aside, row.loss};
  return Error{Kind::unsupported,
               std::string(name(projection.standard)) + " has no move from \"" +
                   std::string(projection.places[place].name) + "\" to \"" +
                   std::string(projection.places[target].name) + "\"",
               "Task.status"};
}

Result<void> check_marks(const Projection& projection, unsigned marks) {
  for (unsigned mark = 0; mark < mark_count; ++mark)
    if ((marks & bit(mark)) != 0 && projection.carries[mark].empty())
      return Error{Kind::unsupported,
                   std::string(name(projection.standard)) + " cannot say \"" +
                       std::string(mark_codes[mark]) + "\": nothing was sent",
                   "ServiceRequest"};
  return {};
}

}  // namespace fingerpost::care
