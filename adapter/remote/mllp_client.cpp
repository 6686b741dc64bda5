#include "remote/mllp_client.h"

#include "wire/mllp.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

namespace fingerpost::remote {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;

// A code of tables 0008 and 0357. Reasons are shown and logged: what else a peer may have put in
// its place, somebody's name even, is not repeated.
std::string code_or_mark(const std::string& code) {
  constexpr std::size_t longest = 3;
  const bool known_form =
      code.size() <= longest && std::all_of(code.begin(), code.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
      });
  return known_form ? code : "?";
}
using Code = boost::system::error_code;

struct Job {
  MllpRequest request;
  std::function<void(Answer)> done;
};

}  // namespace

// The road to one peer. Everything runs on the client's one thread.
class Line : public std::enable_shared_from_this<Line> {
 public:
  Line(net::io_context& context, const MllpClientOptions& options, const MllpRequest& to,
       std::atomic<std::uint64_t>& strays)
      : options_(options),
        host_(to.host),
        port_(to.port),
        strays_(strays),
        resolver_(context),
        link_(context, to.tls, to.host),
        timer_(context),
        reader_(options.limits) {}

  void add(Job job) {
    waiting_.push_back(std::move(job));
    if (!current_) next();
  }

  void stop() {
    resolver_.cancel();
    close();
    if (current_)
      finish_current(accepted_ ? Outcome::delivered
                     : sent_   ? Outcome::unknown
                               : Outcome::later,
                     "stopped while sending");
    for (auto& job : waiting_) job.done({Outcome::later, "stopped before sending", 0, 0, ""});
    waiting_.clear();
  }

 private:
  void next();
  void connect();
  void connected(Code code);
  void shaken(Code code);
  void write();
  void wrote(Code code);
  void read();
  void took(Code code, std::size_t size);
  void ended();
  void take_frame(const std::string& frame);
  void peer_gone();
  void close();
  void fail(Outcome outcome, std::string reason);
  void finish_current(Outcome outcome, std::string reason, std::string reply = "");
  void wait(std::int64_t milliseconds, Outcome outcome, const char* reason);
  void wait_no_more();

  const MllpClientOptions& options_;
  std::string host_;
  std::uint16_t port_;
  std::atomic<std::uint64_t>& strays_;
  tcp::resolver resolver_;
  Link link_;
  net::steady_timer timer_;
  wire::MllpReader reader_;
  std::array<char, 8192> buffer_{};
  std::deque<Job> waiting_;
  std::optional<Job> current_;
  std::string out_;
  bool open_ = false;
  bool sent_ = false;          // bytes of the current job may have left
  bool accepted_ = false;      // the peer has said that it has the current job safe
  std::uint64_t jobs_ = 0;     // counts jobs begun
  std::uint64_t waits_ = 0;    // counts timers set and ended
  std::uint64_t session_ = 0;  // counts connections: what belongs to an older one is ignored
};

void Line::next() {
  if (waiting_.empty()) {
    if (open_) wait(options_.idle_ms, Outcome::later, "");
    return;
  }
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  ++jobs_;
  sent_ = accepted_ = false;
  open_ ? write() : connect();
}

void Line::connect() {
  wait(options_.connect_ms, Outcome::later, "no connection in time");
  if (const auto renewed = link_.renew(); !renewed)
    return fail(Outcome::later, renewed.error().text);
  auto self = shared_from_this();
  const auto session = ++session_;
  resolver_.async_resolve(host_, std::to_string(port_), [self, session](Code code, auto found) {
    if (session != self->session_) return;
    if (code) return self->fail(Outcome::later, "the host name is not known");
    self->link_.connect(found, [self, session](Code connecting) {
      if (session == self->session_) self->connected(connecting);
    });
  });
}

void Line::connected(Code code) {
  if (code) return fail(Outcome::later, "no connection");
  Code ignored;
  link_.socket().set_option(tcp::no_delay(true), ignored);
  link_.shake([self = shared_from_this(), session = session_](Code shaking) {
    if (session == self->session_) self->shaken(shaking);
  });
}

void Line::shaken(Code code) {
  if (code) return fail(Outcome::later, "the peer is not whom TLS was to prove");
  open_ = true;
  reader_ = wire::MllpReader(options_.limits);
  read();
  write();
}

void Line::write() {
  out_.clear();
  wire::write_mllp(current_->request.message, out_);
  sent_ = true;
  wait(options_.answer_ms, Outcome::unknown, "no answer in time");
  const auto session = session_;
  link_.write(net::buffer(out_), [self = shared_from_this(), session](Code code, std::size_t) {
    if (session == self->session_) self->wrote(code);
  });
}

void Line::wrote(Code code) {
  if (code) return peer_gone();
  if (!current_ || current_->request.answered) return;
  finish_current(Outcome::delivered, "sent");
  next();
}

