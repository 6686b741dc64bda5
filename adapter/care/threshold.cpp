#include "care/threshold.h"

namespace fingerpost::care {

bool breaks(const Threshold& asked, double reading) {
  const bool strict = asked.comparator == "<" || asked.comparator == ">";
  if (asked.low && (strict ? reading <= *asked.low : reading < *asked.low)) return true;
  return asked.high && (strict ? reading >= *asked.high : reading > *asked.high);
}

}  // namespace fingerpost::care
