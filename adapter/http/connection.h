// One client's connection: requests in, responses out, strictly one after another. Internal to
// http/.

#pragma once

#include "http/chunked.h"
#include "http/lane.h"
#include "tls/session.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace fingerpost::http {

// A machine of callbacks on its lane's thread. Never reads while a request is being answered, so
// a client that sends faster than it is served is slowed down by TCP.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // With `tls` it is encrypted; else plain.
  Connection(std::shared_ptr<Lane> lane, Socket socket, std::shared_ptr<const tls::Context> tls);

  void start();
  bool overdue() const;
  void tick();   // when overdue: refuses, closes, or gives another window of time
  void drain();  // closes when idle, else after the response
  void close();
  // The request that the lane took; nothing when the connection was closed meanwhile.
  void serve();
  // The same, when it waited too long.
  void refuse_late();

 private:
  enum class State : std::uint8_t {
    handshake,
    idle,
    head,
    body,
    answering,
    writing,
    lingering,
    closed
  };
  enum class Step : std::uint8_t { again, wait };

  // The loop: one step after another until one has to wait for the outside.
  void advance();
  Step step();
  Step take_head();
  Step begin_body();
  Step take_body();
  Step take_chunks();
  Step handle();
  Step push();
  Step push_encrypted();
  Step after_write();
  Step shake_hands();

  void read();
  void read_encrypted();
  boost::asio::mutable_buffer space();      // for what is read next
  bool send_at_once(std::string_view text);  // false: not all of it could be
  // Goes on when the socket can be read, or written.
  Step wait_for(Socket::wait_type what);
  void arrived(const boost::system::error_code& error, std::size_t size, State into);
  // By the handler, on the lane's thread; a second answer to one request is let fall.
  void answered(std::uint64_t request, Response response);
  void refuse(const Refusal& refusal);
  void throttle(const std::string& why);
  bool admit();         // false: there are so many that this one would only wait
  void uncount_body();  // it is not being received any more, nor waits to be served
  void uncount();
  void write(Response response);
  void linger();
  void make_room();
  bool grow_body(std::size_t size);   // false: refused
  bool count_body(std::size_t size);  // false: refused
  void set_deadline(int seconds);
  void open_window();

  std::string_view bytes() const { return {in_.data() + begin_, end_ - begin_}; }

  std::shared_ptr<Lane> lane_;
  Socket socket_;
  std::unique_ptr<tls::Session> tls_;  // null: plain
  std::string peer_key_;
  State state_ = State::idle;
  bool advancing_ = false;
  bool reading_ = false;
  bool close_after_ = false;      // this response is the last
  std::int64_t deadline_ms_ = 0;  // 0: none
  std::uint64_t request_ = 0;     // the number of the current one
  std::size_t window_bytes_ = 0;  // received or sent since the window of time opened

  std::string in_;  // bytes received: [begin_, end_) are still to be read
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  HeadScan scan_;
  Head head_;
  std::size_t head_end_ = 0;  // in in_
  std::string body_;
  std::size_t filled_ = 0;        // of body_, when its length was announced
  std::size_t body_counted_ = 0;  // in Totals::body_bytes
  bool counted_ = false;          // in Totals::requests
  ChunkedBody chunked_;

  std::string out_head_;
  Response out_;
  std::array<std::string_view, 2> left_;  // still to be sent: head, body
};

}  // namespace fingerpost::http
