#include "exchange/mllp_listener.h"

#include "tls/session.h"
#include "wire/mllp.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using Code = boost::system::error_code;

// One thread and what runs on it.
struct Loop {
  net::io_context context{1};
  net::executor_work_guard<net::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

}  // namespace

struct MllpListener::Parts {
  MllpListenerOptions options;
  Intake& intake;
  std::vector<std::shared_ptr<Loop>> loops;
  std::unique_ptr<tcp::acceptor> acceptor;  // on the first loop
  std::unique_ptr<net::steady_timer> pause;
  std::uint16_t port = 0;
  std::size_t turn = 0;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::set<std::shared_ptr<MllpConnection>> connections;  // guarded by mutex
  std::shared_ptr<const tls::Context> tls_context;        // the same

  Parts(MllpListenerOptions o, Intake& i)
      : options(std::move(o)), intake(i), tls_context(std::move(options.tls_context)) {}
  void accept();
  void forget(const std::shared_ptr<MllpConnection>& connection);
};

// A peer. Everything runs on its loop's thread. It holds its loop, so that a late completion has a
// place to be posted to.
class MllpConnection : public std::enable_shared_from_this<MllpConnection> {
 public:
  MllpConnection(std::shared_ptr<Loop> loop, tcp::socket socket, MllpListener::Parts& listener,
                 std::shared_ptr<const tls::Context> tls);
  void start();
  void stop() {
    stopping_ = true;
    if (!shaken_ || (!busy_ && !writing_)) close();
  }
  Loop& loop() { return *loop_; }

 private:
  void pump();
  void shake_hands();
  void shake_on(Code code) { code ? close() : shake_hands(); }
  void read_encrypted();
  void read_on(Code code);
  void write_on(Code code);
  // Calls on when the socket is ready, or with the error that it had instead.
  template <class Then>
  bool waits(tls::Did did, Then then);
  void wrote(Code code);
  void take(wire::MllpEvent event);
  void read();
  void took(Code code, std::size_t size);
  enum class Timed { none, handshake, idle, frame, ending, answer };
  void limit(Timed what, std::chrono::milliseconds time);
  void untimed();
  void reply(const std::string& message);
  void write();
  void done();
  void close();
  std::shared_ptr<Caller> caller();

  std::shared_ptr<Loop> loop_;
  tcp::socket socket_;
  std::unique_ptr<tls::Session> tls_;  // null: plain
  net::steady_timer timer_;
  MllpListener::Parts& listener_;
  wire::MllpReader reader_;
  std::array<char, 16384> buffer_{};
  std::string out_;        // being written
  std::string_view left_;  // of it, over TLS
  std::string pending_;    // to be written after it
  bool shaken_ = false;    // hands
  bool busy_ = false;      // a message is with the intake
  bool writing_ = false;
  bool ended_ = false;  // the peer sends no more
  bool stopping_ = false;
  bool closed_ = false;
  Timed timed_ = Timed::none;
  std::uint64_t turn_ = 0;  // tells a timer that was set from the one that runs now
};

MllpConnection::MllpConnection(std::shared_ptr<Loop> loop, tcp::socket socket,
                               MllpListener::Parts& listener,
                               std::shared_ptr<const tls::Context> tls)
    : loop_(std::move(loop)),
      socket_(std::move(socket)),
      timer_(loop_->context),
      listener_(listener),
      reader_(listener.options.limits) {
  if (!tls) return;
  Code ignored;
  socket_.non_blocking(true, ignored);
  tls_ = std::make_unique<tls::Session>(std::move(tls), socket_.native_handle());
}

void MllpConnection::start() {
  shaken_ = tls_ == nullptr;
  if (shaken_) return pump();
  limit(Timed::handshake, std::chrono::seconds(listener_.options.handshake_seconds));
  shake_hands();
}

template <class Then>
bool MllpConnection::waits(tls::Did did, Then then) {
  if (did != tls::Did::wants_read && did != tls::Did::wants_write) return false;
  const auto what = did == tls::Did::wants_read ? tcp::socket::wait_read : tcp::socket::wait_write;
  socket_.async_wait(what, [self = shared_from_this(), then](Code code) { (*self.*then)(code); });
  return true;
}

void MllpConnection::shake_hands() {
  if (closed_) return;
  const auto did = tls_->shake_hands();
  if (waits(did, &MllpConnection::shake_on)) return;
  shaken_ = did == tls::Did::done;
  if (!shaken_) return close();
  untimed();
  pump();
}

