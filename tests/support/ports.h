// Ports for programs that are told where to listen.

#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fingerpost::test {

// A port nobody has on 127.0.0.1. It is below those that the kernel hands out (port 0, outgoing
// connections), and each process begins to look in another place, so that nobody takes it before
// the program that is told of it does.
inline std::uint16_t free_port() {
  constexpr std::uint32_t first = 12'000, count = 20'000;
  static std::uint32_t next = static_cast<std::uint32_t>(getpid()) * 61;
  for (std::uint32_t tries = 0; tries < count; ++tries) {
    const auto port = static_cast<std::uint16_t>(first + next++ % count);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::close(socket);
    if (bound == 0) return port;
  }
  std::abort();
}

}  // namespace fingerpost::test
