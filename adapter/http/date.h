// Times as HTTP writes them (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::http {

std::string http_date(std::int64_t us_since_1970);
// The time, in any of the three forms of RFC 9110 5.6.7; nothing when it is none.
std::optional<std::int64_t> read_http_date(std::string_view text);

}  // namespace fingerpost::http
