// What a client asks for by headers and by _format and _pretty, and what it says of its body.

#pragma once

#include "http/message.h"
#include "interaction/interactions.h"

#include <optional>
#include <vector>

namespace fingerpost::http {

enum class Form { json, xml };

struct Asked {
  Form form = Form::json;
  bool named = false;  // by its own name, not as one of any
  bool pretty = false;
  bool gzip = false;                        // the answer may be compressed
  bool async = false;                       // Prefer: respond-async
  std::optional<interaction::Return> back;  // Prefer: return=…
  search::Handling handling = search::Handling::strict;
};

// The answer when the client takes no form that is offered (R4 http.html#mime-type).
std::optional<Response> negotiate(const Head& head, const std::vector<search::Pair>& pairs,
                                  Asked& asked);

// Whether the body is said to be a resource.
bool is_resource(const Head& head);

// The answer when the body is said to be something else than a resource, or is not in the form that
// it is said to be in.
std::optional<Response> check_resource(const Head& head, std::string_view body);

// The form of a patch by its Content-Type; nothing when it is none.
std::optional<interaction::PatchForm> patch_form(const Head& head, std::string_view body);

// application/x-www-form-urlencoded: a _search by POST.
bool is_form(const Head& head);

// Unpacks a body sent with Content-Encoding: gzip, as far as the limit body_bytes allows.
std::optional<Response> unpack_body(const Head& head, const Limits& limits, std::string& body);

}  // namespace fingerpost::http
