// What became of a message that was sent, in the four ways a sender can tell apart.

#pragma once

#include "base/clock.h"
#include "remote/http_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::remote {

// delivered: the peer has it. refused: it will never take it; a person must look.
// later: it does not have it; send again. unknown: it may have it; ask it, or send again under the
// same key.
enum class Outcome { delivered, refused, later, unknown };

std::string_view name(Outcome outcome);

struct Answer {
  Outcome outcome = Outcome::unknown;
  std::string reason;               // for a person, without patient data: "HTTP 422", "AE 207"
  std::int64_t retry_after_us = 0;  // the peer's own wish; 0: none
  int status = 0;                   // HTTP status; 0: none came
  std::string body;                 // cut at the client's answer limit; of MLLP: the reply, when it
                                    // is more than an acknowledgement
};

// RFC 9110 section 15, RFC 6585: 408, 425, 429 and 5xx pass with time; 409 may mean that it has
// arrived already; every other 4xx, and a redirect (which is never followed), is a refusal.
Outcome classify_http(int status);

// What an HTTP answer says of a request: its status classified, else whether it has left at all.
Answer answer_of(HttpAnswer got, std::int64_t now_us);

// RFC 9110 section 10.2.3, both forms: seconds, or a date against `now_us`. At most a day; nothing
// when it is neither.
std::optional<std::int64_t> read_retry_after(std::string_view value, std::int64_t now_us);

// An HL7 v2 acknowledgement's MSA-1, MSA-2 and first error code (T0357), "" when there is none.
struct Acknowledgement {
  std::string code;
  std::string control_id;
  std::string error_code;
  bool more = false;  // it is a message of its own too: an RRI, say
};

// Any message with an MSA segment (an ACK, or an RRI that answers a REF); nothing for others.
std::optional<Acknowledgement> read_acknowledgement(std::string_view message);

// AA and CA are delivery. AE and CE refuse the content. AR and CR refuse the type, version or
// processing id (T0357 200-203); with another code, or none, the peer could not take it now. A
// locked record (206) or an internal error (207) passes with time under any code.
Outcome classify_acknowledgement(const Acknowledgement& acknowledgement);

}  // namespace fingerpost::remote
