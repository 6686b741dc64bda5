#include "http/connection.h"

#include "model/primitives.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace fingerpost::http {
namespace {

using boost::system::error_code;

constexpr std::size_t small_buffer = 4096;
constexpr std::size_t body_step = 64u << 10;
constexpr std::size_t linger_bytes = 4u << 20;
constexpr std::size_t record_bytes = 16u << 10;  // of TLS, at most
constexpr int linger_seconds = 2;
constexpr int steps_at_once = 256;  // then the lane's other connections have their turn
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

// The names a client gives its request come back when they are UUIDs; of others the handler
// decides.
void mirror_ids(const Head& head, Response& response) {
  for (const std::string_view id : {"X-Request-Id", "X-Correlation-Id"}) {
    const auto text = head.field(id);
    if (!model::matches(model::Primitive::uuid, std::string("urn:uuid:").append(text))) continue;
    if (response.fields.find(std::string(id) + ": ") != std::string::npos) continue;
    response.fields += id;
    response.fields += ": ";
    response.fields += text;
    response.fields += "\r\n";
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<Lane> lane, Socket socket,
                       std::shared_ptr<const tls::Context> tls)
    : lane_(std::move(lane)), socket_(std::move(socket)) {
  if (tls) tls_ = std::make_unique<tls::Session>(std::move(tls), socket_.native_handle());
}

void Connection::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
  in_.resize(small_buffer);
  if (tls_) state_ = State::handshake;
  set_deadline(tls_ ? lane_->limits().header_seconds : lane_->limits().idle_seconds);
  advance();
}

bool Connection::overdue() const {
  return deadline_ms_ != 0 && lane_->now_ms() >= deadline_ms_;
}

void Connection::tick() {
  const auto& limits = lane_->limits();
  const auto enough =
      limits.body_bytes_per_second * static_cast<std::size_t>(limits.header_seconds);
  switch (state_) {
    case State::body:
    case State::writing:
      if (window_bytes_ >= enough) return open_window();
      if (state_ == State::writing) return close();
      refuse({408, "the body came slower than body_bytes_per_second asks"});
      return advance();
    case State::head:
      refuse({408, "the headers took longer than header_seconds allows"});
      return advance();
    default:
      close();
  }
}

void Connection::drain() {
  close_after_ = true;
  if (state_ == State::idle) close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (tls_ && state_ == State::idle) tls_->say_goodbye();
  state_ = State::closed;
  deadline_ms_ = 0;
  error_code ignored;
  socket_.close(ignored);
  uncount();
  lane_->forget(shared_from_this());
}

void Connection::set_deadline(int seconds) {
  deadline_ms_ = lane_->now_ms() + std::int64_t{1000} * seconds;
}

void Connection::open_window() {
  window_bytes_ = 0;
  set_deadline(lane_->limits().header_seconds);
}

void Connection::advance() {
  if (advancing_) return;
  advancing_ = true;
  int steps = 0;
  while (state_ != State::closed && step() == Step::again) {
    if (++steps < steps_at_once) continue;
    lane_->post([self = shared_from_this()] { self->advance(); });
    break;
  }
  advancing_ = false;
}

Connection::Step Connection::step() {
  switch (state_) {
    case State::handshake:
      return shake_hands();
    case State::idle:
      if (!bytes().empty()) {
        state_ = State::head;
        set_deadline(lane_->limits().header_seconds);
        return Step::again;
      }
      begin_ = end_ = 0;
      read();
      return Step::wait;
    case State::head:
      return take_head();
    case State::body:
      return head_.framing == Framing::chunked ? take_chunks() : take_body();
    case State::writing:
      return push();
    case State::lingering:
      read();
      return Step::wait;
    default:
      return Step::wait;
  }
}

Connection::Step Connection::take_head() {
  const auto& limits = lane_->limits();
  const auto found = find_head(bytes(), scan_);
  if (found == Found::broken) {
    refuse({400, "a line of the headers does not end in CR LF"});
    return Step::again;
  }
  const auto size = found == Found::whole ? scan_.looked : bytes().size();
  if (found == Found::more && scan_.line == 0 && size > limits.url_bytes + 64) {
    refuse({414, "the URL is longer than the limit url_bytes", limits.url_bytes});
    return Step::again;
  }
  if (size > limits.header_bytes) {
    refuse({431, "the headers are longer than the limit header_bytes", limits.header_bytes});
    return Step::again;
  }
  if (found == Found::more) {
    make_room();
    read();
    return Step::wait;
  }
  // The head is viewed until it is answered, so room for chunks is made before it is read.
  head_end_ = begin_ + size;
  if (in_.size() < head_end_ + small_buffer) in_.resize(head_end_ + small_buffer);
  if (const auto refusal = parse_head(bytes().substr(0, size), limits, head_)) {
    refuse(*refusal);
    return Step::again;
  }
  begin_ = head_end_;
  return begin_body();
}

// Moves what has not been read to the front, or lets the buffer grow: up to header_bytes.
void Connection::make_room() {
  if (end_ < in_.size()) return;
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else {
    in_.resize(in_.size() * 2);
  }
}

Connection::Step Connection::begin_body() {
  const auto& limits = lane_->limits();
  if (head_.framing == Framing::none) return handle();
  if (head_.framing == Framing::length && head_.content_length > limits.body_bytes) {
    refuse({413, "the body is longer than the limit body_bytes", limits.body_bytes});
    return Step::again;
  }
  if (head_.expects_continue && bytes().empty()) {
    if (!send_at_once(go_on)) {
      close();
      return Step::wait;
    }
  }
  state_ = State::body;
  chunked_ = {};
  filled_ = 0;
  open_window();
  return Step::again;
}

Connection::Step Connection::take_body() {
  const auto whole = static_cast<std::size_t>(head_.content_length);
  if (const auto here = std::min(whole - filled_, bytes().size()); here > 0) {
    if (body_.size() < filled_ + here && !grow_body(filled_ + here)) return Step::again;
    std::memcpy(body_.data() + filled_, bytes().data(), here);
    filled_ += here;
    begin_ += here;
  }
  if (filled_ == whole) {
    body_.resize(whole);
    return handle();
  }
  // The announced length is only a promise: memory follows the bytes that really come.
  if (filled_ == body_.size() && !grow_body(std::min(whole, std::max(body_step, filled_ * 2))))
    return Step::again;
  read();
  return Step::wait;
}

Connection::Step Connection::take_chunks() {
  std::size_t taken = 0;
  const auto before = body_.size();
  const auto state = chunked_.take(bytes(), lane_->limits().body_bytes, body_, taken);
  begin_ += taken;
  switch (state) {
    case ChunkedBody::State::done:
      return handle();
    case ChunkedBody::State::broken:
      refuse({400, "the chunked body is not well formed, or has trailers"});
      return Step::again;
    case ChunkedBody::State::too_large:
      refuse({413, "the body is longer than the limit body_bytes", lane_->limits().body_bytes});
      return Step::again;
    case ChunkedBody::State::more:
      break;
  }
  if (!count_body(body_.size() - before)) return Step::again;
  begin_ = end_ = head_end_;
  read();
  return Step::wait;
}

bool Connection::grow_body(std::size_t size) {
  if (!count_body(size - body_.size())) return false;
  body_.resize(size);
  return true;
}

bool Connection::count_body(std::size_t size) {
  auto& together = lane_->totals().body_bytes;
  body_counted_ += size;
  if (together.fetch_add(size, std::memory_order_relaxed) + size <=
      lane_->limits().body_bytes_together)
    return true;
  refuse({503, "more bytes of bodies are being received than the limit body_bytes_together",
          lane_->limits().body_bytes_together});
  return false;
}

Connection::Step Connection::handle() {
  state_ = State::answering;
  deadline_ms_ = 0;
  ++request_;
  if (!admit()) {
    throttle("more requests wait than the limit waiting_requests of " +
             std::to_string(lane_->limits().waiting_requests));
  } else if (!lane_->take(shared_from_this(), socket_.native_handle())) {
    refuse_late();
  }
  return Step::again;
}

void Connection::refuse_late() {
  throttle("the server is overloaded: requests wait longer than the limit most_waiting_ms");
}

void Connection::throttle(const std::string& why) {
  lane_->totals().overloaded.add();
  std::string().swap(body_);  // nobody takes it, and the connection may stay for long
  auto response = outcome(503, "throttled", why);
  response.fields += "Retry-After: 1\r\n";
  answered(request_, std::move(response));
}

void Connection::serve() {
  if (state_ != State::answering) return;
  uncount_body();
  const auto respond = [self = shared_from_this(), number = request_](Response response) {
    if (self->lane_->here()) return self->answered(number, std::move(response));
    self->lane_->post([self, number, late = std::move(response)]() mutable {
      self->answered(number, std::move(late));
    });
  };
  try {
    lane_->handler()(Request{head_, head_.path, std::move(body_), peer_key_}, respond);
  } catch (const std::exception&) {
    // The text of an exception may hold patient data: it goes nowhere.
    answered(request_, outcome(500, "exception", "the request met a fault of the server"));
  }
}

void Connection::answered(std::uint64_t request, Response response) {
  if (state_ != State::answering || request != request_) return;
  uncount();
  mirror_ids(head_, response);
  write(std::move(response));
  advance();
}

bool Connection::admit() {
  counted_ = true;
  return lane_->totals().requests.fetch_add(1, std::memory_order_relaxed) <
         lane_->limits().waiting_requests;
}

void Connection::uncount_body() {
  lane_->totals().body_bytes.fetch_sub(std::exchange(body_counted_, 0), std::memory_order_relaxed);
}

void Connection::uncount() {
  uncount_body();
  if (std::exchange(counted_, false))
    lane_->totals().requests.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::refuse(const Refusal& refusal) {
  (refusal.status == 503 ? lane_->totals().overloaded : lane_->totals().malformed).add();
  std::string text(refusal.text);
  if (refusal.limit > 0) text += " of " + std::to_string(refusal.limit);
  auto response = outcome(refusal.status, refusal.status == 503 ? "throttled" : "invalid", text);
  if (refusal.status == 503) response.fields += "Retry-After: 5\r\n";
  response.close = true;
  write(std::move(response));
}

void Connection::write(Response response) {
  out_ = std::move(response);
  close_after_ = close_after_ || out_.close || !head_.keep_alive || lane_->draining();
  out_head_.clear();
  append_head(out_head_, out_, lane_->date(), !close_after_);
  const bool bodiless = head_.method == Method::head || out_.status == 204 || out_.status == 304;
  const auto body = bodiless ? std::string_view() : out_.content();
  const bool one_record = tls_ && out_head_.size() + body.size() <= record_bytes;
  if (one_record) out_head_ += body;
  left_ = {out_head_, one_record ? std::string_view() : body};
  state_ = State::writing;
  open_window();
}

Connection::Step Connection::push() {
  if (tls_) return push_encrypted();
  while (!left_[0].empty() || !left_[1].empty()) {
    const std::array buffers = {asio::buffer(left_[0]), asio::buffer(left_[1])};
    error_code error;
    auto sent = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) {
      socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& failed) {
        failed ? self->close() : self->advance();
      });
      return Step::wait;
    }
    if (error) {
      close();
      return Step::wait;
    }
    window_bytes_ += sent;
    for (auto& part : left_) {
      const auto size = std::min(sent, part.size());
      part.remove_prefix(size);
      sent -= size;
    }
  }
  return after_write();
}

