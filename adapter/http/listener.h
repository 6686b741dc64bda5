// The HTTP/1.1 server: one thread a core, each with its own connections and its own handler.
//
// One acceptor deals new connections round to the threads. (An acceptor each by SO_REUSEPORT would
// let the kernel's hash put a few long-lived clients on one core, and would let a second gateway
// take half of the first one's clients without an error.)

#pragma once

#include "base/clock.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "http/message.h"
#include "tls/context.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace fingerpost::http {

struct ListenerOptions {
  std::string address = "127.0.0.1";  // numeric
  std::uint16_t port = 0;             // 0: any free one
  std::size_t threads = 0;            // 0: one for each core
  int drain_seconds = 10;             // what stop() waits for requests being answered
  // When for a while all requests wait longer than this for their thread, those that do, or would,
  // are told 503 as they come; 0: never.
  int most_waiting_ms = 100;
  Limits limits;
  std::shared_ptr<const tls::Context> tls_context = nullptr;  // null: plain
};

// What it turned away by itself, since it was opened.
struct Refusals {
  std::uint64_t malformed = 0;    // requests, for their own bytes
  std::uint64_t overloaded = 0;   // requests: 503
  std::uint64_t turned_away = 0;  // connections over the limit of them
};

class Listener {
 public:
  // Serves from here on. `make_handler` is called once for each thread, before it starts; the
  // clock must outlive the listener. Kind::fault when the address cannot be had.
  static Result<std::unique_ptr<Listener>> open(const ListenerOptions& options, Clock& clock,
                                                const MakeHandler& make_handler);
  ~Listener();  // stops
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  std::size_t connections() const;
  std::size_t requests() const;  // taken and not yet answered
  Refusals refusals() const;
  // Of connections that come from here on. Any thread; not of a listener that was opened plain.
  void replace_tls(std::shared_ptr<const tls::Context> tls);
  // Accepts no more, lets requests that have come be answered, closes, and joins the threads.
  // Handlers must go on answering meanwhile: what they use stops after this. From one thread.
  void stop();

 private:
  class Server;
  explicit Listener(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace fingerpost::http
