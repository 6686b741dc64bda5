// Acknowledgements: what the sender of an HL7 v2 message is told.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "record/hl7v2_header.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::record {

// Table 0008. A: the application's answer (original mode, or the second of enhanced mode).
// C: the accept answer of enhanced mode. AE and CE: wrong with this message. AR and CR: not such a
// message, or not now; sending it again later may do.
enum class AckCode { AA, AE, AR, CA, CE, CR };

// One thing that is wrong, for an ERR segment.
struct Hl7v2Fault {
  std::string place;      // "RF1-6.2"; may be empty
  std::string_view code;  // table 0357, "101"
  std::string_view name;  // its meaning, "Required field missing"
  Severity severity = Severity::error;
  std::string text;  // for a person; never holds the data itself
};

Hl7v2Fault fault(const Issue& issue);
// Kind::conflict is a key that is another's (205), Kind::not_found one that is not known (204).
Hl7v2Fault fault(const Error& error);

// AE for what the sender can mend, AR for a type, event, version or processing id that is not for
// this gateway, and for a gateway that cannot now (Kind::busy and Kind::fault).
AckCode application_code(const Error& error);
AckCode accept_code(const Error& error);

struct Acknowledgement {
  AckCode code = AckCode::AA;
  std::string_view control_id;  // MSH-10 of the answer
  std::string_view time;        // MSH-7 of the answer, "20261122093000+0000"
  std::vector<Hl7v2Fault> faults;
};

// The answer's bytes: the sender's delimiters, version, processing id and charset, sender and
// receiver exchanged as whole HDs, MSA-2 to the character. ERR-2 to ERR-8 from v2.5 on, one segment
// for each fault; before that one ERR-1 with an ELD for each.
std::string write_acknowledgement(const Hl7v2Header& to, const Acknowledgement& answer);

// The negative answer to bytes whose header cannot be read; it names no message.
std::string write_rejection(const Error& error, std::string_view control_id, std::string_view time);

}  // namespace fingerpost::record
