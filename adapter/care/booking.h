// Slots that are booked together: next to each other, free before, and all of them or none.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::care {

// A slot of an appointment, as it was before the commit and as the commit leaves it.
struct BookedSlot {
  std::string schedule;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  std::string was;  // Slot.status; "" when there was none
  std::string is;
};

// Whether an Appointment of this status has its slots.
bool holds_slots(std::string_view appointment_status);

// Kind::conflict: a slot was not free. Kind::unsupported: they are fewer than `least`, of several
// schedules, not next to each other, or not all busy once the commit is done. `where` is
// Appointment.slot.
Result<void> check_booking(std::vector<BookedSlot> slots, std::size_t least);

// Kind::unsupported: a slot that was busy for an appointment that is no more, and is to come, is
// not free once the commit is done.
Result<void> check_release(const std::vector<BookedSlot>& slots, std::int64_t now_us);

}  // namespace fingerpost::care
