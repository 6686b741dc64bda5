// A Binary as the bytes that it is made of (R4 binary.html#rest).

#pragma once

#include "http/call.h"

#include <string>

namespace fingerpost::http {

// The call reads a Binary, and does not name a form of FHIR.
bool asks_for_bytes(const Call& call);
// The answer that has the Binary as its body, as the bytes. Those of a type that cannot be said in
// a header are application/octet-stream.
Response bytes_of(const interaction::Context& context, interaction::Answer answer);

// The call writes a Binary, and its body is said to be something else than a resource.
bool brings_bytes(const Call& call);
// The body as a Binary, JSON.
std::string binary_of(const Call& call);

}  // namespace fingerpost::http
