// Messages to MESH mailboxes, from one of ours.

#pragma once

#include "base/clock.h"
#include "remote/answer.h"
#include "remote/http_client.h"
#include "remote/mesh_call.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace fingerpost::remote {

struct MeshClientOptions {
  HttpClientOptions http;                           // its bases are the mailbox's own url
  std::size_t chunk_bytes = std::size_t{15} << 20;  // before compression; 20 MB is the most the
                                                    // internet may send at once
  int chunk_goes = 3;                               // at one chunk but the first
  // How long a message whose fate is not known is left alone: one that is on its way cannot be
  // found yet.
  std::int64_t unknown_wait_us = 60'000'000;
};

// MESH forgets nothing that it accepted, and knows no keys: what is sent twice comes twice. So only
// the first go sends without asking. Every other asks for the LocalID first, and sends what is not
// there, goes on with what was left half uploaded, and leaves alone what has arrived.
class MeshClient {
 public:
  using Done = std::function<void(Answer)>;

  MeshClient(MeshClientOptions options, MeshMailbox mailbox, Clock& clock, Random& random);

  // `done` is called once, on the client's thread or on this one; it must not block. delivered:
  // MESH has all of it; the reason names MESH's own id of it.
  void send_first(MeshMessage message, Done done);
  void send_again(MeshMessage message, Done done);
  // Whether MESH has it: delivered, later (it has not), refused (it was not collected), unknown.
  void look_up(const std::string& local_id, Done done);

 private:
  class Sending;

  const MeshClientOptions options_;
  const MeshCalls calls_;
  Clock& clock_;
  HttpClient http_;  // goes first: what is under way uses the others
};

}  // namespace fingerpost::remote
