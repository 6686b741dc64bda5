// What is to be said of a code beside its names: properties and extensions, from the code system,
// its supplements and the value set together.

#pragma once

#include "terminology/language.h"

#include <string_view>
#include <vector>

namespace fingerpost::terminology {

struct Fact {
  std::string_view code;
  std::string_view uri;
  std::string_view type;  // of the value, as FHIR names it
  std::string_view value;
  std::string_view system;  // of a Coding
};

// The properties an expansion shows: those asked for by their codes, and, asked for or not, the
// status, and the order, label and weight that extensions give.
std::vector<Fact> facts_of(const Item& item, const Supplements& supplements,
                           const std::vector<std::string_view>& asked);

struct Noted {
  const Content* content = nullptr;
  const ExtensionRow* row = nullptr;
};
// The extensions an expansion passes on: all that no property says.
std::vector<Noted> notes_of(const Item& item, const Supplements& supplements);

}  // namespace fingerpost::terminology
