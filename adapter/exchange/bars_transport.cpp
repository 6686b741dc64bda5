#include "exchange/bars_transport.h"

#include "exchange/delivery.h"

#include <utility>

namespace fingerpost::exchange {

using remote::Outcome;

void BarsTransport::send(const store::OutboxRow& row, const Partner& partner, Done done) {
  if (row.kind != bars_kind)
    return done({Outcome::refused, "the partner is not reached this way", 0, 0, ""});
  const auto& road = partner.bars;
  client_.send({road.base, road.service_system, road.service, row.idempotency_key, row.body},
               std::move(done));
}

// BaRS has no question by message id; a repeat is answered as a duplicate (409).
void BarsTransport::look_up(const store::OutboxRow&, const Partner&, Done done) {
  done({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
}

}  // namespace fingerpost::exchange
