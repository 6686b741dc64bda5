// HL7 v2 messages for tests.

#pragma once

#include <string>

namespace fingerpost::test {

// A message of this type: a header, then the segments.
inline std::string message_text(const std::string& type, const std::string& rest,
                                const std::string& version = "2.4") {
  return "MSH|^~\\&|GP^1.2.3^ISO|SURGERY|LINK|HUB|20261122093000||" + type + "|M1|P|" + version +
         "\r" + rest;
}

}  // namespace fingerpost::test
