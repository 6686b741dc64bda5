// JSON by its content: two texts that differ only in layout and the order of members give one text.

#pragma once

#include "wire/json_view.h"

#include <string>

namespace fingerpost::wire {

// Members sorted by name, a line each; numbers to the character.
std::string sorted_json(JsonView value);

}  // namespace fingerpost::wire
