// What a service manager that started the program is told: sd_notify(3), by its socket.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::command {

class ServiceManager {
 public:
  // `socket` is NOTIFY_SOCKET's value, a path or "@" and an abstract name; "": nobody is told.
  // `watchdog_us` is WATCHDOG_USEC's: 0 for none.
  explicit ServiceManager(std::string socket, std::int64_t watchdog_us = 0);
  // As the environment says; WATCHDOG_PID may name another process.
  static ServiceManager of_environment();

  // One message, lines of KEY=VALUE. Nobody waits for it, and that it is lost is no error.
  void tell(std::string_view message) const;
  // How often it wants to hear WATCHDOG=1, twice as often as it must; none: never.
  std::optional<std::int64_t> watchdog_us() const;

 private:
  std::string socket_;
  std::int64_t watchdog_us_;
};

}  // namespace fingerpost::command
