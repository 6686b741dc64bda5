// A TCP connection to a peer, under TLS or not, that can be closed and made again.

#pragma once

#include "fingerpost/result.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::remote {

// Whom a peer must prove to be. The certificate's chain and name are checked against ca_file, or
// where that is empty and there are pins, against these alone: a peer's own certificate is common
// where there is no authority.
struct TlsOptions {
  std::string ca_file;              // "": the system's authorities, or the pins
  std::string cert_file, key_file;  // what we show; "": nothing
  std::vector<std::string> pins;    // "sha256/BASE64" of the public key; empty: any

  auto operator<=>(const TlsOptions&) const = default;
};

// Everything on the context's one thread. TLS is 1.2 at least.
class Link {
 public:
  using Code = boost::system::error_code;

  Link(boost::asio::io_context& context, std::optional<TlsOptions> tls, std::string host)
      : context_(context), tls_(std::move(tls)), host_(std::move(host)), plain_(context) {}

  // A new, unconnected socket in place of the one that was. Kind::invalid: the files of TLS cannot
  // be used.
  Result<void> renew();
  boost::asio::ip::tcp::socket& socket() { return secure_ ? secure_->next_layer() : plain_; }
  // To the first of the endpoints that answers.
  template <class Endpoints, class Done>
  void connect(const Endpoints& endpoints, Done done) {
    boost::asio::async_connect(
        socket(), endpoints,
        [kept = secure_, done = std::move(done)](Code code, const auto&) { done(code); });
  }
  // After the connection: who the peer is. At once when there is no TLS.
  void shake(std::function<void(Code)> done);

  template <class Done>
  void read_some(boost::asio::mutable_buffer into, Done done) {
    if (secure_) return secure_->async_read_some(into, keeping(std::move(done)));
    plain_.async_read_some(into, std::move(done));
  }
  template <class Done>
  void write(boost::asio::const_buffer bytes, Done done) {
    if (secure_) return boost::asio::async_write(*secure_, bytes, keeping(std::move(done)));
    boost::asio::async_write(plain_, bytes, std::move(done));
  }
  // What is under way ends with an error. There is no farewell: MLLP has frames of its own.
  void close();

 private:
  using Secure = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

  // What is under way on a stream that was replaced still uses it.
  template <class Done>
  auto keeping(Done done) {
    return [kept = secure_, done = std::move(done)](Code code, std::size_t size) mutable {
      done(code, size);
    };
  }
  Result<std::unique_ptr<boost::asio::ssl::context>> make_context() const;
  bool is_pinned() const;

  boost::asio::io_context& context_;
  const std::optional<TlsOptions> tls_;
  const std::string host_;
  boost::asio::ip::tcp::socket plain_;
  std::unique_ptr<boost::asio::ssl::context> how_;
  std::shared_ptr<Secure> secure_;
};

}  // namespace fingerpost::remote