Connection::Step Connection::push_encrypted() {
  for (auto& part : left_) {
    while (!part.empty()) {
      std::size_t sent = 0;
      const auto did = tls_->write(part, sent);
      if (did == tls::Did::wants_read) return wait_for(Socket::wait_read);
      if (did == tls::Did::wants_write) return wait_for(Socket::wait_write);
      if (did != tls::Did::done) {
        close();
        return Step::wait;
      }
      window_bytes_ += sent;
      part.remove_prefix(sent);
    }
  }
  return after_write();
}

// Its deadline is absolute: no client takes longer over it by sending a byte now and then.
Connection::Step Connection::shake_hands() {
  switch (tls_->shake_hands()) {
    case tls::Did::done:
      break;
    case tls::Did::wants_read:
      return wait_for(Socket::wait_read);
    case tls::Did::wants_write:
      return wait_for(Socket::wait_write);
    default:
      close();
      return Step::wait;
  }
  peer_key_ = tls_->peer_key();
  state_ = State::idle;
  set_deadline(lane_->limits().idle_seconds);
  return Step::again;
}

Connection::Step Connection::wait_for(Socket::wait_type what) {
  socket_.async_wait(what, [self = shared_from_this()](const error_code& failed) {
    failed ? self->close() : self->advance();
  });
  return Step::wait;
}

