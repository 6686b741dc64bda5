// A sender's connection, which is made again whenever it breaks, as every good sender's is.

#pragma once

#include "support/peer.h"

namespace fingerpost::test {

// A connected socket, or -1. Its reads end after ten seconds.
inline int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

class Line {
 public:
  Line(std::uint16_t port, Cut cut) : port_(port), cut_(std::move(cut)) {}
  ~Line() { drop(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // The answer, or nothing: then the message goes again as it is.
  std::optional<std::string> ask(const std::string& bytes) {
    if (socket_ < 0) socket_ = connect_to(port_);
    if (socket_ < 0) return std::nullopt;
    if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      return drop();
    for (;;) {
      if (auto answer = cut_(read_)) return answer;
      char buffer[16384];
      const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
      if (size <= 0) return drop();
      read_.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  std::nullopt_t drop() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    read_.clear();
    return std::nullopt;
  }
  std::uint16_t port_;
  Cut cut_;
  int socket_ = -1;
  std::string read_;
};

}  // namespace fingerpost::test
