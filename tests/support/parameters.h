// R4's search parameters, compiled once for all tests of a program.

#pragma once

#include "search/search.h"
#include "support/definitions.h"

namespace fingerpost::test {

inline const search::Parameters& parameters() {
  static const auto made =
      search::Parameters::compile(definitions(), search::HashKey{1, 2}).value();
  return *made;
}

}  // namespace fingerpost::test
