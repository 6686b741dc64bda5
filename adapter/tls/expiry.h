// When a certificate ends.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>

namespace fingerpost::tls {

// Microseconds since 1970 of the end of the certificate in a PEM text that ends first. Kind::
// invalid: it holds none.
Result<std::int64_t> ends_us(const std::string& pem);

}  // namespace fingerpost::tls
