// When a source last said what is stored, so that an older message of its that comes late changes
// nothing that is newer.
//
// It is kept with the resource, as meta.source: "urn:fingerpost:told:<source>#<action>,<message>",
// the times as FHIR has them. `message` is when the message was made (MSH-7); `action` when what it
// tells was done (GOL-2, PRB-2, EVN-2), else that time again.

#pragma once

#include "fingerpost/tree.h"
#include "mapping/dates.h"
#include "model/definitions.h"

#include <string>
#include <string_view>

namespace fingerpost::exchange {

struct Told {
  std::string source;   // whoever sent it, as the inbox has it
  std::string action;   // FHIR dateTime
  std::string message;  // "": the message does not say when it was made, and is never late
};

// Of an HL7 v2 message, as it says.
Told told_by_hl7v2(std::string_view source, std::string_view bytes, mapping::Zone zone);

// Nothing is told before it is done, and nothing was told later than now: a clock that says so is
// not believed, or all that comes from its owner until then would be late.
Told believed(Told told, std::string_view now);
bool is_after(const Told& told, std::string_view action);

// Whether that source has told of the resource since. `action` is the resource's own, "" for that
// of the message. Times that cannot be compared say nothing.
bool is_late(const Told& told, std::string_view action, std::string_view stored_body);

// Those who come in messages about others (Organization, Practitioner …) are told of by each.
bool keeps_told(std::string_view type);

// Sets meta.source of the resource at the tree's root.
void tell(const model::Definitions& definitions, const Told& told, std::string_view action,
          Tree& resource);

// The body as it would stand had it been told of then.
std::string told_anew(std::string_view stored_body, const Told& told, std::string_view action);

}  // namespace fingerpost::exchange