bool Connection::send_at_once(std::string_view text) {
  std::size_t sent = 0;
  if (tls_) return tls_->write(text, sent) == tls::Did::done && sent == text.size();
  error_code error;
  return socket_.write_some(asio::buffer(text), error) == text.size();
}

Connection::Step Connection::after_write() {
  out_ = {};
  if (close_after_) {
    linger();
    return Step::again;
  }
  state_ = State::idle;
  scan_ = {};
  head_.method = Method::get;
  body_.clear();
  // A head and the room behind it stay: to give them back would be work for every request.
  if (bytes().empty() && in_.size() > 2 * small_buffer) {
    in_.resize(small_buffer);
    in_.shrink_to_fit();
  }
  set_deadline(lane_->limits().idle_seconds);
  return Step::again;
}

// Closing while the client's bytes are still unread would reset the connection and could take the
// response away from the client, so a little more is read and forgotten (RFC 9112 9.6).
void Connection::linger() {
  error_code ignored;
  if (tls_) tls_->say_goodbye();
  socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  state_ = State::lingering;
  window_bytes_ = 0;
  set_deadline(linger_seconds);
}

asio::mutable_buffer Connection::space() {
  if (state_ == State::lingering) return asio::buffer(in_.data(), in_.size());
  if (state_ == State::body && head_.framing == Framing::length)
    return asio::buffer(body_.data() + filled_, body_.size() - filled_);
  return asio::buffer(in_.data() + end_, in_.size() - end_);
}

