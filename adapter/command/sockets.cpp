#include "command/sockets.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fingerpost::command {
namespace {

using Clock = std::chrono::steady_clock;

Error failed(std::string_view what, int error, std::string where = {}) {
  return {Kind::fault, std::string(what) + ": " + std::generic_category().message(error),
          std::move(where)};
}

// Until one of them has an event it waits for.
Result<void> wait(std::span<pollfd> sockets, Deadline deadline) {
  for (;;) {
    int left_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
      left_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }
    const int ready = poll(sockets.data(), sockets.size(), left_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("waiting failed", errno);
    if (deadline && Clock::now() >= *deadline) return Error{Kind::busy, "nothing came in time", ""};
  }
}

Result<void> wait(const Socket& socket, short events, Deadline deadline) {
  pollfd one{socket.descriptor(), events, 0};
  return wait({&one, 1}, deadline);
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> look_up(const Address& address, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.c_str(), port.c_str(), &wanted, &found);
  if (error != 0) return Error{Kind::fault, gai_strerror(error), to_text(address)};
  return Addresses(found);
}

Socket open_for(const addrinfo& address) {
  return Socket(socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                       address.ai_protocol));
}

}  // namespace

Deadline in_seconds(int seconds) {
  if (seconds == 0) return std::nullopt;
  return Clock::now() + std::chrono::seconds(seconds);
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Socket> connect_to(const Address& address, Deadline deadline) {
  LET(const auto found, look_up(address, 0));
  Error last{Kind::fault, "cannot connect", to_text(address)};
  for (const auto* at = found.get(); at != nullptr; at = at->ai_next) {
    Socket peer = open_for(*at);
    if (connect(peer.descriptor(), at->ai_addr, at->ai_addrlen) != 0 && errno != EINPROGRESS) {
      last = failed("cannot connect", errno, to_text(address));
      continue;
    }
    if (const auto ready = wait(peer, POLLOUT, deadline); !ready) return ready.error();
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(peer.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return peer;
    last = failed("cannot connect", error, to_text(address));
  }
  return last;
}

Result<Socket> listen_at(const Address& address) {
  LET(const auto found, look_up(address, AI_PASSIVE));
  Socket listener = open_for(*found);
  const int yes = 1;
  setsockopt(listener.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener.descriptor(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(listener.descriptor(), 64) != 0)
    return failed("cannot listen", errno, to_text(address));
  return listener;
}

Result<Address> local_address(const Socket& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const name = reinterpret_cast<sockaddr*>(&storage);
  if (getsockname(socket.descriptor(), name, &size) != 0) return failed("no address", errno);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const int error = getnameinfo(name, size, host.data(), host.size(), port.data(), port.size(),
                                NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) return Error{Kind::fault, gai_strerror(error), ""};
  return Address{host.data(), static_cast<std::uint16_t>(std::stoi(port.data()))};
}

Result<std::vector<bool>> wait_readable(std::span<const Socket* const> sockets, Deadline deadline) {
  std::vector<pollfd> polled;
  for (const auto* socket : sockets) polled.push_back({socket->descriptor(), POLLIN, 0});
  const auto ready = wait(polled, deadline);
  if (!ready) return ready.error();
  std::vector<bool> readable;
  for (const auto& one : polled) readable.push_back(one.revents != 0);
  return readable;
}

Result<Socket> accept_one(const Socket& listener, Deadline deadline) {
  for (;;) {
    if (const auto ready = wait(listener, POLLIN, deadline); !ready) return ready.error();
    const int peer = accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (peer >= 0) return Socket(peer);
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
      return failed("cannot accept a connection", errno);
  }
}

Result<void> send_all(const Socket& socket, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (const auto ready = wait(socket, POLLOUT, deadline); !ready) return ready.error();
    const auto sent = send(socket.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return failed("cannot send", errno);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> receive_some(const Socket& socket, Deadline deadline) {
  std::array<char, 16 << 10> piece;
  for (;;) {
    if (const auto ready = wait(socket, POLLIN, deadline); !ready) return ready.error();
    const auto got = recv(socket.descriptor(), piece.data(), piece.size(), 0);
    if (got >= 0) return std::string(piece.data(), static_cast<std::size_t>(got));
    if (errno != EAGAIN && errno != EINTR) return failed("cannot receive", errno);
  }
}

}  // namespace fingerpost::command
