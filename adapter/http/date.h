// Times as HTTP writes them (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".

#pragma once

#include <cstdint>
#include <string>

namespace fingerpost::http {

std::string http_date(std::int64_t us_since_1970);

}  // namespace fingerpost::http
