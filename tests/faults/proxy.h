// A bad line between two ends of TCP, on loopback: each connection through it meets a trouble of
// its own, drawn from the seed.

#pragma once

#include "faults/line.h"

#include <array>
#include <random>

namespace fingerpost::test {

class Proxy {
 public:
  enum class Trouble {
    none,           // ends after a while, as lines do
    slow,           // hands on one byte at a time, for a while
    cut_request,    // ends in the middle of what is asked
    swallow_reply,  // what is asked arrives, the answer never
    cut_reply,      // ends in the middle of the answer
    half_close,     // the asker says no more once the answer begins
    silence,        // taken, and nothing is handed on
  };
  static constexpr std::size_t troubles = 7;

  Proxy(std::uint16_t to, unsigned seed) : to_(to), random_(seed) {
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
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy() {
    stop_ = true;
    acceptor_.join();
    for (auto& thread : connections_) thread.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  // No more trouble, for what comes from now on.
  void heal() { healed_ = true; }
  // How many connections met a trouble.
  int met(Trouble trouble) const { return met_[static_cast<std::size_t>(trouble)]; }

 private:
  static constexpr int silence_ms = 1'000;
  struct Way {
    Trouble trouble;
    std::size_t after;  // so many bytes
  };

  // Half of all connections have no trouble.
  Way draw() {
    const auto after = 1 + random_() % 3000;
    if (healed_) return {Trouble::none, ~std::size_t{0}};
    if (random_() % 2 == 0) return {Trouble::none, 20 * after};
    return {static_cast<Trouble>(1 + random_() % (troubles - 1)), after};
  }
  void accept() {
    while (!stop_) {
      if (!readable(listener_)) continue;
      const int from = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (from < 0) continue;
      const auto way = draw();
      ++met_[static_cast<std::size_t>(way.trouble)];
      connections_.emplace_back([this, from, way] { carry(from, way); });
    }
  }
  static bool readable(int socket) {
    pollfd wait{socket, POLLIN, 0};
    return ::poll(&wait, 1, 20) > 0;
  }
  // Ends at once, without a farewell.
  static void reset(int socket) {
    const linger hard{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(socket);
  }
  void carry(int from, Way way) {
    if (way.trouble == Trouble::silence) {
      for (int waited = 0; waited < silence_ms && !stop_; waited += 20) ::usleep(20'000);
      return reset(from);
    }
    const int to = connect_to(to_);
    if (to >= 0) hand_on(from, to, way);
    reset(from);
    if (to >= 0) reset(to);
  }
  // Both ways until an end closes or the trouble comes.
  void hand_on(int from, int to, Way way) {
    std::array<pollfd, 2> ends{pollfd{from, POLLIN, 0}, pollfd{to, POLLIN, 0}};
    std::array<std::size_t, 2> handed{0, 0};
    while (!stop_) {
      if (::poll(ends.data(), ends.size(), 20) <= 0) continue;
      for (std::size_t side = 0; side < 2; ++side)
        if (ends[side].revents != 0 && !pass(ends, side, way, handed)) return;
    }
  }
  static bool pass(const std::array<pollfd, 2>& ends, std::size_t side, const Way& way,
                   std::array<std::size_t, 2>& handed) {
    char bytes[16384];
    const auto got = ::recv(ends[side].fd, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    auto size = static_cast<std::size_t>(got);
    const bool reply = side == 1;
    if (reply && way.trouble == Trouble::swallow_reply) return false;
    if (reply && way.trouble == Trouble::half_close && handed[side] == 0)
      ::shutdown(ends[side].fd, SHUT_WR);
    const auto cut = reply ? Trouble::cut_reply : Trouble::cut_request;
    const bool ends_here =
        (way.trouble == cut || way.trouble == Trouble::none) && handed[side] + size >= way.after;
    if (ends_here) size = way.after > handed[side] ? way.after - handed[side] : 0;
    handed[side] += size;
    const bool slow = way.trouble == Trouble::slow && handed[side] < way.after;
    return send(ends[1 - side].fd, bytes, size, slow) && !ends_here;
  }
  static bool send(int to, const char* bytes, std::size_t size, bool slow) {
    for (std::size_t i = 0; slow && i < size; ++i, ::usleep(200))
      if (::send(to, bytes + i, 1, MSG_NOSIGNAL) != 1) return false;
    return slow || size == 0 || ::send(to, bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  }

  std::uint16_t to_ = 0, port_ = 0;
  int listener_ = -1;
  std::mt19937 random_;
  std::array<std::atomic<int>, troubles> met_{};
  std::atomic<bool> stop_{false}, healed_{false};
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

}  // namespace fingerpost::test
