// The tables of each standard (projection.h). What a table says that its standard leaves open is
// said beside the row.

#pragma once

#include "care/projection.h"

namespace fingerpost::care {

extern const Projection gravity, bser, bars, hl7v2;

template <class... More>
constexpr std::uint32_t bits(More... of) {
  return ((1U << static_cast<unsigned>(of)) | ...);
}
template <class... More>
constexpr std::uint8_t when(More... withdrawals) {
  return static_cast<std::uint8_t>(bits(withdrawals...));
}

constexpr Steps in_any = 0xffff;
constexpr std::uint8_t whatever = when(Withdrawal::none, Withdrawal::asked, Withdrawal::forced);

}  // namespace fingerpost::care
