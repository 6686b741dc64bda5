// The way out: a row of the outbox to its partner, by the partner's channel.

#pragma once

#include "exchange/parts.h"
#include "remote/answer.h"
#include "remote/fhir_client.h"
#include "remote/mllp_client.h"
#include "store/queues.h"

#include <functional>
#include <map>

namespace fingerpost::exchange {

// What the outbox worker sends by; the real one below, or a test's.
class Transport {
 public:
  virtual ~Transport() = default;
  using Done = std::function<void(remote::Answer)>;

  // `done` is called once, on any thread, perhaps before this returns.
  virtual void send(const store::OutboxRow& row, const Partner& partner, Done done) = 0;
  // Asks the peer whether it has the row's content already: delivered when it has all of it as it
  // was sent, later when any of it is not there or is another, unknown when that cannot be told.
  virtual void look_up(const store::OutboxRow& row, const Partner& partner, Done done) = 0;
};

// FHIR and MLLP, and what is added for other channels.
class Wires final : public Transport {
 public:
  Wires(const Parts& parts, remote::FhirClientOptions fhir, remote::MllpClientOptions mllp);
  // Rows to partners of this channel go by it. Before anything is sent; it must outlive this.
  void add(Channel channel, Transport& transport) { others_[channel] = &transport; }
  void send(const store::OutboxRow& row, const Partner& partner, Done done) override;
  void look_up(const store::OutboxRow& row, const Partner& partner, Done done) override;

 private:
  class LookUp;
  const Parts& parts_;
  std::map<Channel, Transport*> others_;
  remote::FhirClient fhir_;
  remote::MllpClient mllp_;
};

}  // namespace fingerpost::exchange
