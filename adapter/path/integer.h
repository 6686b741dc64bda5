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

// Whether it is more than an Integer: toLong() alone gives such, and what is computed with it may
// be as large.
inline bool is_long(const value::Value& value) {
  return value.kind() == value::Value::Kind::integer && !is_integer(value.integer());
}

enum class Size : bool { integer, of_long };

// Appends the number if it is of that size.
inline void push_whole(value::Wide number, Size size, value::Collection& out) {
  const bool fits = number >= std::numeric_limits<std::int64_t>::min() &&
                    number <= std::numeric_limits<std::int64_t>::max();
  if (is_integer(number) || (size == Size::of_long && fits))
    out.push(static_cast<std::int64_t>(number));
}
inline Size size_of(const value::Value& value) {
  return is_long(value) ? Size::of_long : Size::integer;
}

}  // namespace fingerpost::path
