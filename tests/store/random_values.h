// What random resources and random searches are made of, so that they meet.

#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>

namespace fingerpost::test::drawn {

class Dice {
 public:
  explicit Dice(unsigned from) : engine_(from) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  bool once_in(int n) { return below(n) == 0; }
  template <std::size_t N>
  std::string of(const std::array<const char*, N>& values) {
    return values[static_cast<std::size_t>(below(static_cast<int>(N)))];
  }
  std::string id() { return std::to_string(below(9)); }

 private:
  std::mt19937 engine_;
};

inline constexpr std::array names = {"Jones",   "jonés",   "JONES",  "Johnson",
                                     "Ó Neill", "O Neill", "Müller", "Zhang, A"};
inline constexpr std::array dates = {"1950",
                                     "1950-06",
                                     "1950-06-15",
                                     "1999-12-31",
                                     "2001",
                                     "2001-01-01T10:30:00Z",
                                     "2001-01-01T10:30:00+01:00",
                                     "2020-02-29"};
inline constexpr std::array codes = {"a", "b", "c", "A|1"};
inline constexpr std::array systems = {"urn:s1", "urn:s2"};
inline constexpr std::array words = {"walks", "Walking", "group", "café", "lonely", "sleep"};
inline constexpr std::array numbers = {"5.4",  "5.40", "5.35", "5.45",  "100",
                                       "99.5", "0",    "-3.2", "0.0054"};
inline constexpr std::array units = {"mg", "g", "ug"};
inline constexpr std::array genders = {"male", "female", "other"};
inline constexpr std::array plan_statuses = {"active", "draft", "completed"};
inline constexpr std::array observation_statuses = {"final", "amended"};
inline constexpr std::array prefixes = {"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"};
inline constexpr std::array places = {"51.5|-0.12", "51.51|-0.13", "53.48|-2.24", "-37.8|144.96"};

}  // namespace fingerpost::test::drawn
