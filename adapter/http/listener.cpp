#include "http/listener.h"

#include "http/lane.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace fingerpost::http {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds accept_again(100);  // after a failure: out of descriptors, say
constexpr std::chrono::milliseconds look_again(10);
constexpr std::string_view full =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    "Content-Length: 0\r\n\r\n";

}  // namespace

using Lanes = std::vector<std::shared_ptr<Lane>>;

static Lanes make_lanes(const ListenerOptions& options, Clock& clock,
                        const std::shared_ptr<Totals>& totals) {
  const auto cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  Lanes lanes(options.threads == 0 ? cores : options.threads);
  for (auto& lane : lanes)
    lane = std::make_shared<Lane>(options.limits, clock, totals, options.most_waiting_ms);
  return lanes;
}

class Listener::Server {
 public:
  Server(const ListenerOptions& options, Clock& clock)
      : options_(options), lanes_(make_lanes(options, clock, totals_)) {}

  Result<void> start(const MakeHandler& make_handler) {
    error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    if (error) return Error{Kind::invalid, "the address to listen on is not numeric", ""};
    const Tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return Error{Kind::fault,
                   "cannot listen on " + options_.address + ":" + std::to_string(options_.port) +
                       ": " + error.message(),
                   ""};
    port_ = acceptor_.local_endpoint().port();
    accept();
    for (const auto& lane : lanes_) lane->start(make_handler);
    running_ = true;
    return {};
  }

  void stop() {
    if (!std::exchange(running_, false)) return;
    lanes_[0]->post([this] { close_acceptor(); });
    for (const auto& lane : lanes_) lane->post([lane] { lane->drain(); });
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(options_.drain_seconds);
    while (totals_->connections > 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(look_again);
    for (const auto& lane : lanes_) lane->post([lane] { lane->finish(); });
    for (const auto& lane : lanes_) lane->join();
  }

  std::uint16_t port() const { return port_; }
  const Totals& totals() const { return *totals_; }

  void replace_tls(std::shared_ptr<const tls::Context> tls) {
    const std::lock_guard lock(mutex_);
    if (options_.tls_context && tls) options_.tls_context = std::move(tls);
  }

 private:
  std::shared_ptr<const tls::Context> tls_now() {
    const std::lock_guard lock(mutex_);
    return options_.tls_context;
  }

  void accept() {
    const auto lane = lanes_[next_++ % lanes_.size()];
    acceptor_.async_accept(lane->io().get_executor(),
                           [this, lane](error_code error, Socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (error) {
                               timer_.expires_after(accept_again);
                               timer_.async_wait([this](const error_code& stopped) {
                                 if (!stopped && acceptor_.is_open()) accept();
                               });
                               return;
                             }
                             place(lane, std::move(socket));
                             accept();
                           });
  }

  void place(const std::shared_ptr<Lane>& lane, Socket socket) {
    if (totals_->connections >= options_.limits.connections) {
      totals_->turned_away.add();
      error_code ignored;
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(full), ignored);
      return;
    }
    totals_->connections.fetch_add(1, std::memory_order_relaxed);
    if (lane->here()) return lane->adopt(std::move(socket), tls_now());
    asio::post(lane->io(), [lane, mine = std::move(socket), with = tls_now()]() mutable {
      lane->adopt(std::move(mine), std::move(with));
    });
  }

  void close_acceptor() {
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
  }

  std::mutex mutex_;  // of options_.tls_context
  ListenerOptions options_;
  std::shared_ptr<Totals> totals_ = std::make_shared<Totals>();
  Lanes lanes_;
  using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;
  Acceptor acceptor_{lanes_[0]->io()};
  asio::steady_timer timer_{lanes_[0]->io()};
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  bool running_ = false;
};

Result<std::unique_ptr<Listener>> Listener::open(const ListenerOptions& options, Clock& clock,
                                                 const MakeHandler& make_handler) {
  auto server = std::make_unique<Server>(options, clock);
  if (auto started = server->start(make_handler); !started) return std::move(started).error();
  return std::unique_ptr<Listener>(new Listener(std::move(server)));
}

Listener::Listener(std::unique_ptr<Server> server) : server_(std::move(server)) {}
Listener::~Listener() {
  stop();
}

std::uint16_t Listener::port() const {
  return server_->port();
}
std::size_t Listener::connections() const {
  return server_->totals().connections;
}
std::size_t Listener::requests() const {
  return server_->totals().requests;
}
Refusals Listener::refusals() const {
  const auto& totals = server_->totals();
  return {totals.malformed.value(), totals.overloaded.value(), totals.turned_away.value()};
}
void Listener::replace_tls(std::shared_ptr<const tls::Context> tls) {
  server_->replace_tls(std::move(tls));
}
void Listener::stop() {
  server_->stop();
}

}  // namespace fingerpost::http
