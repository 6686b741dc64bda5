// What the readers of JSON and of XML share: the issues they note, and how a resource is named.

#pragma once

#include "model/json.h"

#include <string>
#include <string_view>

namespace fingerpost::model {

// An error at the node, or at a member it has not; at most Limits::issues, and one that says so.
void note(const Definitions& definitions, ReadTree& read, const Limits& limits, NodeId node,
          std::string_view member, const char* code, std::string text);

// A member's name as an issue may repeat it: one that looks like an element's. Anything else may be
// somebody's data, or very long.
std::string_view shown(std::string_view name);

// no_type for what is no resource of the model.
TypeId resource_named(const Definitions& definitions, Model model, std::string_view name);

}  // namespace fingerpost::model
