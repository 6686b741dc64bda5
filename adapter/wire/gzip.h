// gzip (RFC 1952): the one compression of HTTP bodies and of packages.

#pragma once

#include "fingerpost/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace fingerpost::wire {

// Kind::invalid: not whole gzip, or bytes after it. Kind::too_costly: it unpacks to more than
// `most` bytes; no more than that is ever held.
Result<std::string> gunzip(std::string_view bytes, std::size_t most);

// Quickly rather than smallest. Kind::fault when memory fails.
Result<std::string> gzip(std::string_view bytes);

}  // namespace fingerpost::wire
