// Takes HL7 v2 messages over MLLP from many connections at once.

#pragma once

#include "exchange/intake.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "tls/context.h"

#include <cstdint>
#include <memory>
#include <string>

namespace fingerpost::exchange {

struct MllpListenerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 2575;  // 0: any free one
  int threads = 2;
  int frame_seconds = 60;  // from a frame's first byte to its last
  int ending_ms = 500;     // for the byte that is still missing at a frame's end
  int handshake_seconds = 10;
  int drain_seconds = 8;  // stop() waits this long for answers under way
  int send_buffer = 0;    // bytes of answers the system holds for a connection; 0: its own choice
  Limits limits;
  std::shared_ptr<const tls::Context> tls_context = nullptr;  // null: plain
};

class MllpConnection;  // one peer; mllp_listener.cpp

// One message of a connection is under way at a time, and while it is nothing is read: a sender
// that is faster than the store waits in its own buffers. Messages of one connection keep their
// order. A sender that sends nothing, or takes no answer, for longer than its limit is cut off;
// what it sent is kept, and its repetition answered.
class MllpListener {
 public:
  // Kind::fault when the address cannot be listened at. The intake must outlive it.
  static Result<std::unique_ptr<MllpListener>> open(MllpListenerOptions options, Intake& intake);
  MllpListener(const MllpListener&) = delete;
  MllpListener& operator=(const MllpListener&) = delete;
  ~MllpListener();  // stop()

  std::uint16_t port() const;
  std::size_t connections() const;
  // Of all connections from here on: those that are open end when they owe no answer, for nothing
  // else says who their peers are. Any thread; not of a listener that was opened plain.
  void replace_tls(std::shared_ptr<const tls::Context> tls);
  // Takes no more; what is under way is answered; then every connection is closed.
  void stop();

 private:
  friend class MllpConnection;
  struct Parts;
  explicit MllpListener(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace fingerpost::exchange
