#include "command/service_manager.h"

#include "support/catch.h"
#include "support/folder.h"
#include "support/ports.h"
#include "support/program.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace fingerpost;
using command::ServiceManager;

namespace {

// The service manager's side.
class Ear {
 public:
  explicit Ear(const std::string& name) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, name.data(), name.size());
    if (name.front() == '@') at.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0;
  }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  ~Ear() { ::close(socket_); }

  bool bound() const { return bound_; }
  // The next message, or "" when none comes in time.
  std::string hear(int patience_ms) const {
    pollfd one{socket_, POLLIN, 0};
    if (::poll(&one, 1, patience_ms) <= 0) return "";
    std::array<char, 512> bytes;
    const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
  }

 private:
  int socket_ = -1;
  bool bound_ = false;
};

constexpr int long_ms = 60'000;

}  // namespace

TEST_CASE("a service manager is told by its socket, a path or an abstract name") {
  const test::Folder folder;
  const bool abstract = GENERATE(false, true);
  const auto name =
      abstract ? "@fingerpost-test-" + std::to_string(::getpid()) : (folder / "notify").string();
  CAPTURE(name);
  const Ear ear(name);
  REQUIRE(ear.bound());
  ServiceManager(name).tell("READY=1");
  CHECK(ear.hear(long_ms) == "READY=1");
}

TEST_CASE("a service manager that is not there is not waited for") {
  const test::Folder folder;
  const int which = GENERATE(0, 1, 2, 3);
  const std::string names[] = {"", (folder / "nothing").string(), "relative",
                               "/" + std::string(200, 'x')};
  const auto& name = names[which];
  CAPTURE(name);
  CHECK_NOTHROW(ServiceManager(name).tell("READY=1"));
}

TEST_CASE("the watchdog is fed twice as often as it must be") {
  CHECK(ServiceManager("/run/x", 30'000'000).watchdog_us() == 15'000'000);
  CHECK_FALSE(ServiceManager("/run/x", 0).watchdog_us());
  CHECK_FALSE(ServiceManager("", 30'000'000).watchdog_us());
}

TEST_CASE("a gateway says that it is ready, that it lives, and that it stops") {
  const test::Folder folder;
  const auto name = (folder / "notify").string();
  const Ear ear(name);
  REQUIRE(ear.bound());
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "200000", 1);
  test::Program gateway({"serve", "--data", (folder / "data").string(), "--http",
                         "127.0.0.1:" + std::to_string(test::free_port())},
                        folder / "out", folder / "log");
  ::unsetenv("NOTIFY_SOCKET");
  ::unsetenv("WATCHDOG_USEC");
  CHECK(ear.hear(long_ms) == "READY=1");
  CHECK(ear.hear(long_ms) == "WATCHDOG=1");
  CHECK(ear.hear(long_ms) == "WATCHDOG=1");
  gateway.signal(SIGTERM);
  std::string said = "WATCHDOG=1";
  while (said == "WATCHDOG=1") said = ear.hear(long_ms);
  CHECK(said == "STOPPING=1");
  CHECK(gateway.wait(std::chrono::seconds(60)) == 0);
}
