#include "base/clock.h"
#include "http/listener.h"
#include "support/catch.h"
#include "support/raw_http.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <malloc.h>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;
using test::RawHttp;

namespace {

// Goes on with each request that is served, by so much, and else stands still.
class ServiceClock final : public Clock {
 public:
  std::int64_t now_us() override { return now_; }
  std::int64_t monotonic_us() override { return now_; }
  void serve() { now_ += 20'000; }

 private:
  std::atomic<std::int64_t> now_ = 1'577'836'800'000'000;
};

// One thread, which stops at those requests that it is told to.
class Server {
 public:
  explicit Server(std::set<int> stops, const Limits& limits = {}) : stops_(std::move(stops)) {
    http::ListenerOptions options;
    options.threads = 1;
    options.most_waiting_ms = 10;
    options.limits = limits;
    auto opened = http::Listener::open(options, clock_, [this](const http::Post&) {
      return [this](const http::Request&, const http::Respond& respond) { serve(respond); };
    });
    REQUIRE(opened);
    listener_ = std::move(*opened);
  }
  ~Server() {
    go_on();
    listener_.reset();
  }

  std::uint16_t port() const { return listener_->port(); }
  int served() const { return served_; }
  void wait_until_stopped() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_; });
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    stopped_ = false;
    changed_.notify_all();
  }

 private:
  void serve(const http::Respond& respond) {
    const int number = ++served_;
    if (stops_.count(number) != 0) {
      std::unique_lock lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !stopped_; });
    }
    clock_.serve();
    respond({});
  }

  const std::set<int> stops_;
  ServiceClock clock_;
  std::atomic<int> served_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::unique_ptr<http::Listener> listener_;
};

class Clients {
 public:
  Clients(std::uint16_t port, int count) {
    for (int i = 0; i < count; ++i) all_.push_back(std::make_unique<RawHttp>(port));
  }
  void ask(const std::string& request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n") {
    for (auto& one : all_) one->send(request);
  }
  // How many were answered by this status.
  int told(int status) {
    int count = 0;
    for (auto& one : all_)
      if (one->response().status == status) ++count;
    return count;
  }

 private:
  std::vector<std::unique_ptr<RawHttp>> all_;
};

}  // namespace

TEST_CASE("in an overload what would wait too long is refused as it comes, unserved") {
  // The first round shows that the thread is busy; in the second there is a line, in whose midst
  // nothing has come in time for more than half a second.
  constexpr int many = 60;
  Server server({1, many + 2, many + 42});
  Clients first(server.port(), many), second(server.port(), many), late(server.port(), 10);
  Clients stopper(server.port(), 1);  // the last to be accepted
  stopper.ask();
  server.wait_until_stopped();
  first.ask();
  server.go_on();
  REQUIRE(stopper.told(200) == 1);
  REQUIRE(first.told(200) == many);

  stopper.ask();
  server.wait_until_stopped();
  second.ask();
  server.go_on();
  REQUIRE(stopper.told(200) == 1);
  server.wait_until_stopped();
  late.ask();
  server.go_on();
  CHECK(late.told(503) == 10);
  // What stood in the line for as long is refused too.
  const int in_time = second.told(200);
  CHECK(in_time < many);
  CHECK(server.served() == many + 2 + in_time);
}

TEST_CASE("bodies that wait for their turn count among those that may be there together") {
  constexpr int many = 60;
  Limits limits;
  limits.body_bytes_together = 1000;
  Server server({1, many + 2}, limits);
  Clients first(server.port(), many), second(server.port(), 10), stopper(server.port(), 1);
  stopper.ask();
  server.wait_until_stopped();
  first.ask();
  server.go_on();
  REQUIRE(stopper.told(200) == 1);
  REQUIRE(first.told(200) == many);

  stopper.ask();
  server.wait_until_stopped();
  second.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n" + std::string(300, 'x'));
  server.go_on();
  CHECK(stopper.told(200) == 1);
  CHECK(second.told(200) == 3);
}

TEST_CASE("a body that is told 503 is not kept while its connection stays open") {
  constexpr std::size_t body_bytes = std::size_t{4} << 20;
  Limits limits;
  limits.waiting_requests = 0;
  Server server({}, limits);
  Clients clients(server.port(), 8);
  const auto used = [] {
    const auto all = ::mallinfo2();
    return all.uordblks + all.hblkhd;
  };
  const auto request =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body_bytes) + "\r\n\r\n" +
      std::string(body_bytes, 'x');
  const auto before = used();
  clients.ask(request);
  CHECK(clients.told(503) == 8);
  CHECK(used() < before + 2 * body_bytes);
}
