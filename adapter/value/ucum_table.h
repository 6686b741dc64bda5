// The units and prefixes of UCUM as data. Private to ucum.cpp.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fingerpost::value::ucum {

enum class Takes : std::uint8_t { no_prefix, prefix };

// How many of which unit it is. A base unit is made of nothing.
struct Atom {
  std::string_view code;
  std::string_view number;  // "" for an arbitrary unit
  std::string_view of;
  Takes takes = Takes::no_prefix;
};

// A unit that is no multiple of another one. With a shift it is a temperature.
struct Special {
  std::string_view code;
  std::string_view number;
  std::string_view of;
  std::string_view shift;
  Takes takes = Takes::no_prefix;
};

struct Prefix {
  std::string_view code;
  std::string_view number;
};

std::span<const std::string_view> bases();  // in the order of Unit::exponents
std::span<const Prefix> prefixes();
std::span<const Atom> atoms();
std::span<const Special> specials();

}  // namespace fingerpost::value::ucum
