// The header of an HL7 v2 message: who sends what to whom, and which answers it wants.

#pragma once

#include "fingerpost/result.h"
#include "wire/hl7v2.h"

#include <string>
#include <string_view>

namespace fingerpost::record {

// MSH, field by field, with the sender's own delimiters and escapes: what an answer must repeat.
struct Hl7v2Header {
  wire::Delimiters by;
  std::string sending_application;    // MSH-3, a whole HD
  std::string sending_facility;       // MSH-4
  std::string receiving_application;  // MSH-5
  std::string receiving_facility;     // MSH-6
  std::string time;                   // MSH-7
  std::string type;                   // MSH-9.1, "REF"
  std::string event;                  // MSH-9.2, "I12"
  std::string control_id;             // MSH-10
  std::string processing_id;          // MSH-11
  std::string version;                // MSH-12.1, "2.4"
  std::string accept_answer;          // MSH-15
  std::string application_answer;     // MSH-16
  std::string charset;                // MSH-18
};

// From a message that may be broken after its first segment. Kind::invalid when it has no MSH that
// declares its delimiters.
Result<Hl7v2Header> read_hl7v2_header(std::string_view bytes);

// Whether this gateway reads such messages at all. Kind::invalid: MSH-9 or MSH-10 is missing.
// Kind::unsupported: the version (2.1 to 2.9 are read) or the processing id (P, D and T are known).
Result<void> check(const Hl7v2Header& header);

// "2.5.1" is 205: major and minor, for comparing. A version that says nothing counts as 2.4.
int version_number(const Hl7v2Header& header);

// An acknowledgement is never acknowledged (v2.5.1 section 2.9.2).
inline bool is_acknowledgement(const Hl7v2Header& header) {
  return header.type == "ACK" || header.type == "MCF" || header.type == "NAK";
}

// Table 0155.
enum class When { always, never, on_error, on_success };

// Which answers a message wants. Original mode (MSH-15 and MSH-16 empty): one application answer.
// Enhanced: an accept answer as soon as the message is safe, an application answer after the work.
struct AnswersWanted {
  bool enhanced = false;
  When accept = When::never;
  When application = When::always;
};
AnswersWanted answers_wanted(const Hl7v2Header& header);

constexpr bool is_due(When when, bool success) {
  return when == When::always || when == (success ? When::on_success : When::on_error);
}

}  // namespace fingerpost::record
