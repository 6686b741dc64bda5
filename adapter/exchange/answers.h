// What the sender of an HL7 v2 message is told, as its header asks.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/issue.h"
#include "record/hl7v2_header.h"
#include "store/queues.h"

#include <string>
#include <string_view>

namespace fingerpost::exchange {

// Whether an accept answer is wanted before the work.
bool accepts_first(const record::AnswersWanted& wanted);

// What came of a message: refused for the error, or done but for those entries that have an issue
// of severity error, which an answer to what was done names as well.
struct Outcome {
  const Error* error = nullptr;
  const Issues* issues = nullptr;
};

// The answer on the message's own connection: the accept answer of enhanced mode, the application
// answer of original mode. Empty when none is due.
std::string first_answer(const Parts& parts, const record::Hl7v2Header& header,
                         const store::InboxRow& row, Outcome outcome);

// The application answer under its own idempotency key, which another outcome does not share.
struct ApplicationAnswer {
  std::string key;
  std::string message;  // empty when none is due
};
ApplicationAnswer application_answer(const Parts& parts, const record::Hl7v2Header& header,
                                     const store::InboxRow& row, Outcome outcome);

// What the sender of a BaRS message that was taken is told.
std::string bars_answer(const Parts& parts, const store::InboxRow& row);

// Whether it is the second answer of enhanced mode, or the only one of original mode.
bool is_application_answer(std::string_view message);

// An error that says nothing of the message: it may be taken at another time.
bool transient(const Error& error);
// The note of a row that was refused.
std::string reason(const Error& error);

}  // namespace fingerpost::exchange
