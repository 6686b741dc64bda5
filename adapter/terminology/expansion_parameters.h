// The parameters of ValueSet/$expand: those of R4, and what R5 and terminology servers add.

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace fingerpost::terminology {

struct ExpansionParameter {
  std::string_view name;
  bool in_url = true;     // it may be asked for by GET; the others hold resources
  bool repeated = false;  // ValueSet.expansion.parameter says it again
};

inline constexpr ExpansionParameter expansion_parameters[] = {
    {"activeOnly", true, true},
    {"check-system-version", true, true},
    {"context"},
    {"contextDirection"},
    {"count", true, true},
    {"date", true, true},
    {"designation", true, true},
    {"displayLanguage"},
    {"exclude-system", true, true},
    {"excludeNested", true, true},
    {"excludeNotForUI", true, true},
    {"excludePostCoordinated", true, true},
    {"filter", true, true},
    {"force-system-version", true, true},
    {"includeDefinition", true, true},
    {"includeDesignations", true, true},
    {"offset", true, true},
    {"property"},
    {"system-version", true, true},
    {"tx-resource", false},
    {"url"},
    {"useSupplement"},
    {"valueSet"},
    {"valueSetVersion"}};

// The names of those that may be in a URL, parted by blanks.
namespace detail {
constexpr std::size_t size_in_url() {
  std::size_t size = 0;
  for (const auto& one : expansion_parameters)
    if (one.in_url) size += one.name.size() + 1;
  return size;
}
constexpr auto written_in_url() {
  std::array<char, size_in_url()> text{};
  std::size_t at = 0;
  for (const auto& one : expansion_parameters) {
    if (!one.in_url) continue;
    for (const char c : one.name) text[at++] = c;
    text[at++] = ' ';
  }
  return text;
}
inline constexpr auto in_url = written_in_url();
}  // namespace detail
inline constexpr std::string_view expansion_parameters_in_url{detail::in_url.data(),
                                                              detail::in_url.size() - 1};

}  // namespace fingerpost::terminology
