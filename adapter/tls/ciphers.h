// What connections are encrypted with under TLS 1.2, inward and outward.

#pragma once

namespace fingerpost::tls {

// GP Connect: AES-GCM with ephemeral keys; TLS 1.3 has its own list, all of it sound.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2";

}  // namespace fingerpost::tls
