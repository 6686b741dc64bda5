#include "tls/context.h"

#include "tls/ciphers.h"
#include "tls/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace fingerpost::tls {
namespace {

constexpr int longest_chain = 6;

Error wrong(std::string what, const char* where) {
  ERR_clear_error();
  return {Kind::invalid, std::move(what), where};
}

Bio reader_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Nobody is there to be asked for a password.
int no_password(char*, int, int, void*) {
  return 0;
}

Certificate next_certificate(BIO* from) {
  return Certificate(PEM_read_bio_X509(from, nullptr, no_password, nullptr));
}

// Of a text with as many certificates as there are; the end of it is no mistake, anything else is.
bool ended() {
  const auto error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Result<void> use_certificate(SSL_CTX* context, const std::string& text) {
  const auto from = reader_of(text);
  const auto own = next_certificate(from.get());
  if (!own) return wrong("holds no certificate in PEM", "certificate");
  if (X509_cmp_current_time(X509_get0_notAfter(own.get())) <= 0)
    return wrong("is past its last day", "certificate");
  if (X509_cmp_current_time(X509_get0_notBefore(own.get())) >= 0)
    return wrong("is not valid yet", "certificate");
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return wrong("is not strong enough, or of no kind that TLS uses", "certificate");
  while (const auto between = next_certificate(from.get()))
    if (SSL_CTX_add1_chain_cert(context, between.get()) != 1)
      return wrong("has a certificate behind the first that is not strong enough", "certificate");
  if (!ended())
    return wrong("has something behind the first certificate that is none", "certificate");
  ERR_clear_error();
  return {};
}

Result<void> use_key(SSL_CTX* context, const std::string& text) {
  const auto from = reader_of(text);
  const Pkey key(PEM_read_bio_PrivateKey(from.get(), nullptr, no_password, nullptr));
  if (!key) return wrong("holds no private key in PEM without a password", "key");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return wrong("is not the certificate's", "key");
  return {};
}

Result<void> ask_clients(SSL_CTX* context, const std::string& authorities) {
  const auto from = reader_of(authorities);
  auto* const store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (const auto one = next_certificate(from.get())) {
    // What X509_V_FLAG_X509_STRICT asks of it later, of every client anew and in silence.
    const bool says = (X509_get_extension_flags(one.get()) & EXFLAG_KUSAGE) != 0 &&
                      X509_get0_subject_key_id(one.get()) != nullptr;
    if (!says || X509_check_ca(one.get()) != 1)
      return wrong(
          "has a certificate that is no authority's by its basicConstraints (CA:TRUE), keyUsage "
          "(keyCertSign, cRLSign) and subjectKeyIdentifier",
          "client_ca");
    if (X509_STORE_add_cert(store, one.get()) != 1 ||
        SSL_CTX_add_client_CA(context, one.get()) != 1)
      return wrong("has a certificate that cannot be used", "client_ca");
    ++count;
  }
  if (count == 0 || !ended()) return wrong("holds no certificates in PEM, or more", "client_ca");
  ERR_clear_error();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context, longest_chain);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_X509_STRICT);
  return {};
}

Result<void> use_revocations(SSL_CTX* context, const std::string& text) {
  const auto from = reader_of(text);
  auto* const store = SSL_CTX_get_cert_store(context);
  int count = 0;
  for (;; ++count) {
    const RevocationList one(PEM_read_bio_X509_CRL(from.get(), nullptr, no_password, nullptr));
    if (!one) break;
    // With it nobody at all would be let in, and nothing would say why.
    if (const auto* const next = X509_CRL_get0_nextUpdate(one.get());
        next != nullptr && X509_cmp_current_time(next) <= 0)
      return wrong(
          "has a list that is past its date: have its authority make another (openssl ca -gencrl), "
          "put it here and send SIGHUP",
          "crl");
    if (X509_STORE_add_crl(store, one.get()) != 1)
      return wrong("has a list that cannot be used", "crl");
  }
  if (count == 0 || !ended()) return wrong("holds no revocation lists in PEM, or more", "crl");
  ERR_clear_error();
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
                              X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

// Nothing of a session is kept: another connection is another handshake, and another client.
void set_rules(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

Context::~Context() {
  SSL_CTX_free(context_);
}

Result<std::shared_ptr<const Context>> Context::serve(const Material& material) {
  const std::shared_ptr<const Context> made(new Context(SSL_CTX_new(TLS_server_method())));
  auto* const context = made->get();
  if (context == nullptr) return wrong("cannot be had", "TLS");
  set_rules(context);
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context, ciphers) != 1)
    return wrong("cannot be had", "TLS");
  LET_DONE(use_certificate(context, material.certificate));
  LET_DONE(use_key(context, material.key));
  if (material.client_ca.empty() && !material.crl.empty())
    return wrong("is of clients, and none are asked for certificates: there is no client_ca",
                 "crl");
  if (!material.client_ca.empty()) {
    LET_DONE(ask_clients(context, material.client_ca));
  }
  if (!material.crl.empty()) {
    LET_DONE(use_revocations(context, material.crl));
  }
  return made;
}

}  // namespace fingerpost::tls