void MllpConnection::pump() {
  if (closed_ || !shaken_ || busy_ || writing_) return;
  if (stopping_) return close();
  if (auto event = reader_.next()) return take(std::move(*event));
  if (reader_.broken()) return close();
  if (!ended_) return read();
  if (auto event = reader_.finish()) return take(std::move(*event));
  close();
}

void MllpConnection::take(wire::MllpEvent event) {
  busy_ = true;
  untimed();
  if (event.kind == wire::MllpEvent::Kind::frame)
    listener_.intake.take_message(std::move(event.bytes), caller());
  else
    listener_.intake.take_malformed(std::move(event.bytes), event.text, caller());
}

void MllpConnection::read() {
  if (reader_.ending())
    limit(Timed::ending, std::chrono::milliseconds(listener_.options.ending_ms));
  else if (reader_.inside())
    limit(Timed::frame, std::chrono::seconds(listener_.options.frame_seconds));
  else
    limit(Timed::idle, std::chrono::seconds(listener_.options.limits.v2_idle_seconds));
  if (tls_) return read_encrypted();
  socket_.async_read_some(
      net::buffer(buffer_),
      [self = shared_from_this()](Code code, std::size_t size) { self->took(code, size); });
}

void MllpConnection::read_encrypted() {
  if (!tls_->has_bytes()) {
    waits(tls::Did::wants_read, &MllpConnection::read_on);
    return;
  }
  net::post(loop_->context, [self = shared_from_this()] { self->read_on({}); });
}

// By the loop: a frame that lies here whole is no deeper a stack for it.
void MllpConnection::read_on(Code code) {
  if (closed_) return;
  if (code) return took(code, 0);
  std::size_t got = 0;
  const auto did = tls_->read(buffer_.data(), buffer_.size(), got);
  if (waits(did, &MllpConnection::read_on)) return;
  took(did == tls::Did::done ? Code() : Code(net::error::eof), got);
}

void MllpConnection::took(Code code, std::size_t size) {
  if (closed_) return;
  if (!code) {
    reader_.feed({buffer_.data(), size});
    return pump();
  }
  const bool late_ending = code == net::error::operation_aborted && timed_ == Timed::ending;
  if (!late_ending) ended_ = true;
  if (auto event = reader_.finish()) return take(std::move(*event));
  pump();
}

// The time of one frame counts from its first byte: a running timer of the same kind goes on. What
// it cuts short ends as aborted.
void MllpConnection::limit(Timed what, std::chrono::milliseconds time) {
  if (timed_ == what) return;
  timed_ = what;
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this(), turn = ++turn_](Code code) {
    Code ignored;
    if (!code && turn == self->turn_) self->socket_.cancel(ignored);
  });
}

void MllpConnection::untimed() {
  timed_ = Timed::none;
  ++turn_;
  timer_.cancel();
}

std::shared_ptr<Caller> MllpConnection::caller() {
  auto self = shared_from_this();
  auto made = std::make_shared<Caller>();
  made->post = [self](std::function<void()> work) {
    net::post(self->loop_->context, std::move(work));
  };
  made->after = [self](int milliseconds, std::function<void()> work) {
    auto timer = std::make_shared<net::steady_timer>(self->loop_->context,
                                                     std::chrono::milliseconds(milliseconds));
    timer->async_wait([timer, work = std::move(work)](Code) { work(); });
  };
  made->reply = [self](const std::string& message) { self->reply(message); };
  made->done = [self] { self->done(); };
  made->close = [self] {
    self->busy_ = false;
    self->close();
  };
  return made;
}

void MllpConnection::reply(const std::string& message) {
  if (closed_) return;
  wire::write_mllp(message, pending_);
  if (!writing_) write();
}

void MllpConnection::write() {
  writing_ = true;
  out_.swap(pending_);
  limit(Timed::answer, std::chrono::seconds(listener_.options.limits.v2_answer_seconds));
  if (tls_) {
    left_ = out_;
    return write_on({});
  }
  net::async_write(socket_, net::buffer(out_),
                   [self = shared_from_this()](Code code, std::size_t) { self->wrote(code); });
}

void MllpConnection::write_on(Code code) {
  while (!code && !closed_ && !left_.empty()) {
    std::size_t sent = 0;
    const auto did = tls_->write(left_, sent);
    if (waits(did, &MllpConnection::write_on)) return;
    if (did != tls::Did::done) code = net::error::broken_pipe;
    left_.remove_prefix(sent);
  }
  net::post(loop_->context, [self = shared_from_this(), code] { self->wrote(code); });
}

