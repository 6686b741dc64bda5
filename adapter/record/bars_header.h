// What a BaRS message says of itself: enough to keep it, to know it again, and to answer it.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "model/definitions.h"

#include <string>

namespace fingerpost::record {

// "" where the message does not say. Systems have their canonical spelling.
struct BarsHeader {
  std::string id;            // MessageHeader.id, else the uuid of its fullUrl
  std::string event_system;  // MessageHeader.eventCoding
  std::string event;         // "servicerequest-request"
  std::string reason;        // "new", "update", "delete"
  std::string time;          // Bundle.timestamp
  std::string source;        // MessageHeader.source.endpoint
  std::string source_name;
  std::string destination;    // MessageHeader.destination.endpoint
  std::string sender_system;  // the first identifier of the organisation that sends
  std::string sender;
};

// Published messages have other spellings of the NHS's systems: http, and /id/ for /Id/. Also of
// the system before an endpoint's "|".
std::string canonical_system(std::string system);

// JSON or XML. Kind::invalid, with the place: no Bundle of type message with one MessageHeader.
Result<BarsHeader> read_bars_header(const model::Definitions& definitions, std::string bytes,
                                    const Limits& limits);

}  // namespace fingerpost::record
