// What a client asks for by headers and by _format and _pretty.

#pragma once

#include "http/message.h"
#include "interaction/interactions.h"

#include <optional>
#include <vector>

namespace fingerpost::http {

struct Asked {
  bool pretty = false;
  std::optional<interaction::Return> back;  // Prefer: return=…
  search::Handling handling = search::Handling::strict;
};

// The answer when the client takes no form that is offered (R4 http.html#mime-type): JSON alone.
std::optional<Response> negotiate(const Head& head, const std::vector<search::Pair>& pairs,
                                  Asked& asked);

// The answer when the body is said to be something else than a JSON resource.
std::optional<Response> check_content_type(const Head& head);

// application/x-www-form-urlencoded: a _search by POST.
bool is_form(const Head& head);

}  // namespace fingerpost::http
