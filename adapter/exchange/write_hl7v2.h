// A Bundle as the HL7 v2 message that says most of it.

#pragma once

#include "exchange/translate_hl7v2.h"
#include "fingerpost/translate.h"
#include "model/definitions.h"

#include <string>

namespace fingerpost::exchange {

struct WrittenMessage {
  std::string bytes;
  Translation report;  // its bundle is the tree that was written
};

// A Task with its request: REF^I12, I14 when it is cancelled or the request revoked, RRI when its
// status is the owner's word. A CarePlan: PPP^PCB, or PPG^PCG where a goal addresses no problem.
// Goals: PGL^PC6. Problems, and goals that all address one where a problem has none: PPR^PC1.
// Kind::invalid: no Bundle (JSON or XML), or nothing of these in it.
Result<WrittenMessage> write_hl7v2(const model::Definitions& definitions, const Hl7v2Maps& maps,
                                   std::string bundle, const TranslateOptions& options);

}  // namespace fingerpost::exchange
