// Delivers the outbox: every row at least once, under one idempotency key, in order within its
// order key, each receiver in its own lane.

#pragma once

#include "exchange/parts.h"
#include "exchange/retry.h"
#include "exchange/transport.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// Lanes that are no partner's. On the worker's thread but for what `done` does.
class OtherLanes {
 public:
  virtual ~OtherLanes() = default;
  virtual bool owns(std::string_view lane) const = 0;
  // Those that may have something to send now; asked at each look.
  virtual std::vector<std::string> lanes() = 0;
  virtual void send(const store::OutboxRow& row, Transport::Done done) = 0;
  // Adds to the commit that ends a go what else that changes.
  virtual void settle(const store::OutboxRow& row, const store::OutboxUpdate& update,
                      store::Unit& unit) = 0;
};

struct OutboxOptions {
  RetryPolicy retry;
  int lane_in_flight = 16;         // rows of one lane under way at once
  std::int64_t poll_us = 100'000;  // how often due rows are looked for without being woken
  OtherLanes* others = nullptr;    // must outlive the worker
};

struct OutboxCounts {
  std::atomic<std::uint64_t> sent{0};  // goes begun
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> retried{0};
  std::atomic<std::uint64_t> dead{0};
  std::atomic<std::uint64_t> looked_up{0};
};

// One thread. The intent to send ("sending") is durable before a byte leaves; rows that a crash
// left so are sent again under their key, which is what tells the receiver. The parts and the
// transport must outlive it. A reply that is more than an acknowledgement (RRI) becomes an inbox
// row in the commit that marks the row delivered.
class OutboxWorker {
 public:
  OutboxWorker(const Parts& parts, Transport& transport, OutboxOptions options);
  OutboxWorker(const OutboxWorker&) = delete;
  OutboxWorker& operator=(const OutboxWorker&) = delete;
  ~OutboxWorker();  // what is under way stays "sending"

  void wake();  // there may be new rows; any thread
  const OutboxCounts& counts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fingerpost::exchange
