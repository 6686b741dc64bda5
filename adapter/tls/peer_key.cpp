#include "tls/peer_key.h"

#include "base/base64.h"
#include "base/digest.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace fingerpost::tls {

std::string peer_key(const ssl_st* connection) {
  const auto* const certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return {};
  const auto digest = sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()}, Base64::plain);
}

}  // namespace fingerpost::tls
