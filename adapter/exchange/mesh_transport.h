// Outbox rows to partners that are reached by MESH.

#pragma once

#include "exchange/transport.h"
#include "remote/mesh_client.h"

#include <map>
#include <memory>
#include <string>

namespace fingerpost::exchange {

// A client for each of our mailboxes, by its name.
using MeshClients = std::map<std::string, std::unique_ptr<remote::MeshClient>>;

// The row's idempotency key is the message's LocalID. A row that was under way before, or that a
// person sends again, is looked for first: MESH would take it twice.
class MeshTransport final : public Transport {
 public:
  explicit MeshTransport(MeshClients clients) : clients_(std::move(clients)) {}
  void send(const store::OutboxRow& row, const Partner& partner, Done done) override;
  void look_up(const store::OutboxRow& row, const Partner& partner, Done done) override;

 private:
  const MeshClients clients_;
};

}  // namespace fingerpost::exchange
