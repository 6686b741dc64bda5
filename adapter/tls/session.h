// One TLS connection over a socket that does not block. Who calls waits for the socket as he is
// told, and calls again.

#pragma once

#include "tls/context.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace fingerpost::tls {

enum class Did : std::uint8_t {
  done,
  wants_read,   // again when the socket can be read
  wants_write,  // again when it can be written
  ended,        // the peer has said that nothing more comes
  failed        // for good
};

// One thread.
class Session {
 public:
  // The listener's side. The descriptor stays the caller's, and open as long as this lives.
  Session(std::shared_ptr<const Context> context, int descriptor);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Before anything is read or written.
  Did shake_hands();
  Did read(char* to, std::size_t room, std::size_t& got);
  // Of bytes that were not all taken, the same bytes again.
  Did write(std::string_view bytes, std::size_t& sent);
  // Whether bytes lie here already, for which the socket need not be waited for.
  bool has_bytes() const;
  // Says that nothing more is sent, if that can be said at once.
  void say_goodbye();

  // SHA-256 of the public key of the peer's certificate, base64; "": it showed none.
  std::string peer_key() const;

 private:
  Did done(int result) const;

  std::shared_ptr<const Context> context_;
  ssl_st* ssl_;
  int descriptor_;
};

}  // namespace fingerpost::tls
