// Requests to a MESH mailbox, and what its answers say (MESH API 1.0). What is known of the
// standard's requests is here; when they are made is elsewhere.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "remote/answer.h"
#include "remote/http_client.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::remote {

// One of our mailboxes. The password and the key come from files.
struct MeshMailbox {
  std::string url;      // "https://mesh-sync.example", without a slash at the end
  std::string mailbox;  // "X26ABC1"
  std::string password;
  std::string shared_key;
};

// "NHSMESH X26ABC1:<nonce>:<count>:202611220930:<hex>": an Authorization header's value. The server
// takes each only once, and one that is two hours off its clock never.
std::string mesh_authorization(const MeshMailbox& mailbox, std::string_view nonce, int count,
                               std::int64_t now_us);

// What is sent to somebody's mailbox.
struct MeshMessage {
  std::string to;        // their mailbox
  std::string workflow;  // Mex-WorkflowID
  std::string local_id;  // Mex-LocalID: the same for every go at one message; no patient data
  std::string file_name;
  std::string body;
};

// Letters, digits, '-' and '_', 100 of them: what may stand in a path and a log.
bool is_mesh_id(std::string_view id);

// The requests. Each has an Authorization of its own, so none is ever sent twice.
class MeshCalls {
 public:
  MeshCalls(MeshMailbox mailbox, Clock& clock, Random& random)
      : mailbox_(std::move(mailbox)), clock_(clock), random_(random) {}

  HttpRequest handshake() const;
  HttpRequest inbox(std::string_view page = "") const;  // as MeshList::next names it
  HttpRequest download(std::string_view id, int chunk, std::size_t most_bytes) const;
  HttpRequest acknowledge(std::string_view id) const;
  HttpRequest track(std::string_view local_id) const;
  // Chunk 1 opens the message and gets its id; the others are of that id. `bytes` are gzip.
  HttpRequest send_first(const MeshMessage& message, std::string bytes, std::size_t chunks) const;
  HttpRequest send_chunk(std::string_view id, std::string bytes, std::size_t chunk,
                         std::size_t chunks) const;

  const MeshMailbox& mailbox() const { return mailbox_; }
  // For a client that reaches the mailbox's own server and nothing else.
  HttpClientOptions only_there(HttpClientOptions options) const {
    options.bases = {mailbox_.url};
    return options;
  }

 private:
  HttpRequest call(HttpRequest::Method method, std::string_view path) const;

  MeshMailbox mailbox_;
  Clock& clock_;
  Random& random_;
};

// The id in an answer to send_first; "" when it names none.
std::string read_message_id(std::string_view body);

// One page of an inbox.
struct MeshList {
  std::vector<std::string> ids;
  std::string next;  // the query that leads to those behind; "": MESH names none
};
// Kind::invalid: the answer is no list. Ids that are none are left out, and of a link all but what
// may stand in a query.
Result<MeshList> read_inbox(std::string_view body);

// Where a message is that was sent.
enum class Tracked { absent, uploading, accepted, undeliverable, several, untold };
struct Tracking {
  Tracked at = Tracked::untold;
  std::string id;  // of the message, where there is one
};
Tracking read_tracking(const HttpAnswer& got);

// What came of sending chunk 1, or another: 417 and 4xx refuse the message; 401, 403 and 404 say
// that this gateway is not let in, which is mended here and is no fault of the message's; a server
// that fails (5xx) may have it.
Answer read_sent(HttpAnswer got, std::int64_t now_us);

// "1:3" is {1, 3}; {1, 1} where there is none, {0, 0} where it is nothing.
struct ChunkRange {
  int chunk = 1, of = 1;
};
ChunkRange read_chunk_range(std::string_view header);

// What was downloaded, put together. Each chunk is gzip of its own, as the API asks; that one gzip
// was cut into chunks is known of some clients and read too. A checksum in the header that is a
// SHA-256 in hex must be that of the whole, unpacked or not. Kind::invalid: damaged, or cut short.
// Kind::too_costly: more than `most` bytes.
Result<std::string> assemble(const std::vector<std::string>& chunks, bool gzip,
                             std::string_view checksum, std::size_t most);

}  // namespace fingerpost::remote
