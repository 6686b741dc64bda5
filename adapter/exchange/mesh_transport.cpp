#include "exchange/mesh_transport.h"

#include "exchange/delivery.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

using remote::Outcome;

std::string file_name(const store::OutboxRow& row) {
  return row.idempotency_key + (row.kind == bars_kind ? ".json" : ".hl7");
}

bool is_carried(std::string_view kind) {
  return kind == hl7v2_kind || kind == hl7v2_answer_kind || kind == bars_kind;
}

}  // namespace

void MeshTransport::send(const store::OutboxRow& row, const Partner& partner, Done done) {
  const auto client = clients_.find(partner.mesh.from);
  if (client == clients_.end() || !is_carried(row.kind))
    return done({Outcome::refused, "the partner is not reached this way", 0, 0, ""});
  remote::MeshMessage message{partner.mesh.mailbox, partner.mesh.workflow, row.idempotency_key,
                              file_name(row), row.body};
  auto& mesh = *client->second;
  if (row.attempts <= 1 && row.note.empty())
    return mesh.send_first(std::move(message), std::move(done));
  if (row.attempts <= 1) return mesh.send_again(std::move(message), std::move(done));
  // What MESH could not deliver is sent anew when a person asks for it, and not by itself.
  mesh.look_up(message.local_id, [&mesh, message, done = std::move(done)](remote::Answer found) {
    if (found.outcome == Outcome::refused) return done(std::move(found));
    mesh.send_again(message, done);
  });
}

void MeshTransport::look_up(const store::OutboxRow& row, const Partner& partner, Done done) {
  const auto client = clients_.find(partner.mesh.from);
  if (client == clients_.end())
    return done({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
  client->second->look_up(row.idempotency_key, std::move(done));
}

}  // namespace fingerpost::exchange
