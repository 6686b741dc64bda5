// A client over TLS for tests: what it shows and takes is its caller's choice, sound or not.

#pragma once

#include "support/certificates.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace fingerpost::test {

struct TlsWanted {
  const Certificate* certificate = nullptr;  // that is shown
  int least = TLS1_2_VERSION, most = TLS1_3_VERSION;
  std::string ciphers = {};  // of TLS 1.2
};

class TlsClient {
 public:
  TlsClient(std::uint16_t port, const TlsWanted& wanted)
      : socket_(connected(port)), context_(SSL_CTX_new(TLS_client_method())) {
    const timeval ten{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
    SSL_CTX_set_security_level(context_, 0);  // what is weak is to be refused by the other side
    SSL_CTX_set_min_proto_version(context_, wanted.least);
    SSL_CTX_set_max_proto_version(context_, wanted.most);
    if (!wanted.ciphers.empty()) SSL_CTX_set_cipher_list(context_, wanted.ciphers.c_str());
    if (wanted.certificate != nullptr) show(*wanted.certificate);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(socket_);
    ERR_clear_error();
  }

  bool shake_hands() { return SSL_connect(ssl_) == 1; }
  int version() const { return SSL_version(ssl_); }
  std::string cipher() const { return SSL_get_cipher_name(ssl_); }
  bool resumable() const {
    const auto* const session = SSL_get0_session(ssl_);
    return session != nullptr && SSL_SESSION_is_resumable(session) == 1;
  }
  bool renegotiate() { return SSL_renegotiate(ssl_) == 1 && SSL_do_handshake(ssl_) == 1; }
  SSL* ssl() { return ssl_; }
  int socket() const { return socket_; }

  // False when the other side has gone.
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  // Some bytes; "" when the other side has gone.
  std::string bytes() {
    char piece[16384];
    const int got = SSL_read(ssl_, piece, sizeof piece);
    return got <= 0 ? "" : std::string(piece, static_cast<std::size_t>(got));
  }
  // A response with a Content-Length, whole; what came when the connection ended before that.
  std::string response() {
    for (;;) {
      const auto end = in_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::string length = "Content-Length: ";
        const auto at = in_.find(length);
        const auto size = at < end ? std::stoul(in_.substr(at + length.size())) : 0;
        if (in_.size() >= end + 4 + size) {
          auto one = in_.substr(0, end + 4 + size);
          in_.erase(0, one.size());
          return one;
        }
      }
      char bytes[16384];
      const int got = SSL_read(ssl_, bytes, sizeof bytes);
      if (got <= 0) return std::exchange(in_, {});
      in_.append(bytes, static_cast<std::size_t>(got));
    }
  }

 private:
  // Throws when nobody listens.
  static int connected(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
      return socket;
    ::close(socket);
    throw std::runtime_error("cannot connect");
  }

  void show(const Certificate& certificate) {
    const auto reader = [](const std::string& text) {
      return std::unique_ptr<BIO, decltype(&BIO_free)>(
          BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
    };
    const auto from = reader(certificate.pem);
    const std::unique_ptr<X509, decltype(&X509_free)> own(
        PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr), X509_free);
    const auto key_from = reader(certificate.key);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(key_from.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    SSL_CTX_use_certificate(context_, own.get());
    SSL_CTX_use_PrivateKey(context_, key.get());
  }

  int socket_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  std::string in_;
};

}  // namespace fingerpost::test
