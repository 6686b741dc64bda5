// Who is at the other end of a connection, by the key he proved to have.

#pragma once

#include <string>

struct ssl_st;

namespace fingerpost::tls {

// SHA-256 of the public key of the certificate that was shown, base64; "" when none was.
std::string peer_key(const ssl_st* connection);

}  // namespace fingerpost::tls
