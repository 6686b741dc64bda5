// A peer for tests behind TLS, on a loopback port of its own: answers each message as the test
// says. One thread.

#pragma once

#include "support/own_certificate.h"
#include "support/peer.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace fingerpost::test {

class TlsPeer {
 public:
  // With `clients`, only who shows that very certificate is let in; with `old_ciphers`, TLS 1.2 and
  // these are all there is.
  TlsPeer(const OwnCertificate& own, Respond respond, const OwnCertificate* clients = nullptr,
          Cut cut = cut_mllp, const char* old_ciphers = nullptr)
      : cut_(std::move(cut)),
        respond_(std::move(respond)),
        acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    ssl_.use_certificate_chain_file(own.cert_file());
    ssl_.use_private_key_file(own.key_file(), boost::asio::ssl::context::pem);
    if (clients != nullptr) {
      ssl_.load_verify_file(clients->cert_file());
      ssl_.set_verify_mode(boost::asio::ssl::verify_peer |
                           boost::asio::ssl::verify_fail_if_no_peer_cert);
    }
    if (old_ciphers != nullptr) {
      SSL_CTX_set_max_proto_version(ssl_.native_handle(), TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(ssl_.native_handle(), old_ciphers);
    }
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;
  ~TlsPeer() {
    context_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int messages() const { return messages_; }

 private:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
  using Code = boost::system::error_code;
  struct Session {
    Session(boost::asio::io_context& context, boost::asio::ssl::context& ssl)
        : stream(context, ssl) {}
    Stream stream;
    std::string bytes, out;
    char buffer[4096];
  };

  void accept() {
    auto session = std::make_shared<Session>(context_, ssl_);
    acceptor_.async_accept(session->stream.next_layer(), [this, session](Code code) {
      if (code) return;
      session->stream.async_handshake(boost::asio::ssl::stream_base::server,
                                      [this, session](Code shaking) {
                                        if (!shaking) read(session);
                                      });
      accept();
    });
  }
  void read(const std::shared_ptr<Session>& session) {
    session->stream.async_read_some(
        boost::asio::buffer(session->buffer), [this, session](Code code, std::size_t size) {
          if (code) return;
          session->bytes.append(session->buffer, size);
          const auto request = cut_(session->bytes);
          if (!request) return read(session);
          ++messages_;
          session->out = respond_(*request).bytes.value_or("");
          boost::asio::async_write(session->stream, boost::asio::buffer(session->out),
                                   [this, session](Code writing, std::size_t) {
                                     if (!writing) read(session);
                                   });
        });
  }

  Cut cut_;
  Respond respond_;
  boost::asio::io_context context_{1};
  boost::asio::ssl::context ssl_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> messages_{0};
  std::thread thread_;
};

}  // namespace fingerpost::test
