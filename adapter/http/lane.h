// One thread of the HTTP server: its io_context, its connections, its handler. Internal to http/.

#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "fingerpost/limits.h"
#include "http/message.h"
#include "http/overload.h"
#include "tls/context.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

namespace fingerpost::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
// The concrete executor, not any_io_executor: it saves an indirect call on every operation.
using Socket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;

class Connection;

// What all lanes count together.
struct Totals {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> body_bytes{0};  // of bodies being received
  std::atomic<std::size_t> requests{0};    // taken and not yet answered
  Counter malformed;                       // requests refused for their own bytes, before a handler
  Counter overloaded;                      // requests told to come again
  Counter turned_away;                     // connections over the limit of them
};

// Kept alive by its connections and by late answers, so it may outlive its listener, stopped.
// All but post() on its own thread.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  // `most_waiting_ms`: see Overload.
  Lane(const Limits& limits, Clock& clock, std::shared_ptr<Totals> totals, int most_waiting_ms);

  void start(const MakeHandler& make_handler);  // the thread runs until finish()
  void post(std::function<void()> work);        // any thread; dropped once finished

  void adopt(Socket socket, std::shared_ptr<const tls::Context> tls);  // null: plain
  void forget(const std::shared_ptr<Connection>& connection);
  void drain();   // connections close as soon as they owe nothing
  void finish();  // connections close now; the thread ends
  void join();    // from outside; lets go of the handler too

  asio::io_context& io() { return io_; }
  const Limits& limits() const { return limits_; }
  Totals& totals() { return *totals_; }
  const Handler& handler() const { return handler_; }
  bool draining() const { return draining_; }
  // A request that came over this socket: the connection is to serve it, at once or when its turn
  // comes; false: it waited too long for this thread, or would.
  bool take(const std::shared_ptr<Connection>& connection, int socket);
  bool here() { return io_.get_executor().running_in_this_thread(); }
  // Of the last tick: coarse, and no system call.
  std::int64_t now_ms() const { return now_ms_; }
  const std::string& date() const { return date_; }

 private:
  void tick();
  void read_clocks();
  void measure();
  bool is_busy(std::int64_t now_ms);
  void serve_next();
  void serve_others();

  Limits limits_;
  Clock& clock_;
  std::shared_ptr<Totals> totals_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  Handler handler_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::thread thread_;
  std::int64_t now_ms_ = 0;
  std::string date_;
  Overload overload_;
  // How long the thread took for all that had come, and for how many requests, when that was last
  // measured; and how many there are since.
  std::int64_t round_us_ = 0;
  int round_requests_ = 0;
  int requests_ = 0;
  bool measuring_ = false;
  std::int64_t busy_until_ms_ = 0;
  struct Waiting {
    std::shared_ptr<Connection> connection;
    std::int64_t since_ms = 0;
  };
  std::deque<Waiting> line_;     // of a busy thread: those that wait for their turn
  std::int64_t service_us_ = 0;  // what one of them takes, about
  bool draining_ = false;
  std::atomic<bool> finished_{false};
};

}  // namespace fingerpost::http
