#include "command/service_manager.h"

#include "base/text.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace fingerpost::command {
namespace {

std::string of_name(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

ServiceManager::ServiceManager(std::string socket, std::int64_t watchdog_us)
    : socket_(std::move(socket)), watchdog_us_(watchdog_us) {}

ServiceManager ServiceManager::of_environment() {
  const auto process = of_name("WATCHDOG_PID");
  const bool ours = process.empty() || process == std::to_string(::getpid());
  const auto watchdog = to_integer(of_name("WATCHDOG_USEC"));
  return ServiceManager(of_name("NOTIFY_SOCKET"), ours ? watchdog.value_or(0) : 0);
}

void ServiceManager::tell(std::string_view message) const {
  sockaddr_un to{};
  const bool named = socket_.starts_with('/') || socket_.starts_with('@');
  if (!named || socket_.size() >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') to.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  static_cast<void>(::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), size));
  ::close(socket);
}

std::optional<std::int64_t> ServiceManager::watchdog_us() const {
  if (socket_.empty() || watchdog_us_ <= 0) return std::nullopt;
  return watchdog_us_ / 2;
}

}  // namespace fingerpost::command