void Connection::read() {
  if (reading_) return;
  reading_ = true;
  // What comes while lingering is forgotten: it need not be understood.
  if (tls_ && state_ != State::lingering) {
    if (tls_->has_bytes()) return lane_->post([self = shared_from_this()] { self->read_encrypted(); });
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code& failed) {
      failed ? self->close() : self->read_encrypted();
    });
    return;
  }
  socket_.async_read_some(space(), [self = shared_from_this(), into = state_](
                                       const error_code& error, std::size_t size) {
    self->arrived(error, size, into);
  });
}

// On the loop, not out of a step.
void Connection::read_encrypted() {
  if (state_ == State::closed) return;
  const auto room = space();
  std::size_t got = 0;
  const auto did = tls_->read(static_cast<char*>(room.data()), room.size(), got);
  if (did == tls::Did::done) return arrived({}, got, state_);
  if (did == tls::Did::wants_read || did == tls::Did::wants_write) {
    const auto what = did == tls::Did::wants_read ? Socket::wait_read : Socket::wait_write;
    socket_.async_wait(what, [self = shared_from_this()](const error_code& failed) {
      failed ? self->close() : self->read_encrypted();
    });
    return;
  }
  close();
}

void Connection::arrived(const error_code& error, std::size_t size, State into) {
  reading_ = false;
  if (state_ == State::closed) return;
  if (error) return close();
  window_bytes_ += size;
  if (state_ == State::lingering) {
    if (window_bytes_ > linger_bytes) return close();
  } else if (into == State::body && head_.framing == Framing::length) {
    filled_ += size;
  } else {
    end_ += size;
  }
  advance();
}

}  // namespace fingerpost::http
