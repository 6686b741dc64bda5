#include "remote/link.h"

#include "tls/ciphers.h"
#include "tls/peer_key.h"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string_view>

namespace fingerpost::remote {
namespace {

namespace ssl = boost::asio::ssl;

// "sha256/BASE64" of the public key that the peer proved to have; "" when it showed none.
std::string pin_of(const SSL* connection) {
  const auto key = tls::peer_key(connection);
  return key.empty() ? key : "sha256/" + key;
}

}  // namespace

Result<std::unique_ptr<ssl::context>> Link::make_context() const {
  auto made = std::make_unique<ssl::context>(ssl::context::tls_client);
  const Error unusable{Kind::invalid, "the files of TLS cannot be used", ""};
  Code code;
  made->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, code);
  if (code) return unusable;
  if (SSL_CTX_set_cipher_list(made->native_handle(), tls::ciphers) != 1) return unusable;
  const bool by_pin_alone = tls_->ca_file.empty() && !tls_->pins.empty();
  if (!tls_->ca_file.empty()) made->load_verify_file(tls_->ca_file, code);
  if (!code && tls_->ca_file.empty()) made->set_default_verify_paths(code);
  if (!code && !tls_->cert_file.empty()) made->use_certificate_chain_file(tls_->cert_file, code);
  if (!code && !tls_->cert_file.empty())
    made->use_private_key_file(tls_->key_file, ssl::context::pem, code);
  if (code) return unusable;
  made->set_verify_mode(by_pin_alone ? ssl::verify_none : ssl::verify_peer, code);
  if (code) return unusable;
  if (!by_pin_alone) made->set_verify_callback(ssl::host_name_verification(host_), code);
  if (code) return unusable;
  return made;
}

Result<void> Link::renew() {
  close();
  if (!tls_) return {};
  LET(auto made, make_context());
  how_ = std::move(made);
  secure_ = std::make_shared<Secure>(context_, *how_);
  // RFC 6066 section 3: a name, and never an address.
  Code no_address;
  boost::asio::ip::make_address(host_, no_address);
  if (no_address) SSL_set_tlsext_host_name(secure_->native_handle(), host_.c_str());
  return {};
}

bool Link::is_pinned() const {
  const auto& pins = tls_->pins;
  return pins.empty() ||
         std::find(pins.begin(), pins.end(), pin_of(secure_->native_handle())) != pins.end();
}

void Link::shake(std::function<void(Code)> done) {
  if (!secure_) return done({});
  secure_->async_handshake(Secure::client,
                           [this, kept = secure_, done = std::move(done)](Code code) {
                             if (!code && kept == secure_ && !is_pinned())
                               code = make_error_code(boost::system::errc::permission_denied);
                             done(code);
                           });
}

void Link::close() {
  Code ignored;
  socket().close(ignored);
  secure_.reset();
}

}  // namespace fingerpost::remote
