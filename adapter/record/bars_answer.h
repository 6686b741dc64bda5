// What the sender of a BaRS message is told on its own request: that it was taken, or why not.

#pragma once

#include "fingerpost/result.h"
#include "record/bars_header.h"

#include <string>
#include <string_view>

namespace fingerpost::record {

// A Bundle of type message whose MessageHeader has the event of the message and a response "ok"
// (R4 messaging.html#3.3.2). It holds no ServiceRequest: that the message was taken does not say
// that the referral is accepted.
std::string write_bars_taken(const BarsHeader& message, std::string_view id, std::string_view time);

// An OperationOutcome with the issue code and the code of BaRS's http-error-codes for the kind of
// error. It never holds the message's data.
std::string write_bars_refusal(const Error& error);

}  // namespace fingerpost::record
