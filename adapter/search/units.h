// Quantities of any UCUM unit as numbers of base units, so that 5 mg and 0.005 g are found alike.

#pragma once

#include "search/hash.h"
#include "value/ratio.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace fingerpost::search {

constexpr std::string_view ucum_system = "http://unitsofmeasure.org";

// A UCUM unit: what it measures, as a hash that all units of it share, and how to get there.
class BaseUnit {
 public:
  // Nothing: no UCUM unit, or none that can be converted (a special unit, say).
  static std::optional<BaseUnit> of(const HashKey& key, std::string_view code);

  std::uint64_t hash() const { return hash_; }
  // Equal amounts give equal doubles, whatever unit and digits they were written with. Nothing when
  // the text is no number.
  std::optional<double> number(std::string_view decimal) const;

 private:
  std::uint64_t hash_ = 0;
  value::Ratio factor_;
  std::optional<value::Ratio> shift_;
};

}  // namespace fingerpost::search
