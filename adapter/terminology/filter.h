// R4 valueset.html#compositions: one filter of an include, ready to be asked.

#pragma once

#include "terminology/content.h"
#include "terminology/finding.h"
#include "terminology/pattern.h"
#include "terminology/resolve.h"

#include <optional>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

class Filter {
 public:
  // The filter for codes of `system`. `content` is the row's.
  static Found<Filter> make(const Content& content, const FilterRow& row, const CodeSystem& system);

  // How many codes and values are looked at to tell whether it holds, about.
  std::uint64_t cost(const CodeSystem& system, std::uint32_t place) const;
  // Asked often, it prepares for more.
  bool holds(const CodeSystem& system, std::uint32_t place);

 private:
  bool relation_holds(const CodeSystem& system, std::uint32_t place);
  bool is_below(const CodeSystem& system, std::uint32_t place);
  bool any_value(const CodeSystem& system, std::uint32_t place, auto&& same) const;
  bool listed(std::string_view value) const;

  Operator op_ = Operator::unknown;
  std::string_view property_;
  std::string_view value_;
  std::uint32_t place_ = no_row;          // of the code `value_`, for relations
  std::vector<std::string_view> values_;  // of `in` and `not-in`, sorted
  std::optional<Pattern> pattern_;
  int asked_ = 0;
  std::vector<bool> related_;  // what place_ reaches, once that was asked for often
};

}  // namespace fingerpost::terminology
