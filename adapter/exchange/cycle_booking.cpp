// Appointments that hold several slots (OM-3).

#include "care/booking.h"
#include "care/names.h"
#include "exchange/cycle.h"
#include "exchange/extension.h"
#include "search/range.h"

#include <algorithm>
#include <set>

namespace fingerpost::exchange {
namespace {

constexpr std::size_t least = 2;  // slots: an appointment of one is anybody's

std::vector<std::string> slots_of(NodeRef appointment) {
  std::vector<std::string> ids;
  const Tree& tree = *appointment.tree;
  for (auto node = child(appointment, "slot").node; node != no_node; node = tree.next_same(node))
    ids.push_back(read_reference(child_text({&tree, node}, "reference")).id);
  return ids;
}

bool is_ours(NodeRef appointment) {
  return claims(appointment, care::double_appointment_profile) ||
         slots_of(appointment).size() >= least;
}

// The slots that an appointment has in this state.
std::set<std::string> held_by(NodeRef appointment) {
  if (!appointment || !is_ours(appointment) ||
      !care::holds_slots(child_text(appointment, "status")))
    return {};
  const auto ids = slots_of(appointment);
  return {ids.begin(), ids.end()};
}

Result<std::int64_t> time_at(NodeRef resource, const char* element, bool end) {
  const auto range = search::date_range(child_text(resource, element));
  if (range) return end ? range->high : range->low;
  return Error{Kind::unsupported, "a slot says from when to when it is", "Appointment.slot"};
}

// A slot before the commit and after it. The texts are those of `before` and of what is near.
struct Seen {
  std::optional<Tree> before;
  care::BookedSlot slot;
};

Result<Seen> see(Cycle& cycle, const std::string& id) {
  const auto* after = id.empty() ? nullptr : cycle.near.find("Slot", id);
  if (after == nullptr)
    return Error{Kind::unsupported, "a slot that is booked is stored here", "Appointment.slot"};
  Seen seen;
  seen.slot.schedule = child_text(child(after->node, "schedule"), "reference");
  seen.slot.is = child_text(after->node, "status");
  LET(seen.slot.from_us, time_at(after->node, "start", false));
  LET(seen.slot.to_us, time_at(after->node, "end", false));
  const auto* written = cycle.written_at("Slot", id);
  if (written == nullptr) {
    seen.slot.was = seen.slot.is;
    return seen;
  }
  LET(seen.before, cycle.before(*written));
  if (seen.before) seen.slot.was = child_text({&*seen.before, seen.before->root()}, "status");
  return seen;
}

Result<void> check_times(NodeRef appointment, const std::vector<care::BookedSlot>& slots) {
  std::int64_t from = slots[0].from_us, to = slots[0].to_us;
  for (const auto& slot : slots) {
    from = std::min(from, slot.from_us);
    to = std::max(to, slot.to_us);
  }
  LET(const auto start, time_at(appointment, "start", false));
  LET(const auto end, time_at(appointment, "end", false));
  if (start == from && end == to) return {};
  return Error{Kind::unsupported, "an appointment is from its first slot's start to its last's end",
               "Appointment.start"};
}

Result<void> check_let_go(Cycle& cycle, const std::set<std::string>& ids) {
  std::vector<Seen> kept;
  std::vector<care::BookedSlot> slots;
  for (const auto& id : ids) {
    LET(auto seen, see(cycle, id));
    slots.push_back(kept.emplace_back(std::move(seen)).slot);
  }
  return care::check_release(slots, cycle.parts.clock.now_us());
}

}  // namespace

Result<void> keep_appointment(Cycle& cycle, const Written& one) {
  LET(const auto before, cycle.before(one));
  const auto held = before ? held_by({&*before, before->root()}) : std::set<std::string>();
  if (one.after == nullptr) {
    if (held.empty()) return {};
    return Error{Kind::conflict, "an appointment that holds slots is cancelled, not deleted",
                 "Appointment.status"};
  }
  const NodeRef appointment{one.after, one.after->root()};
  const auto holds = held_by(appointment);
  std::set<std::string> gone;
  std::set_difference(held.begin(), held.end(), holds.begin(), holds.end(),
                      std::inserter(gone, gone.end()));
  LET_DONE(check_let_go(cycle, gone));
  // What is first heard of when it took place is of a record.
  const auto status = child_text(appointment, "status");
  const bool past = held.empty() && status == "fulfilled";
  if (!care::holds_slots(status) || !is_ours(appointment) || past ||
      (!held.empty() && held == holds))
    return {};
  std::vector<Seen> kept;
  std::vector<care::BookedSlot> slots;
  for (const auto& id : slots_of(appointment)) {
    LET(auto seen, see(cycle, id));
    // A slot that it had already is not booked anew.
    if (held.count(id) != 0) seen.slot.was = "free";
    slots.push_back(kept.emplace_back(std::move(seen)).slot);
  }
  LET_DONE(care::check_booking(slots, least));
  return check_times(appointment, slots);
}

// A slot is not let go of behind its appointment's back.
Result<void> keep_slot(Cycle& cycle, const Written& one) {
  LET(const auto before, cycle.before(one));
  if (!before || child_text({&*before, before->root()}, "status") != "busy") return {};
  if (one.after != nullptr && child_text({one.after, one.after->root()}, "status") == "busy")
    return {};
  LET(const auto ids, cycle.find("Appointment", {{"slot", "Slot/" + std::string(one.id)}}));
  for (const auto& id : ids) {
    const auto* appointment = cycle.near.find("Appointment", id);
    if (appointment != nullptr && held_by(appointment->node).count(std::string(one.id)) != 0)
      return Error{Kind::conflict, "an appointment holds the slot: it is cancelled with it",
                   "Slot.status"};
  }
  return {};
}

}  // namespace fingerpost::exchange
