#include "care/booking.h"

#include <algorithm>
#include <array>

namespace fingerpost::care {
namespace {

constexpr const char* where = "Appointment.slot";

Error refused(Kind kind, const char* text) {
  return {kind, text, where};
}

}  // namespace

bool holds_slots(std::string_view appointment_status) {
  constexpr std::array held = {"booked", "arrived", "checked-in", "fulfilled"};
  return std::find(held.begin(), held.end(), appointment_status) != held.end();
}

Result<void> check_booking(std::vector<BookedSlot> slots, std::size_t least) {
  if (slots.size() < least)
    return refused(Kind::unsupported, "a double appointment holds two slots");
  std::sort(slots.begin(), slots.end(),
            [](const BookedSlot& a, const BookedSlot& b) { return a.from_us < b.from_us; });
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& slot = slots[i];
    if (slot.was != "free") return refused(Kind::conflict, "a slot is not free");
    if (slot.is != "busy")
      return refused(Kind::unsupported,
                     "the slots of a booking become busy in the commit that books them");
    if (slot.schedule != slots[0].schedule)
      return refused(Kind::unsupported, "slots that are booked together are of one schedule");
    if (i > 0 && slots[i - 1].to_us != slot.from_us)
      return refused(Kind::unsupported, "slots that are booked together follow each other at once");
  }
  return {};
}

Result<void> check_release(const std::vector<BookedSlot>& slots, std::int64_t now_us) {
  for (const auto& slot : slots)
    if (slot.to_us > now_us && slot.was == "busy" && slot.is == "busy")
      return refused(Kind::unsupported,
                     "the slots of an appointment that is cancelled become free in that commit");
  return {};
}

}  // namespace fingerpost::care
