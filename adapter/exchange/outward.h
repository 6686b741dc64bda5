// A referral's change as a message in a partner's own format.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/parts.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// A message's MSH-9.1 and MSH-9.2.
struct MessageType {
  std::string_view type;
  std::string_view event;
};

// A collection of the Task first, then of what it leads to.
Tree collection_of(const Parts& parts, const std::vector<const Resource*>& pieces);

// The message of this type that tells the partner of a collection, in the partner's own format.
Result<std::string> message_of(const Parts& parts, const Tree& collection, const Partner& partner,
                               MessageType type, std::string_view idempotency_key);

// Fills the row's body with the message of this type that tells the partner of the Task; the pieces
// are the Task and what it leads to. When it cannot be written, the row is dead from the start,
// with the reason in its note: visible, never half said, and written anew when it is retried
// (unwritten.h).
void write_outward(const Parts& parts, const std::vector<const Resource*>& pieces,
                   const Partner& partner, MessageType type, store::OutboxRow& row);

// MSH-15 and MSH-16 of a message that was written without them, as the partner answers.
void ask_for_answers(AnswerMode mode, std::string& message);

// MSH-10 of the message that carries this idempotency key: 20 characters, as v2.4 allows.
std::string control_id(std::string_view idempotency_key);

}  // namespace fingerpost::exchange
