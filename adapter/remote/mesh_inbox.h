// What has come into one of our MESH mailboxes.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "remote/http_client.h"
#include "remote/mesh_call.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace fingerpost::remote {

struct MeshInboxOptions {
  HttpClientOptions http;                             // its bases are the mailbox's own url
  std::size_t message_bytes = std::size_t{64} << 20;  // of one message, unpacked and not
  int chunk_goes = 3;                                 // at one chunk
};

// A message as its headers tell of it. Those of a report: of the message that was not delivered.
struct MeshReceived {
  std::string id;
  bool report = false;  // Mex-MessageType REPORT: something that was sent has failed
  std::string from, to, workflow;
  std::string local_id;     // its sender's; of a report: that of the message it is about
  std::string linked_id;    // report: MESH's id of that message
  std::string status_code;  // report: "14"
  std::string body;         // unpacked; of a report: empty
};

// Blocking, for one thread. Errors: busy (later), forbidden (the mailbox is not let in), gone (the
// message is not there any more), invalid (damaged: it may come whole another time), too_costly.
class MeshInbox {
 public:
  MeshInbox(MeshInboxOptions options, MeshMailbox mailbox, Clock& clock, Random& random);

  Result<void> handshake();
  // Those that wait, a page of at most 500: the first, or that which the one before it names.
  Result<MeshList> list(std::string_view page = "");
  Result<MeshReceived> download(const std::string& id);
  // MESH forgets the message then. Once more does no harm.
  Result<void> acknowledge(const std::string& id);

  // Ends a call that waits, as busy, and all later ones. Any thread.
  void close() { http_.close(); }
  const std::string& mailbox() const { return calls_.mailbox().mailbox; }

 private:
  HttpAnswer ask(HttpRequest request);
  Result<HttpAnswer> chunk(const std::string& id, int number);

  const MeshInboxOptions options_;
  const MeshCalls calls_;
  HttpClient http_;
};

}  // namespace fingerpost::remote
