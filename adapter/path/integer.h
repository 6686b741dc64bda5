// System.Integer (FHIRPath 2.0 section 4.1.2): 32 bits with a sign. What is beyond is empty, no
// error.

#pragma once

#include "value/value.h"

#include <cstdint>
#include <limits>

namespace fingerpost::path {

constexpr bool is_integer(value::Wide number) {
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

// Appends the number if it is an Integer.
inline void push_integer(value::Wide number, value::Collection& out) {
  if (is_integer(number)) out.push(static_cast<std::int64_t>(number));
}

}  // namespace fingerpost::path
