// HOST:PORT as people write it.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::command {

struct Address {
  std::string host;        // a name, or an IP address without brackets
  std::uint16_t port = 0;  // 0: any free port

  friend bool operator==(const Address&, const Address&) = default;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:0", "clinic.example:2575".
Result<Address> read_address(std::string_view text);

// The way back: brackets around an IPv6 address.
std::string to_text(const Address& address);

// Reachable from this machine alone: 127.0.0.0/8, ::1 or "localhost".
bool is_loopback(const Address& address);

}  // namespace fingerpost::command
