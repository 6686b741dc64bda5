// What the server's own operations are asked with, as their OperationDefinitions say it.

#pragma once

#include <string>
#include <string_view>

namespace fingerpost::interaction {

// `,"parameter":[…]` of the OperationDefinition with this id; "" for those that take nothing but
// what their URL says.
std::string parameters_of_definition(std::string_view id);

}  // namespace fingerpost::interaction
