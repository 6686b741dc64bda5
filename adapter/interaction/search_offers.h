// What can be searched by, for those who tell it: the CapabilityStatement and the OpenAPI document.

#pragma once

#include "search/search.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// A parameter as R4 capabilitystatement.html has it.
struct Searched {
  std::string_view name;
  std::string_view definition;  // canonical; "": R4 has none
  std::string_view type;        // "token" …
  std::string_view about = {};
};

// The parameters of a type, those that all types have among them; `type` "": those of a search over
// all types at once. The views are of the parameters.
std::vector<Searched> searched_by(const search::Parameters& parameters, std::string_view type);

// The parameters that shape the answer of every search: _sort, _count … They are no search
// parameters to R4's statement.
std::vector<Searched> shaped_by();

// The values of _include and of _revinclude that resources of the type have.
std::vector<std::string> included_by(const search::Parameters& parameters, std::string_view type);
std::vector<std::string> including(const search::Parameters& parameters, std::string_view type);

// The canonicals of the compartments that are searched.
std::vector<std::string> compartments(const search::Parameters& parameters);
// The types of the resources that they are of.
std::vector<std::string> compartment_types(const search::Parameters& parameters);

}  // namespace fingerpost::interaction
