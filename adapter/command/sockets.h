// Blocking TCP for the testers' tools, each wait bounded by a deadline.

#pragma once

#include "command/address.h"
#include "fingerpost/result.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::command {

// No deadline: waits for ever.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;
Deadline in_seconds(int seconds);  // 0: no deadline

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Kind::busy when the deadline passed, Kind::fault for everything else, `where` = the address.
Result<Socket> connect_to(const Address& address, Deadline deadline);
Result<Socket> listen_at(const Address& address);
Result<Address> local_address(const Socket& socket);
// Which of them can be read; at least one.
Result<std::vector<bool>> wait_readable(std::span<const Socket* const> sockets, Deadline deadline);
Result<Socket> accept_one(const Socket& listener, Deadline deadline);
Result<void> send_all(const Socket& socket, std::string_view bytes, Deadline deadline);
// Some bytes; empty when the peer has closed.
Result<std::string> receive_some(const Socket& socket, Deadline deadline);

}  // namespace fingerpost::command