void MllpConnection::wrote(Code code) {
  writing_ = false;
  untimed();
  out_.clear();
  if (code) return close();
  if (!pending_.empty()) return write();
  pump();
}

void MllpConnection::done() {
  busy_ = false;
  pump();
}

void MllpConnection::close() {
  if (closed_) return;
  closed_ = true;
  untimed();
  Code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  listener_.forget(shared_from_this());
}

void MllpListener::Parts::accept() {
  auto& loop = loops[turn++ % loops.size()];
  acceptor->async_accept(loop->context, [this, loop](Code code, tcp::socket socket) {
    if (stopping) return;
    if (code) {  // no file descriptor left, say: wait for one rather than spin
      pause->expires_after(std::chrono::milliseconds(100));
      return pause->async_wait([this](Code) {
        if (!stopping) accept();
      });
    }
    Code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (options.send_buffer != 0)
      socket.set_option(net::socket_base::send_buffer_size(options.send_buffer), ignored);
    std::shared_ptr<const tls::Context> with;
    {
      const std::lock_guard lock(mutex);
      with = tls_context;
    }
    auto connection = std::make_shared<MllpConnection>(loop, std::move(socket), *this, with);
    bool room = false;
    {
      const std::lock_guard lock(mutex);
      room = connections.size() < options.limits.connections;
      if (room) connections.insert(connection);
    }
    if (room) net::post(loop->context, [connection] { connection->start(); });
    accept();
  });
}

void MllpListener::Parts::forget(const std::shared_ptr<MllpConnection>& connection) {
  const std::lock_guard lock(mutex);
  connections.erase(connection);
}

Result<std::unique_ptr<MllpListener>> MllpListener::open(MllpListenerOptions options,
                                                         Intake& intake) {
  auto parts = std::make_shared<Parts>(std::move(options), intake);
  for (int i = 0; i < parts->options.threads; ++i) parts->loops.push_back(std::make_shared<Loop>());
  auto& context = parts->loops.front()->context;
  parts->acceptor = std::make_unique<tcp::acceptor>(context);
  parts->pause = std::make_unique<net::steady_timer>(context);
  Code code;
  const auto address = net::ip::make_address(parts->options.host, code);
  const tcp::endpoint at(address, parts->options.port);
  if (!code) parts->acceptor->open(at.protocol(), code);
  if (!code) parts->acceptor->set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) parts->acceptor->bind(at, code);
  if (!code) parts->acceptor->listen(net::socket_base::max_listen_connections, code);
  if (code) return Error{Kind::fault, "cannot listen for MLLP: " + code.message(), "mllp"};
  parts->port = parts->acceptor->local_endpoint(code).port();
  parts->accept();
  for (auto& loop : parts->loops)
    loop->thread = std::thread([context_of = loop.get()] { context_of->context.run(); });
  return std::unique_ptr<MllpListener>(new MllpListener(std::move(parts)));
}

MllpListener::MllpListener(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

MllpListener::~MllpListener() {
  stop();
}

std::uint16_t MllpListener::port() const {
  return parts_->port;
}

std::size_t MllpListener::connections() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->connections.size();
}

void MllpListener::replace_tls(std::shared_ptr<const tls::Context> tls) {
  std::set<std::shared_ptr<MllpConnection>> open;
  {
    const std::lock_guard lock(parts_->mutex);
    if (!parts_->tls_context || !tls) return;
    parts_->tls_context = std::move(tls);
    open = parts_->connections;
  }
  for (const auto& connection : open)
    net::post(connection->loop().context, [connection] { connection->stop(); });
}

void MllpListener::stop() {
  auto& parts = *parts_;
  if (parts.stopping.exchange(true)) return;
  net::post(parts.loops.front()->context, [&parts] {
    Code ignored;
    parts.acceptor->close(ignored);
    parts.pause->cancel();
  });
  std::set<std::shared_ptr<MllpConnection>> open;
  {
    const std::lock_guard lock(parts.mutex);
    open = parts.connections;
  }
  for (const auto& connection : open)
    net::post(connection->loop().context, [connection] { connection->stop(); });
  open.clear();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(parts.options.drain_seconds);
  while (connections() != 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const bool drained = connections() == 0;
  for (auto& loop : parts.loops) {
    loop->work.reset();
    if (!drained) loop->context.stop();
    loop->thread.join();
  }
  const std::lock_guard lock(parts.mutex);
  parts.connections.clear();
}

}  // namespace fingerpost::exchange
