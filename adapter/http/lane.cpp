#include "http/lane.h"

#include "http/connection.h"
#include "http/date.h"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace fingerpost::http {
namespace {

constexpr std::chrono::milliseconds tick_every(200);
// A round of a thread that nobody waits for: a client alone waits for the machine, not for others.
constexpr std::int64_t quick_us = 5000;
constexpr int few = 4;
constexpr std::int64_t busy_ms = 1000;  // for so long after the last sign of it

}  // namespace

Lane::Lane(const Limits& limits, Clock& clock, std::shared_ptr<Totals> totals, int most_waiting_ms)
    : limits_(limits),
      clock_(clock),
      totals_(std::move(totals)),
      work_(io_.get_executor()),
      timer_(io_),
      overload_(most_waiting_ms) {
  read_clocks();
}

void Lane::start(const MakeHandler& make_handler) {
  const std::weak_ptr<Lane> weak = weak_from_this();
  handler_ = make_handler([weak](std::function<void()> work) {
    if (const auto lane = weak.lock()) lane->post(std::move(work));
  });
  tick();
  thread_ = std::thread([this] { io_.run(); });
}

void Lane::post(std::function<void()> work) {
  if (!finished_) asio::post(io_, std::move(work));
}

void Lane::join() {
  thread_.join();
  handler_ = nullptr;
  io_.restart();
  io_.poll();  // what was posted meanwhile holds connections, and they hold this lane
}

void Lane::adopt(Socket socket, std::shared_ptr<const tls::Context> tls) {
  const auto connection =
      std::make_shared<Connection>(shared_from_this(), std::move(socket), std::move(tls));
  connections_.insert(connection);
  if (draining_) return connection->close();
  connection->start();
}

void Lane::forget(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  totals_->connections.fetch_sub(1, std::memory_order_relaxed);
}

void Lane::drain() {
  draining_ = true;
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->drain();
}

void Lane::finish() {
  draining_ = true;
  finished_ = true;
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->close();
  timer_.cancel();
  work_.reset();
}

// What is posted comes after all that had come before.
void Lane::measure() {
  if (std::exchange(measuring_, true)) return;
  asio::post(io_, [this, since = clock_.monotonic_us()] {
    measuring_ = false;
    round_us_ = clock_.monotonic_us() - since;
    round_requests_ = std::exchange(requests_, 0);
  });
}

// While there is an overload the thread is busy, however quick a round of refusals was.
bool Lane::is_busy(std::int64_t now_ms) {
  const bool slow = round_us_ > quick_us && round_requests_ > few;
  if (slow || !line_.empty() || overload_.lasts(now_ms)) busy_until_ms_ = now_ms + busy_ms;
  return now_ms < busy_until_ms_;
}

// A busy thread reads all that came before it serves the next: so it knows how many wait, and what
// would wait too long is told so when it comes. The kernel is only asked then, too.
bool Lane::take(const std::shared_ptr<Connection>& connection, int socket) {
  if (overload_.most_waiting_ms() == 0) {
    connection->serve();
    return true;
  }
  ++requests_;
  measure();
  const auto now_ms = clock_.monotonic_us() / 1000;
  const bool busy = is_busy(now_ms);
  const auto before = static_cast<std::int64_t>(line_.size()) * service_us_ / 1000;
  if (!overload_.admits(busy ? waiting_ms(socket) + before : 0, now_ms)) return false;
  if (!busy) {
    connection->serve();
    return true;
  }
  line_.push_back({connection, now_ms});
  if (line_.size() == 1) asio::post(io_, [this] { serve_next(); });
  return true;
}

// It stays in the line meanwhile: what comes while it is served stands behind it.
void Lane::serve_next() {
  const auto since = clock_.monotonic_us();
  const auto now_ms = since / 1000;
  const auto& [connection, since_ms] = line_.front();
  // Those that came before it was known to be an overload.
  const bool late = overload_.lasts(now_ms) && now_ms - since_ms > 2 * overload_.most_waiting_ms();
  late ? connection->refuse_late() : connection->serve();
  line_.pop_front();
  if (late) return serve_others();
  const auto took = clock_.monotonic_us() - since;
  service_us_ = service_us_ == 0 ? took : (7 * service_us_ + took) / 8;
  serve_others();
}

void Lane::serve_others() {
  if (!line_.empty()) asio::post(io_, [this] { serve_next(); });
}

void Lane::read_clocks() {
  now_ms_ = clock_.monotonic_us() / 1000;
  date_ = http_date(clock_.now_us());
}

// One timer for all connections: a deadline is only a number to a connection.
void Lane::tick() {
  read_clocks();
  std::vector<std::shared_ptr<Connection>> due;
  for (const auto& connection : connections_)
    if (connection->overdue()) due.push_back(connection);
  for (const auto& connection : due) connection->tick();
  timer_.expires_after(tick_every);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !finished_) tick();
  });
}

}  // namespace fingerpost::http
