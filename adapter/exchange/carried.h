// Messages that a carrier brings and forgets once it is told that they are safe: MESH, a folder.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"

#include <string>

namespace fingerpost::exchange {

struct Carried {
  std::string partner;  // whom the carrier says it is from; "": nobody of the configuration
  std::string sender;   // what the carrier calls him: "mesh:X26ABC1", "folder:surgery"
  std::string bytes;
};

// One commit of the message as an inbox row, and the carrier may be told. The inbox worker applies
// it. An HL7 v2 or BaRS message is known again by what it says it is, not by the envelope that it
// came in: the same again changes nothing, and is done. Quarantined, for a person, is what is from
// nobody known, what is no such message, what has the key of another, and an HL7 v2 message whose
// MSH-3 and MSH-4 are another's than the partner's whom the carrier says it is from. Of
// acknowledgements only those that refuse something of ours need a person. Errors: busy, and fault;
// nothing is known to be kept then. Blocks.
Result<void> keep_carried(const Parts& parts, Carried message);

}  // namespace fingerpost::exchange
