// A peer for tests on a loopback port of its own: takes connections and answers each whole request
// as the test says. One thread for each connection; everything ends with the object.

#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fingerpost::test {

// Cuts one whole request off the front of the bytes, or nothing when more must come.
using Cut = std::function<std::optional<std::string>(std::string& bytes)>;
// What to send back; nothing: no answer. `close` ends the connection after it.
struct Reply {
  std::optional<std::string> bytes;
  bool close = false;
};
using Respond = std::function<Reply(const std::string& request)>;

inline std::optional<std::string> cut_mllp(std::string& bytes) {
  const auto end = bytes.find("\x1c\r");
  if (end == std::string::npos) return std::nullopt;
  const auto start = bytes.find('\x0b');
  auto payload = bytes.substr(start + 1, end - start - 1);
  bytes.erase(0, end + 2);
  return payload;
}

inline std::optional<std::string> cut_http(std::string& bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  std::size_t length = 0;
  const auto at = bytes.find("Content-Length: ");
  if (at != std::string::npos && at < head) length = std::stoul(bytes.substr(at + 16));
  if (bytes.size() < head + 4 + length) return std::nullopt;
  auto request = bytes.substr(0, head + 4 + length);
  bytes.erase(0, request.size());
  return request;
}

inline std::string mllp(std::string_view payload) {
  return "\x0b" + std::string(payload) + "\x1c\r";
}

inline std::string http(int status, std::string_view headers = "", std::string_view body = "{}") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/fhir+json\r\n" +
         std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

class Peer {
 public:
  Peer(Cut cut, Respond respond) : cut_(std::move(cut)), respond_(std::move(respond)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::listen(listener_, 64);
    acceptor_ = std::thread([this] { accept(); });
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    stop_ = true;
    acceptor_.join();
    for (auto& thread : connections_) thread.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(port_) + "/fhir"; }
  int connections() const { return count_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void close_connections() { ++epoch_; }  // soon, from the peer's side

 private:
  bool readable(int socket) const {
    pollfd wait{socket, POLLIN, 0};
    return ::poll(&wait, 1, 20) > 0;
  }
  void accept() {
    while (!stop_) {
      if (!readable(listener_)) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++count_;
      connections_.emplace_back([this, socket] { serve(socket); });
    }
  }
  void serve(int socket) {
    const int epoch = epoch_;
    std::string bytes;
    char buffer[65536];
    for (bool open = true; open && !stop_ && epoch == epoch_;) {
      if (!readable(socket)) continue;
      const auto size = ::recv(socket, buffer, sizeof buffer, 0);
      if (size <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(size));
      while (open) {
        const auto request = cut_(bytes);
        if (!request) break;
        open = answer(socket, *request);
      }
    }
    ::close(socket);
  }
  bool answer(int socket, const std::string& request) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const auto reply = respond_(request);
    if (reply.bytes) ::send(socket, reply.bytes->data(), reply.bytes->size(), MSG_NOSIGNAL);
    return !reply.close;
  }

  Cut cut_;
  Respond respond_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> count_{0};
  std::atomic<int> epoch_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

// Waits until it holds, at most ten seconds; tells whether it did.
inline bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 2'000; ++i) {
    if (holds()) return true;
    ::usleep(5'000);
  }
  return holds();
}

}  // namespace fingerpost::test
