// Resources within a resource.

#pragma once

#include "exchange/neighbourhood.h"

#include <string_view>

namespace fingerpost::exchange {

// The contained resource of the id, without "#"; nothing: there is none.
inline NodeRef contained(NodeRef resource, std::string_view id) {
  NodeRef found;
  each(resource, "contained", [&](NodeRef held) {
    if (!found && child_text(held, "id") == id) found = held;
  });
  return found;
}

}  // namespace fingerpost::exchange
