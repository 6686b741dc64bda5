// Outbox rows to partners that are asked by BaRS.

#pragma once

#include "exchange/transport.h"
#include "remote/bars_client.h"

namespace fingerpost::exchange {

// The row's idempotency key is X-Request-Id of every go at it, and its body has one
// MessageHeader.id: a receiver knows a repeat by either. The client must outlive this.
class BarsTransport final : public Transport {
 public:
  explicit BarsTransport(remote::BarsClient& client) : client_(client) {}
  void send(const store::OutboxRow& row, const Partner& partner, Done done) override;
  void look_up(const store::OutboxRow& row, const Partner& partner, Done done) override;

 private:
  remote::BarsClient& client_;
};

}  // namespace fingerpost::exchange
