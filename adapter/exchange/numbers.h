// The identifiers that a Patient has, or that a Reference names him by.

#pragma once

#include "fingerpost/tree.h"

#include <set>
#include <string>
#include <string_view>

namespace fingerpost::exchange {

struct Numbers {
  std::set<std::string> nhs;
  std::set<std::string> all;  // system and value
};

// The node's identifiers; those without a system or a value say nothing.
void add_numbers(NodeRef node, Numbers& numbers);
// One of them is both's, and no NHS numbers tell them apart.
bool are_one(const Numbers& left, const Numbers& right);

// Where a Patient was merged into another, that one's reference; "" else.
std::string_view replaced_by(NodeRef patient);

}  // namespace fingerpost::exchange
