// Percent-encoding (RFC 3986 2.1).

#pragma once

#include <string>
#include <string_view>

namespace fingerpost {

// All but the unreserved characters (RFC 3986 2.3) as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace fingerpost