void Line::read() {
  const auto session = session_;
  link_.read_some(net::buffer(buffer_),
                  [self = shared_from_this(), session](Code code, std::size_t size) {
                    if (session == self->session_) self->took(code, size);
                  });
}

void Line::took(Code code, std::size_t size) {
  if (code) return ended();
  const auto session = session_;
  reader_.feed({buffer_.data(), size});
  while (auto event = reader_.next()) {
    if (event->kind == wire::MllpEvent::Kind::frame) take_frame(event->bytes);
    if (session != session_) return;
  }
  if (reader_.broken())
    return fail(accepted_ ? Outcome::delivered : Outcome::unknown, "the answer is too large");
  if (reader_.ending())
    if (auto event = reader_.finish(); event && event->kind == wire::MllpEvent::Kind::frame)
      take_frame(event->bytes);
  if (session == session_) read();
}

// The peer closed; its last frame may lack its end.
void Line::ended() {
  const auto event = reader_.finish();
  close();
  const auto job = jobs_;
  if (event && event->kind == wire::MllpEvent::Kind::frame) take_frame(event->bytes);
  if (job == jobs_) peer_gone();
}

void Line::take_frame(const std::string& frame) {
  const auto acknowledgement = read_acknowledgement(frame);
  if (!current_ || !acknowledgement ||
      acknowledgement->control_id != current_->request.control_id) {
    ++strays_;
    return;
  }
  if (current_->request.both_answers && acknowledgement->code == "CA") {
    accepted_ = true;
    return wait(options_.answer_ms, Outcome::delivered, "CA, and no more in time");
  }
  auto reason = code_or_mark(acknowledgement->code);
  if (!acknowledgement->error_code.empty())
    reason += " " + code_or_mark(acknowledgement->error_code);
  finish_current(classify_acknowledgement(*acknowledgement), std::move(reason),
                 acknowledgement->more ? frame : "");
  next();
}

void Line::peer_gone() {
  if (current_ && accepted_) return fail(Outcome::delivered, "CA");
  if (current_) return fail(Outcome::unknown, "the peer closed the connection");
  close();
}

void Line::close() {
  ++session_;
  open_ = false;
  wait_no_more();
  link_.close();
}

void Line::fail(Outcome outcome, std::string reason) {
  close();
  if (current_) finish_current(outcome, std::move(reason));
  next();
}

void Line::finish_current(Outcome outcome, std::string reason, std::string reply) {
  wait_no_more();
  auto job = std::move(*current_);
  current_.reset();
  if (!job.request.keep_open && open_) close();
  job.done({outcome, std::move(reason), 0, 0, std::move(reply)});
}

// What has expired and is queued cannot be cancelled any more: it is told by its number.
void Line::wait(std::int64_t milliseconds, Outcome outcome, const char* reason) {
  const auto number = ++waits_;
  timer_.expires_after(std::chrono::milliseconds(milliseconds));
  timer_.async_wait([self = shared_from_this(), number, outcome, reason](Code code) {
    if (code || number != self->waits_) return;
    self->resolver_.cancel();
    self->fail(outcome, reason);
  });
}

void Line::wait_no_more() {
  ++waits_;
  timer_.cancel();
}

struct MllpClient::Parts {
  MllpClientOptions options;
  net::io_context context{1};
  net::executor_work_guard<net::io_context::executor_type> work{context.get_executor()};
  using Place = std::tuple<std::string, std::uint16_t, std::optional<TlsOptions>>;
  std::map<Place, std::shared_ptr<Line>> lines;
  std::atomic<std::uint64_t> strays{0};
  bool stopped = false;  // the thread's own
  std::thread thread;
};

MllpClient::MllpClient(MllpClientOptions options) : parts_(std::make_unique<Parts>()) {
  auto* parts = parts_.get();
  parts->options = std::move(options);
  parts->thread = std::thread([parts] { parts->context.run(); });
}

MllpClient::~MllpClient() {
  auto* parts = parts_.get();
  net::post(parts->context, [parts] {
    parts->stopped = true;
    for (auto& [place, line] : parts->lines) line->stop();
    parts->work.reset();
  });
  parts->thread.join();
}

void MllpClient::send(MllpRequest request, std::function<void(Answer)> done) {
  auto* parts = parts_.get();
  Job job{std::move(request), std::move(done)};
  net::post(parts->context, [parts, moved = std::make_shared<Job>(std::move(job))]() mutable {
    if (parts->stopped) return moved->done({Outcome::later, "stopped before sending", 0, 0, ""});
    const auto& to = moved->request;
    auto& line = parts->lines[{to.host, to.port, to.tls}];
    if (!line) line = std::make_shared<Line>(parts->context, parts->options, to, parts->strays);
    line->add(std::move(*moved));
  });
}

std::uint64_t MllpClient::strays() const {
  return parts_->strays;
}

}  // namespace fingerpost::remote
