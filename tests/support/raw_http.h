// A byte-exact HTTP client for tests: sends what it is told, takes what comes.

#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace fingerpost::test {

struct RawResponse {
  int status = 0;
  std::string head;
  std::string body;

  // The value of a header line; "" when it is not there.
  std::string field(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class RawHttp {
 public:
  explicit RawHttp(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  RawHttp(const RawHttp&) = delete;
  RawHttp& operator=(const RawHttp&) = delete;
  ~RawHttp() { ::close(socket_); }

  // As much as the peer takes: it may close before the end.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // False at the end of the connection, and after ten seconds of silence.
  bool receive() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 10000) <= 0) return false;
    char bytes[65536];
    const auto size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    in_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  // The next response; status 0 when the connection ended instead. To a HEAD there is no body.
  RawResponse response(bool to_head = false) {
    RawResponse response;
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return response;
    response.head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    response.status = std::stoi(response.head.substr(9, 3));
    const auto length = response.field("Content-Length");
    const std::size_t size = to_head || length.empty() ? 0 : std::stoul(length);
    while (in_.size() < size && receive()) {
    }
    response.body = in_.substr(0, size);
    in_.erase(0, size);
    return response;
  }

  // Every response until the connection ends.
  std::vector<RawResponse> all() {
    std::vector<RawResponse> responses;
    for (auto next = response(); next.status != 0; next = response()) responses.push_back(next);
    return responses;
  }
  bool ended() const { return ended_; }

 private:
  int socket_;
  std::string in_;
  bool ended_ = false;
};

}  // namespace fingerpost::test
