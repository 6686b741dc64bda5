#include "tls/session.h"

#include "tls/peer_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace fingerpost::tls {
namespace {

int descriptor_of(BIO* bio) {
  return *static_cast<const int*>(BIO_get_data(bio));
}

bool later() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(descriptor_of(bio), bytes, size, MSG_NOSIGNAL);
  if (sent < 0 && later()) BIO_set_retry_write(bio);
  if (sent <= 0) return 0;
  *written = static_cast<std::size_t>(sent);
  return 1;
}

int read_socket(BIO* bio, char* to, std::size_t room, std::size_t* read) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(descriptor_of(bio), to, room, 0);
  if (got < 0 && later()) BIO_set_retry_read(bio);
  if (got <= 0) return 0;
  *read = static_cast<std::size_t>(got);
  return 1;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int created(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and a peer that has gone would end us.
const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_write_ex(made, write_socket);
    BIO_meth_set_read_ex(made, read_socket);
    BIO_meth_set_ctrl(made, control);
    BIO_meth_set_create(made, created);
    return made;
  }();
  return method;
}

}  // namespace

Session::Session(std::shared_ptr<const Context> context, int descriptor)
    : context_(std::move(context)), ssl_(SSL_new(context_->get())), descriptor_(descriptor) {
  auto* const bio = BIO_new(socket_method());
  if (ssl_ == nullptr || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &descriptor_);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

Session::~Session() {
  SSL_free(ssl_);
}

Did Session::done(int result) const {
  if (result > 0) return Did::done;
  const int error = SSL_get_error(ssl_, result);
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) return Did::wants_read;
  if (error == SSL_ERROR_WANT_WRITE) return Did::wants_write;
  return error == SSL_ERROR_ZERO_RETURN ? Did::ended : Did::failed;
}

Did Session::shake_hands() {
  return done(SSL_do_handshake(ssl_));
}

Did Session::read(char* to, std::size_t room, std::size_t& got) {
  got = 0;
  return done(SSL_read_ex(ssl_, to, room, &got));
}

Did Session::write(std::string_view bytes, std::size_t& sent) {
  sent = 0;
  return done(SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent));
}

bool Session::has_bytes() const {
  return SSL_has_pending(ssl_) == 1;
}

void Session::say_goodbye() {
  if (SSL_is_init_finished(ssl_) != 1) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string Session::peer_key() const {
  return tls::peer_key(ssl_);
}

}  // namespace fingerpost::tls
