// The types of resources that R4 has, by name: what a scope may be of. The definitions have them
// too; a configuration is read without these.

#pragma once

#include <span>
#include <string_view>

namespace fingerpost::access {

std::span<const std::string_view> resource_types();  // in order
bool is_resource_type(std::string_view name);
// The one that is written nearly so; "": none is.
std::string_view nearest_resource_type(std::string_view name);

}  // namespace fingerpost::access
