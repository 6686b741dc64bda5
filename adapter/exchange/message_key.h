// What makes a message the same message again, whichever way it comes.

#pragma once

#include "record/bars_header.h"
#include "record/hl7v2_header.h"

#include <string>

namespace fingerpost::exchange {

// The event is part of it: senders are known that number a cancellation as its request.
inline std::string message_key(const record::Hl7v2Header& header) {
  return header.sending_application + "|" + header.sending_facility + "|" + header.type + "^" +
         header.event + "|" + header.control_id;
}

inline std::string message_key(const record::BarsHeader& header) {
  return "bars|" + header.id;
}

}  // namespace fingerpost::exchange
