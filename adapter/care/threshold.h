// What a goal asks of a reading.

#pragma once

#include <optional>
#include <string_view>

namespace fingerpost::care {

// Goal.target.detail: a range, or a quantity with its comparator, which stands at its own side.
struct Threshold {
  std::optional<double> low, high;
  std::string_view comparator;  // "<", ">": the bound itself is out; otherwise it is in
};

bool breaks(const Threshold& asked, double reading);

}  // namespace fingerpost::care
