// What this server is made of, as resources and documents of their own: made when they are asked
// for, from the tables that serve.

#pragma once

#include "interaction/context.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "model/definitions.h"

#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::interaction {

std::string_view search_type_code(model::SearchType type);  // "token" …

// The canonical URL of its OperationDefinition; of our own operations below our base.
std::string definition_url(const Context& context, const Operation& operation);

// The OperationDefinition of an operation that is offered, or the SearchParameter that searches are
// made by. Nothing: none of that id.
std::optional<std::string> definition(const Context& context, Target target);

// The interactions as an OpenAPI 3 document.
std::string openapi(const Context& context);

}  // namespace fingerpost::interaction
