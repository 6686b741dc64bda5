// HL7 v2 messages to MLLP peers, each answered by its own acknowledgement or by none.

#pragma once

#include "fingerpost/limits.h"
#include "remote/answer.h"
#include "remote/link.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace fingerpost::remote {

struct MllpClientOptions {
  std::int64_t connect_ms = 5'000;
  std::int64_t answer_ms = 30'000;
  std::int64_t idle_ms = 60'000;  // a connection without work is kept this long
  Limits limits;
};

struct MllpRequest {
  std::string host;
  std::uint16_t port = 0;
  std::string message;     // HL7 v2 without frame
  std::string control_id;  // its MSH-10: the acknowledgement's MSA-2 must be the same
  bool answered = true;    // false: an acknowledgement itself, which is delivered when it has left
  bool keep_open = true;   // false: the connection is closed when the message is done with
  // The accept answer (CA) is not the last: the application's is waited for as well. When it does
  // not come, the peer has the message all the same.
  bool both_answers = false;
  std::optional<TlsOptions> tls = {};
};

// One connection to each host and port (and way of TLS), one message under way on it at a time:
// peers that answer in order only are common. An acknowledgement of another message is counted and
// dropped. After a time-out the connection is closed, so that a late answer finds nobody.
class MllpClient {
 public:
  explicit MllpClient(MllpClientOptions options);
  MllpClient(const MllpClient&) = delete;
  MllpClient& operator=(const MllpClient&) = delete;
  ~MllpClient();  // what is under way ends as unknown, what waits as later

  // `done` is called once, on the client's thread. It must not block.
  void send(MllpRequest request, std::function<void(Answer)> done);

  std::uint64_t strays() const;  // acknowledgements that matched nothing

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::remote
