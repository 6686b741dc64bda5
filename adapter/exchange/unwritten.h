// A message that could not be written when its change was committed: its row keeps what it was to
// say until it can be.

#pragma once

#include "exchange/outward.h"
#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <string>

namespace fingerpost::exchange {

// The body of such a row: the message's type, and its collection. Nothing that is ever sent.
std::string unwritten(const Parts& parts, const Tree& collection, MessageType type);
bool is_unwritten(const store::OutboxRow& row);
// Adds to such a row, that is for the person's practice, how much the person let go back then.
void note_disclosure(store::OutboxRow& row, care::Disclosure level);
// Its note: why; without patient data.
std::string not_written(const Error& error);

// The message of such a row under its own key, by the maps and the configuration of now: the step
// as it was taken, and all that it leads to as it is stored now; what was deleted since is left
// out. Kind::conflict: what would be asked for has ended, or is somebody else's, or the person lets
// less go back to the practice since, or the partner is
// told in another language now. Kind::unsupported: it cannot be written yet; `where` is the
// element.
Result<std::string> write_anew(const Parts& parts, store::Reader& reader,
                               const store::OutboxRow& row);

}  // namespace fingerpost::exchange
