// A GP2GP record as it travels: a MIME multipart/related message (RFC 2387) of an ebXML envelope,
// the HL7 v3 payload and the attachments that documents of the record name.
//
//   Content-Type: multipart/related; boundary="b"
//
//   --b
//   Content-Id: <envelope>            a SOAP envelope; its eb:Manifest has a Reference for each
//                                     part, by cid:, and the attachment's name as its Description
//   --b
//   Content-Id: <payload>             RCMR_IN030000UK06 or UK07
//   --b
//   Content-Id: <letter>              Content-Transfer-Encoding: base64, 7bit, 8bit or binary
//   --b--
//
// An attachment that the Description says is Compressed is unpacked: gzip (RFC 1952).

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::record {

struct Gp2gpAttachment {
  std::string name;  // as documents name it, after "file://localhost/"
  std::string content_type;
  std::string_view base64;  // of its bytes, padded and in one line; "": they are not there
};

struct Gp2gpMessage {
  std::string record;  // XML
  std::vector<Gp2gpAttachment> attachments;
  std::shared_ptr<const void> keep;  // what the attachments view
  Issues issues;  // attachments whose bytes are elsewhere, or cannot be read or unpacked
};

struct Gp2gpMessageLimits {
  std::size_t parts = 1'000;
  std::size_t header_bytes = 16u << 10;     // of one part
  std::size_t unpacked_bytes = 256u << 20;  // of all packed attachments together
};

// Whether the bytes begin as MIME does and not as XML.
bool is_gp2gp_message(std::string_view bytes);

// Kind::invalid: no such message, no payload in it, or over a limit. Attachments in base64 stay
// where they stand in the message, so memory is once the message, the record, and what was packed
// or in another encoding.
Result<Gp2gpMessage> read_gp2gp_message(std::string bytes, const Limits& limits,
                                        const Gp2gpMessageLimits& own = {});

}  // namespace fingerpost::record
