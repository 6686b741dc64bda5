// What this server is made of, as resources and documents of their own: made when they are asked
// for, from the tables that serve.

#pragma once

#include "interaction/context.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "model/definitions.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::interaction {

// When what the server says of itself last changed: not when it is asked for, so that every thread,
// and the same program started again, says the same under one ETag.
constexpr std::string_view statement_date = "2026-11-22";

std::string_view search_type_code(model::SearchType type);  // "token" …

// The canonical URL of its OperationDefinition; of our own operations below our base.
std::string definition_url(const Context& context, const Operation& operation);

// The OperationDefinition of an operation that is offered, or the SearchParameter that searches are
// made by. Nothing: none of that id.
std::optional<std::string> definition(const Context& context, Target target);

// All of them that are of a type: their ids, each once, and what definition() has for them.
using EachDefinition = std::function<void(const std::string& id, std::string body)>;
void each_definition(const Context& context, std::string_view type, const EachDefinition& each);

// The interactions as an OpenAPI 3 document.
std::string openapi(const Context& context);

}  // namespace fingerpost::interaction
