// An expansion, ready to be written as ValueSet.expansion.

#pragma once

#include "terminology/request.h"

#include <string>
#include <vector>

namespace fingerpost::terminology {

struct Expansion {
  const Request& request;
  ValueSet set;
  std::vector<Item> items;
  std::vector<std::uint32_t> above;  // for each item, the one it is nested in; no_row: none
  std::size_t total = 0;             // of all pages
  std::size_t offset = 0;
  std::vector<std::string> used_systems;
  std::vector<std::string> used_value_sets;
};

// The ValueSet resource: what it says of itself, and the expansion.
Found<Tree> write_expansion(const Expansion& expansion);

}  // namespace fingerpost::terminology
